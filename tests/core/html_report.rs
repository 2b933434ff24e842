//! The HTML report: well-formed, self-contained, closed to what models write, and its charts say what the record says.

use std::collections::{BTreeMap, BTreeSet};

use roundtable::debate::board::Board;
use roundtable::debate::log::estimates::worded;
use roundtable::debate::log::ids::Speaker;
use roundtable::export::record::{self, Record};
use roundtable::export::{Format, html, render};
use roxmltree::{Document, Node, ParsingOptions};

use crate::support::told::{self, HOSTILE, Told};

/// Everything that a page may hold. None of it loads or runs anything.
const ELEMENTS: &str = "html head meta title link style body a p header main footer section article div details summary \
    span strong time h1 h2 h3 h4 ul ol li dl dt dd blockquote code table caption thead tbody tr th td svg desc rect line \
    path circle text";
/// Every attribute. None of them runs anything.
const ATTRIBUTES: &str = "lang dir class id href rel name content charset http-equiv role aria-label aria-labelledby \
    aria-describedby tabindex scope open datetime viewBox width height x y x1 x2 y1 y2 cx cy r rx d text-anchor data-round \
    data-of data-value data-low data-high data-seat data-held data-part";
/// Elements that hold words, and no blocks.
const LINES: [&str; 12] = ["p", "h1", "h2", "h3", "h4", "span", "strong", "a", "dt", "caption", "code", "time"];

/// Reads every session's page and hands it over with the record.
fn each(mut check: impl FnMut(&str, &Document<'_>, &Record, &Told)) {
    for told in told::sessions() {
        let record = record::record(&told.history);
        let page = html::render(&record, &told.history);
        assert_eq!(page, render(&told.history, &[], Format::Html), "{}", told.title);
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(&page, options)
            .unwrap_or_else(|error| panic!("{}: {error}\n{page}", told.title));
        check(&told.title, &document, &record, told);
    }
}

fn elements<'a>(document: &'a Document<'a>, name: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.has_tag_name(name))
}

fn section<'a>(document: &'a Document<'a>, id: &str) -> Option<Node<'a, 'a>> {
    document.descendants().find(|node| node.attribute("id") == Some(id))
}

/// All words in an element.
fn words(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

/// The rows of the table in a section: the head of each row, and its cells.
fn rows(section: Node<'_, '_>) -> Vec<(String, Vec<String>)> {
    let rows = section.descendants().filter(|node| node.has_tag_name("tr")).skip(1);
    let row = |row: Node<'_, '_>| {
        let mut cells = row.children().filter(Node::is_element).map(words);
        (cells.next().unwrap(), cells.collect())
    };
    rows.map(row).collect()
}

fn data<'a>(mark: &Node<'a, '_>, name: &str) -> &'a str {
    mark.attribute(format!("data-{name}").as_str()).unwrap()
}

#[test]
fn a_page_is_well_formed_and_holds_nothing_that_loads_or_runs() {
    let (allowed, attributes): (BTreeSet<&str>, BTreeSet<&str>) =
        (ELEMENTS.split_whitespace().collect(), ATTRIBUTES.split_whitespace().collect());
    each(|title, document, _, _| {
        let page = document.input_text();
        assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{title}");
        assert!(
            page.contains("content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:;")
        );
        for node in document.descendants().filter(Node::is_element) {
            assert!(allowed.contains(node.tag_name().name()), "{title}: <{}>", node.tag_name().name());
            for attribute in node.attributes() {
                assert!(attributes.contains(attribute.name()), "{title}: {}", attribute.name());
            }
        }
        for sheet in elements(document, "style") {
            assert!(!words(sheet).contains("url(") && !words(sheet).contains("@import"), "{title}");
        }
    });
}

#[test]
fn a_link_leads_into_the_page_or_to_a_web_address_that_learns_nothing() {
    each(|title, document, _, _| {
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{title}: ids are unique");
        for link in elements(document, "a") {
            let target = link.attribute("href").unwrap();
            match target.strip_prefix('#') {
                Some(id) => assert!(distinct.contains(id), "{title}: {target} leads nowhere"),
                None => {
                    assert!(target.starts_with("https://") || target.starts_with("http://"), "{title}: {target}");
                    assert_eq!(link.attribute("rel"), Some("noreferrer noopener nofollow"), "{title}");
                    assert!(!target.contains(['"', '\'', '<', '>', ' ']), "{title}: {target}");
                }
            }
        }
        for named in ["aria-labelledby", "aria-describedby"] {
            for id in document.descendants().filter_map(|node| node.attribute(named)) {
                assert!(distinct.contains(id), "{title}: {named} {id}");
            }
        }
    });
}

#[test]
fn elements_stand_where_they_may() {
    let lines: BTreeSet<&str> = LINES.into_iter().collect();
    let inline: BTreeSet<&str> = ["span", "strong", "a", "code", "time"].into_iter().collect();
    each(|title, document, _, _| {
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            for child in node.children().filter(Node::is_element).map(|child| child.tag_name().name()) {
                let may = match name {
                    name if lines.contains(name) => inline.contains(child),
                    "summary" => inline.contains(child) || child == "h3",
                    "ul" | "ol" => child == "li",
                    "dl" => child == "div",
                    "tr" => child == "th" || child == "td",
                    "thead" | "tbody" => child == "tr",
                    _ => {
                        !["li", "dt", "dd", "tr", "td", "th", "summary", "caption"].contains(&child)
                            || matches!(
                                (name, child),
                                ("details", "summary") | ("table", "caption") | ("div", "dt" | "dd")
                            )
                    }
                };
                assert!(may, "{title}: <{child}> in <{name}>");
            }
        }
    });
}

#[test]
fn headings_and_tables_can_be_walked_through() {
    each(|title, document, _, _| {
        let mut last = 0;
        for node in document.descendants().filter(Node::is_element) {
            if let Some(level) = node.tag_name().name().strip_prefix('h').and_then(|level| level.parse::<u32>().ok()) {
                assert!(level <= last + 1 && (level > 1 || last == 0), "{title}: h{level} after h{last}");
                assert!(!words(node).trim().is_empty(), "{title}: an empty h{level}");
                last = level;
            }
        }
        for table in elements(document, "table") {
            assert!(table.children().any(|node| node.has_tag_name("caption")), "{title}");
            assert!(table.descendants().filter(|n| n.has_tag_name("th")).all(|th| th.attribute("scope").is_some()));
            let scroll = table.parent().unwrap();
            assert_eq!(
                (scroll.attribute("role"), scroll.attribute("tabindex")),
                (Some("region"), Some("0")),
                "{title}"
            );
            let cells = |row: Node<'_, '_>| row.children().filter(Node::is_element).count();
            let widths: BTreeSet<usize> = table.descendants().filter(|n| n.has_tag_name("tr")).map(cells).collect();
            assert_eq!(widths.len(), 1, "{title}: rows of one table are equally long");
        }
        let regions: Vec<&str> = document
            .descendants()
            .filter(|node| node.attribute("role") == Some("region"))
            .map(|node| node.attribute("aria-label").unwrap())
            .collect();
        assert_eq!(regions.len(), regions.iter().collect::<BTreeSet<_>>().len(), "{title}: {regions:?}");
        for drawing in elements(document, "svg") {
            assert_eq!(drawing.attribute("role"), Some("img"), "{title}");
            let named: Vec<&str> = drawing.children().filter(Node::is_element).map(|n| n.tag_name().name()).collect();
            assert_eq!(named[..2], ["title", "desc"], "{title}");
            let chart = drawing.ancestors().find(|node| node.has_tag_name("section")).unwrap();
            assert!(!rows(chart).is_empty(), "{title}: a drawing without its table");
        }
    });
}

#[test]
fn what_models_write_stays_text() {
    let page = render(&told::session("hostile").history, &[], Format::Html);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&page, options).unwrap();
    let shown = words(document.root_element());
    for kept in [HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[3], HOSTILE[4], HOSTILE[10], HOSTILE[11]] {
        assert!(shown.contains(kept), "{kept} is shown as it was written");
    }
    for line in HOSTILE[8].lines().chain(HOSTILE[13].lines()) {
        assert!(shown.contains(line), "{line}");
    }
    // A joiner that makes one picture of two stays.
    assert!(shown.contains("🧑\u{200d}🚀"));
    for gone in ["\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\u{e0041}", "\u{ad}", "\u{1b}", "\u{7}", "\u{0}"] {
        assert!(!page.contains(gone), "{gone:?}");
    }
    let links: BTreeSet<&str> = elements(&document, "a").filter_map(|link| link.attribute("href")).collect();
    let outside: Vec<&str> = links.into_iter().filter(|link| !link.starts_with('#')).collect();
    assert_eq!(outside, ["https://evil.example/%29]%28x%29%7C%3Cb%3E%27", "https://example.org/a?b=c&d=%20"]);
}

#[test]
fn the_charts_tally_and_agreement_are_the_records() {
    each(|title, document, record, told| {
        let counted: Vec<_> =
            told.history.rounds.iter().enumerate().filter(|(_, round)| round.consensus.is_some()).collect();
        if counted.is_empty() {
            return;
        }
        let (tally, agreement) = (section(document, "tally").unwrap(), section(document, "agreement").unwrap());
        let (tally_rows, agreement_rows) = (rows(tally), rows(agreement));
        assert_eq!((tally_rows.len(), agreement_rows.len()), (counted.len(), counted.len()), "{title}");
        for (place, (index, round)) in counted.into_iter().enumerate() {
            let is_opening = told.history.setup.mode.phases[0].name == round.phase;
            let consensus = record.sealed.clone().filter(|_| is_opening).or_else(|| round.consensus.clone()).unwrap();
            let mut due: Vec<(String, u32)> = record
                .question
                .options
                .iter()
                .map(|choice| (choice.id.0.clone(), consensus.tally.get(&choice.id).copied().unwrap_or(0)))
                .collect();
            due.extend([("abstained".to_owned(), consensus.abstained), ("absent".to_owned(), consensus.absent)]);
            let cells: Vec<String> = due.iter().map(|(_, seats)| seats.to_string()).collect();
            assert_eq!(tally_rows[place].1, cells, "{title}: round {}", index + 1);
            let here = |mark: &Node<'_, '_>| mark.attribute("data-round") == Some(&(index + 1).to_string());
            let drawn: BTreeMap<String, u32> = tally
                .descendants()
                .filter(here)
                .map(|mark| (data(&mark, "of").to_owned(), data(&mark, "value").parse().unwrap()))
                .collect();
            let due: BTreeMap<String, u32> = due.into_iter().filter(|(_, seats)| *seats > 0).collect();
            assert_eq!(drawn, due, "{title}: round {}", index + 1);
            let point = agreement.descendants().find(here);
            let drawn = point.map(|p| ["value", "low", "high"].map(|name| data(&p, name).parse::<f64>().unwrap()));
            let due = consensus.agreement.zip(consensus.interval).map(|(share, [low, high])| [share, low, high]);
            assert_eq!(drawn, due, "{title}: round {}", index + 1);
            let due = due
                .map_or_else(|| vec!["none".to_owned(); 3], |due| due.map(|v| format!("{:.0}%", v * 100.0)).to_vec());
            assert_eq!(agreement_rows[place].1[1..], due, "{title}: round {}", index + 1);
        }
    });
}

#[test]
fn the_chart_of_estimates_is_the_records() {
    let mut drawn = 0;
    each(|title, document, record, told| {
        let counted: Vec<_> =
            told.history.rounds.iter().enumerate().filter(|(_, round)| round.estimates.is_some()).collect();
        let Some(chart) = section(document, "estimates") else {
            return assert!(counted.is_empty(), "{title}");
        };
        let table = rows(chart);
        let columns = |row: usize| table[row].1.clone();
        let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), worded);
        for (place, (index, round)) in counted.into_iter().enumerate() {
            let found = round.estimates.as_ref().unwrap();
            let here = |mark: &Node<'_, '_>| mark.attribute("data-round") == Some(&(index + 1).to_string());
            let read = |mark: &Node<'_, '_>, name| data(mark, name).parse::<f64>().unwrap();
            let (dots, boxes): (Vec<_>, Vec<_>) =
                chart.descendants().filter(here).partition(|mark| mark.attribute("data-seat").is_some());
            let boxes: Vec<_> =
                boxes.iter().map(|mark| ["value", "low", "high"].map(|name| read(mark, name))).collect();
            let due = found.median.map(|median| [median, found.q1.unwrap(), found.q3.unwrap()]);
            assert_eq!(boxes, due.into_iter().collect::<Vec<_>>(), "{title}: round {}", index + 1);
            assert_eq!(dots.len() as u32, found.n, "{title}: round {}", index + 1);
            for (row, agent) in record.panel.iter().enumerate() {
                let dot = dots.iter().find(|dot| data(dot, "seat") == agent.seat.to_string());
                let told = number(dot.map(|dot| read(dot, "value")));
                assert_eq!((&table[row].0, &columns(row)[place]), (&agent.name, &told), "{title}");
            }
            let totals = [found.median, found.q1, found.q3].map(number);
            let shown: Vec<_> = (0..3).map(|total| columns(record.panel.len() + total)[place].clone()).collect();
            assert_eq!(shown, totals, "{title}");
        }
        // Higher numbers stand higher.
        let mut heights: Vec<(f64, f64)> = elements(document, "circle")
            .filter(|mark| mark.attribute("data-seat").is_some() && mark.attribute("data-value").is_some())
            .map(|dot| (data(&dot, "value").parse().unwrap(), dot.attribute("cy").unwrap().parse().unwrap()))
            .collect();
        heights.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(heights.is_sorted_by(|a, b| a.1 >= b.1), "{title}: {heights:?}");
        drawn += 1;
    });
    assert!(drawn >= 2, "{drawn}");
}

#[test]
fn the_chart_of_movement_is_its_table() {
    each(|title, document, record, _| {
        let Some(section) = section(document, "movement") else { return };
        let table = rows(section);
        assert_eq!(table.len(), record.panel.len(), "{title}");
        let mut moved = 0;
        for (agent, (_, cells)) in record.panel.iter().zip(&table) {
            let seat = agent.seat.to_string();
            let own = || section.descendants().filter(|mark| mark.attribute("data-seat") == Some(seat.as_str()));
            let drawn: Vec<&str> = own().filter_map(|mark| mark.attribute("data-held")).collect();
            let held: Vec<&str> = cells.iter().map(|cell| cell.split(',').next().unwrap()).collect();
            assert_eq!(drawn, held, "{title}: seat {seat}");
            let steps: Vec<&str> =
                own().filter(|m| m.has_tag_name("path")).filter_map(|m| m.attribute("class")).collect();
            assert_eq!(steps.len() + 1, cells.len(), "{title}: seat {seat}");
            for (step, pair) in steps.iter().zip(cells.windows(2)) {
                let held = |cell: &str| cell.split(',').next().unwrap().to_owned();
                let lapse = |cell: &str| ["abstained", "absent"].contains(&held(cell).as_str());
                let due = match (held(&pair[0]) == held(&pair[1]), lapse(&pair[0]) || lapse(&pair[1])) {
                    (true, _) => "step stayed",
                    (false, true) => "step lapsed",
                    (false, false) if pair[1].ends_with(", cited") => "step cited",
                    (false, false) => "step uncited",
                };
                assert_eq!(*step, due, "{title}: seat {seat}: {pair:?}");
                moved += usize::from(due.contains("cited"));
            }
        }
        // What the drawing is called in words names every move.
        let description = section.descendants().find(|node| node.has_tag_name("desc")).unwrap();
        assert_eq!(words(description).matches(" moved from ").count(), moved, "{title}");
    });
}

#[test]
fn the_matrix_holds_the_final_ratings() {
    each(|title, document, record, told| {
        let Some(section) = section(document, "ratings") else { return };
        let rows = rows(section);
        assert_eq!(rows.len(), record.panel.len() + 2, "{title}: seats, median and quartiles");
        let ratings = |cells: &[String]| {
            let value = |cell: &String| cell.replace('−', "-").trim_start_matches('+').parse::<i32>().ok();
            cells.iter().take(record.question.options.len()).map(value).collect::<Vec<_>>()
        };
        let given: i32 = rows.iter().take(record.panel.len()).flat_map(|(_, cells)| ratings(cells)).flatten().sum();
        let board = Board::of(&told.history);
        let standings = roundtable::debate::consensus::latest(&board).unwrap();
        let due: i32 =
            standings.values().flat_map(|s| s.stance.ratings.values()).map(|rating| i32::from(*rating)).sum();
        assert_eq!(given, due, "{title}");
        for (agent, (_, cells)) in record.panel.iter().zip(&rows) {
            let rated = |choice: &roundtable::debate::question::Choice| {
                standings
                    .get(&agent.seat)
                    .and_then(|s| s.stance.ratings.get(&choice.id))
                    .map(|rating| i32::from(*rating))
            };
            let due: Vec<Option<i32>> = record.question.options.iter().map(rated).collect();
            assert_eq!(ratings(cells), due, "{title}: {}", agent.name);
        }
    });
}

#[test]
fn the_costs_add_up_to_the_records() {
    each(|title, document, record, _| {
        let section = section(document, "cost").unwrap();
        let total = &record.usage.total;
        let in_dollars = total.cost_usd.is_some_and(|cost| cost > 0.0);
        let drawn = |speaker: &str| -> f64 {
            let marks = section.descendants().filter(|mark| mark.attribute("data-of") == Some(speaker));
            marks.map(|mark| data(&mark, "value").parse::<f64>().unwrap()).sum()
        };
        for (speaker, spent) in &record.usage.by_speaker {
            let tokens = (spent.input_tokens + spent.output_tokens) as f64;
            let due = if in_dollars { spent.cost_usd.unwrap() } else { tokens };
            assert!((drawn(speaker) - due).abs() < 1e-9, "{title}: {speaker}: {} {due}", drawn(speaker));
        }
        let rows = rows(section);
        let (head, cells) = rows.last().unwrap();
        let [.., calls, tokens, _] = cells.as_slice() else { panic!("{title}: {cells:?}") };
        assert_eq!(head, "All", "{title}");
        let due = (total.calls.to_string(), (total.input_tokens + total.output_tokens).to_string());
        assert_eq!((calls.clone(), tokens.replace(',', "")), due, "{title}");
        let lead = words(section);
        assert_eq!(lead.contains("Not every price is known"), total.cost_usd.is_none(), "{title}");
        if total.cost_usd.is_none() {
            assert!(cells.last().unwrap() == "price unknown", "{title}: {cells:?}");
        }
    });
}

#[test]
fn every_part_of_the_record_is_on_the_page() {
    each(|title, document, record, told| {
        let transcript = section(document, "transcript").unwrap();
        let turns = transcript.descendants().filter(|node| node.has_tag_name("article")).count();
        assert_eq!(turns, record.turns.len(), "{title}");
        let claims = section(document, "claims").map_or(0, |claims| {
            claims.descendants().filter(|node| node.has_tag_name("li") && node.attribute("id").is_some()).count()
        });
        assert_eq!(claims, record.claims.len(), "{title}");
        let dissent = section(document, "dissent").unwrap();
        let quotes = dissent.descendants().filter(|node| node.has_tag_name("blockquote")).count();
        assert_eq!(quotes, record.dissent.len() + record.blocking.len(), "{title}");
        let page = words(document.root_element());
        assert!(page.contains(&record.session) && page.contains(&record.seed.to_string()), "{title}");
        assert_eq!(page.contains("Rehearsal: no model was asked"), record.note.is_some(), "{title}");
        let continued = words(transcript).matches("Continued after round").count();
        assert_eq!(continued, told.history.continuations.len(), "{title}");
        let moderated = record.turns.iter().any(|turn| turn.turn.speaker == Speaker::Moderator);
        let cost = words(section(document, "cost").unwrap());
        assert_eq!(cost.contains("Moderator"), moderated, "{title}");
    });
}
