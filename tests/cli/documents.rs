//! Reference documents as tools: looked up over every wire that has tools, capped, and never anything outside of their folder.

use std::os::unix::fs::symlink;
use std::sync::Arc;

use crate::support::fake::{Behaviour, Fake};
use crate::support::program::{Desk, lines_with};
use crate::support::tool_speech::{Wanted, calling, may_call, results};
use serde_json::{Value, json};

/// Each wire that has tools, with a provider that speaks it.
const WIRES: [(&str, &str); 4] =
    [("anthropic", "anthropic"), ("openai_responses", "openai"), ("gemini", "google"), ("openai_chat", "ollama=m")];
/// Stands in no document that may be read.
const CANARY: &str = "xylophonic-canary";

/// A provider that makes these calls, request by request, while it may; then it answers.
fn scripted(script: Vec<Vec<(String, String)>>) -> Fake {
    Fake::start(Arc::new(move |seen, before| match script.get(before) {
        Some(calls) if may_call(seen) => {
            let calls: Vec<Wanted<'_>> =
                calls.iter().map(|(name, arguments)| (name.as_str(), arguments.as_str())).collect();
            calling(seen, before, &calls)
        }
        Some(_) | None => Behaviour::Say("It is in the style guide.".to_owned()),
    }))
}

fn calls(calls: &[Wanted<'_>]) -> Vec<(String, String)> {
    calls.iter().map(|(name, arguments)| ((*name).to_owned(), (*arguments).to_owned())).collect()
}

/// A desk with documents, and with much beside them that is nobody's business.
fn desk(fake: &Fake) -> Desk {
    let mut desk = Desk::at(fake.url(), 4);
    desk.set("OLLAMA_HOST", fake.url());
    desk.set("ROUNDTABLE_DOCUMENTS", "standards");
    desk.write("standards/api/errors.md", "# Errors\n\nEvery error names its cause.\nThe API answers with a status.\n");
    desk.write("standards/style.md", "# Style\n\nNames are whole words.\n");
    desk
}

fn ask(desk: &Desk, more: &[&str]) -> Value {
    let arguments = ["ask", "architect", "What do our standards say of errors?", "--format", "json"];
    desk.run(&[&arguments, more].concat()).expect(0).json()["answers"][0].clone()
}

#[test]
fn a_conversation_of_three_steps_goes_over_every_wire_that_has_tools() {
    for (wire, provider) in WIRES {
        let fake = scripted(vec![
            calls(&[("list_documents", r#"{"under":""}"#)]),
            calls(&[
                ("search_documents", r#"{"query":"errors"}"#),
                ("read_document", r#"{"path": not json"#),
                ("shell", r#"{"command":"id"}"#),
                ("read_document", r#"{"path":7,"from_line":1}"#),
                ("read_document", r#"{"path":"style.md","depth":2}"#),
            ]),
            calls(&[("read_document", r#"{"path":"api/errors.md","from_line":3}"#)]),
        ]);
        let desk = desk(&fake);
        let answer = ask(&desk, &["--provider", provider]);
        assert_eq!(answer["text"], "It is in the style guide.", "{wire}");
        assert_eq!(
            (&answer["calls"], &answer["tool_calls"], &answer["capped"]),
            (&json!(4), &json!(7), &Value::Null),
            "{wire}"
        );
        assert_eq!(answer["documents"], json!(["api/errors.md"]), "{wire}");
        let log = fake.log();
        assert!(log.iter().all(|seen| seen.vendor_wire == wire && seen.body["tools"].is_array()), "{wire}");
        let told: Vec<Vec<(String, String)>> = log[1..].iter().map(results).collect();
        let ids: Vec<Vec<&str>> = told.iter().map(|told| told.iter().map(|(id, _)| id.as_str()).collect()).collect();
        let second = ["id-1-0", "id-1-1", "id-1-2", "id-1-3", "id-1-4"];
        assert_eq!(ids, [&["id-0-0"][..], &second, &["id-2-0"]], "{wire}");
        let expected = [
            (0, 0, "api/errors.md (70 bytes): Errors"),
            (1, 0, "api/errors.md, line 1:"),
            (1, 1, "The arguments are no JSON object"),
            (1, 2, "There is no tool `shell`"),
            (1, 3, "`path` must be a text, and is 7"),
            (1, 4, "There is no argument `depth`"),
            (2, 0, "api/errors.md, lines 3 to 4 of 4:"),
        ];
        for (turn, place, words) in expected {
            assert!(told[turn][place].1.contains(words), "{wire}: {words}: {}", told[turn][place].1);
        }
        assert!(
            told[2][0].1.contains("> Every error names its cause.") && !told[2][0].1.contains("# Errors"),
            "{wire}"
        );
        // Thoughts are signed, and come back as they were said.
        if ["anthropic", "gemini"].contains(&wire) {
            assert!(log[1].body.to_string().contains("c2ln"), "{wire}: {}", log[1].body);
        }
        assert!(!log[1].body.to_string().contains("\"rs\""), "{wire}: an item that nobody keeps");
    }
}

/// Arguments that would lead out of the folder, or into what is no document, if any were taken for a path.
fn escapes(desk: &Desk) -> Vec<String> {
    let outside = desk.work().join("outside.md").display().to_string();
    let given = [
        outside.as_str(),
        "../outside.md",
        "../../work/outside.md",
        "api/../../outside.md",
        "api/../../../work/outside.md",
        "./../outside.md",
        "....//outside.md",
        "..\\outside.md",
        "api\\..\\..\\outside.md",
        "%2e%2e/outside.md",
        "%2e%2e%2foutside.md",
        "..%2foutside.md",
        "..%252foutside.md",
        "..%c0%afoutside.md",
        "\u{2025}/outside.md",
        "\u{ff0e}\u{ff0e}/outside.md",
        "..\u{2215}outside.md",
        "..\u{2044}outside.md",
        "..\u{ff0f}outside.md",
        ".\u{200b}./outside.md",
        "\u{202e}../outside.md",
        "../outside.md\u{0}",
        "style.md\u{0}/../../outside.md",
        "style.md/../../outside.md",
        "/etc/passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "~/outside.md",
        "$HOME/outside.md",
        "/proc/self/environ",
        "/proc/self/cwd/outside.md",
        "/dev/stdin",
        "/dev/zero",
        "link.md",
        "folder/outside.md",
        "folder/../outside.md",
        "pipe.md",
        "zero.md",
        ".env",
        "hidden.md",
        "",
        ".",
        "..",
        "api",
        "api/",
    ];
    given.iter().map(|path| json!({ "path": path, "from_line": 1 }).to_string()).collect()
}

#[test]
fn nothing_outside_of_the_folder_is_read() {
    let blank = Desk::new();
    let count = escapes(&blank).len();
    assert!(count >= 40, "{count}");
    // The paths depend on the desk, and the desk on the address of the fake.
    let paths: Arc<std::sync::OnceLock<Vec<String>>> = Arc::default();
    let known = Arc::clone(&paths);
    let fake = Fake::start(Arc::new(move |seen, before| {
        let paths = known.get().unwrap();
        match paths.chunks(8).nth(before) {
            Some(chunk) => {
                let calls: Vec<Wanted<'_>> = chunk.iter().map(|path| ("read_document", path.as_str())).collect();
                calling(seen, before, &calls)
            }
            None if before == paths.chunks(8).len() => calling(
                seen,
                before,
                &[
                    ("list_documents", r#"{"under":""}"#),
                    ("list_documents", r#"{"under":"../"}"#),
                    ("list_documents", r#"{"under":"/"}"#),
                    ("search_documents", r#"{"query":"xylophonic canary root"}"#),
                ],
            ),
            None => Behaviour::Say("Nothing.".to_owned()),
        }
    }));
    let desk = desk(&fake);
    paths.set(escapes(&desk)).unwrap();
    desk.write("outside.md", CANARY);
    desk.write("home/outside.md", CANARY);
    desk.write("standards/.env", format!("WORD={CANARY}"));
    desk.write("standards/hidden.md", CANARY);
    desk.write("standards/.gitignore", "hidden.md\n");
    desk.write("standards/blob.bin", b"\0\x01".repeat(20));
    let standards = desk.work().join("standards");
    symlink("../outside.md", standards.join("link.md")).unwrap();
    symlink("..", standards.join("folder")).unwrap();
    symlink("/dev/zero", standards.join("zero.md")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(standards.join("pipe.md")).status().unwrap();
    assert!(made.success());
    let answer = ask(&desk, &["--provider", "anthropic"]);
    assert_eq!((&answer["text"], &answer["documents"]), (&json!("Nothing."), &json!([])));
    let log = fake.log();
    assert_eq!(log.len(), count.div_ceil(8) + 2);
    for seen in &log {
        let body = seen.body.to_string();
        assert!(!body.contains(CANARY) && !body.contains("root:"), "{body}");
    }
    let refused: Vec<String> = log[1..log.len() - 1].iter().flat_map(results).map(|(_, text)| text).collect();
    assert_eq!(refused.len(), count);
    for told in refused {
        assert!(told.starts_with("There is no document `"), "{told}");
    }
    let told = results(log.last().unwrap());
    let listed: Vec<&str> = told[0].1.lines().filter(|line| line.starts_with("> ")).collect();
    assert_eq!(
        listed,
        ["> .gitignore (10 bytes): hidden.md", "> api/errors.md (70 bytes): Errors", "> style.md (32 bytes): Style"]
    );
    assert!(told[1].1.starts_with("There is no such document.") && told[2].1.starts_with("There is no such document."));
    assert!(told[3].1.starts_with("No passage has any of these words."), "{}", told[3].1);
}

#[test]
fn rounds_and_bytes_are_capped_and_the_talk_ends_in_an_answer() {
    for (wire, provider) in WIRES {
        // It would go on for ever if it were let.
        let fake = Fake::start(Arc::new(move |seen, before| {
            if may_call(seen) {
                calling(seen, before, &[("read_document", r#"{"path":"style.md","from_line":1}"#)])
            } else {
                Behaviour::Say("Enough.".to_owned())
            }
        }));
        let desk = desk(&fake);
        let answer = ask(&desk, &["--provider", provider]);
        assert_eq!((&answer["text"], &answer["capped"]), (&json!("Enough."), &json!("tool_rounds")), "{wire}");
        assert_eq!(fake.log().len(), 9, "{wire}");
        let last = results(fake.log().last().unwrap());
        assert!(last[0].1.ends_with("answer now with what you have."), "{wire}: {}", last[0].1);
        let front = "name: reader\ndescription: reads\ntools: [documents]\nlimits: { document_bytes: 1024 }";
        desk.write(".roundtable/personas/reader.md", format!("---\n{front}\n---\nRead.\n"));
        desk.write("standards/style.md", "Names are whole words. ".repeat(100));
        let read = ["ask", "reader", "x", "--format", "json", "--provider", provider];
        let answer = desk.run(&read).expect(0).json()["answers"][0].clone();
        assert_eq!((&answer["calls"], &answer["capped"]), (&json!(2), &json!("document_bytes")), "{wire}");
        let shown = results(fake.log().last().unwrap());
        assert!(shown[0].1.len() < 1_024 + 200 && shown[0].1.contains("[cut off"), "{wire}: {}", shown[0].1);
    }
}

#[test]
fn a_model_that_never_answers_is_a_fault_that_is_paid_for() {
    let fake = Fake::start(Arc::new(|seen, before| calling(seen, before, &[("list_documents", r#"{"under":""}"#)])));
    let ran = desk(&fake).run(&["ask", "qa", "x", "--provider", "openai", "--format", "json"]).expect(5);
    assert!(ran.stderr.contains("went on calling tools"), "{}", ran.stderr);
    assert_eq!((&ran.json()["answers"][0]["calls"], fake.log().len()), (&json!(9), 9));
}

#[test]
fn a_document_with_a_secret_is_withheld_unless_it_may_go() {
    let secret = format!("ghp_{}", "9aZ3kQ7xW2mB5vN8cT4yL6pR1sD0fGhJ".repeat(2));
    let script = vec![calls(&[
        ("list_documents", r#"{"under":"dep"}"#),
        ("read_document", r#"{"path":"deploy.md","from_line":1}"#),
        ("search_documents", r#"{"query":"rollout"}"#),
    ])];
    let fake = scripted(script.clone());
    let first = desk(&fake);
    let text = format!("# Deploy\n\nThe rollout uses {secret} for now.\n");
    first.write("standards/deploy.md", &text);
    ask(&first, &["--provider", "anthropic"]);
    let log = fake.log();
    assert!(log.iter().all(|seen| !seen.body.to_string().contains("ghp_")));
    let told = results(&log[1]);
    assert!(told[0].1.contains("deploy.md (withheld: line 3 looks like a GitHub token)"), "{}", told[0].1);
    assert!(told[1].1.contains("deploy.md is withheld: line 3 looks like a GitHub token"), "{}", told[1].1);
    assert!(told[2].1.contains("No passage"), "{}", told[2].1);
    let fake = scripted(script);
    let second = desk(&fake);
    second.write("standards/deploy.md", &text);
    ask(&second, &["--provider", "anthropic", "--allow-secrets"]);
    assert!(results(&fake.log()[1])[1].1.contains(&secret));
}

#[test]
fn a_model_without_tools_is_given_the_passages_that_fit() {
    let fake = Fake::always(Behaviour::Say("It is in the style guide.".to_owned()));
    let desk = desk(&fake);
    let ran = desk.run(&["ask", "qa", "What names an error?", "--provider", "perplexity"]).expect(0);
    assert!(ran.stderr.contains("perplexity takes no tools: qa was given 2 passages"), "{}", ran.stderr);
    let [seen] = fake.log().try_into().unwrap();
    assert!(
        seen.body.get("tools").is_none() && seen.body.to_string().contains("> Every error names its cause."),
        "{}",
        seen.body
    );
}

#[test]
fn no_folder_no_tools() {
    let fake = Fake::always(Behaviour::Say("Yes.".to_owned()));
    let mut desk = desk(&fake);
    desk.unset("ROUNDTABLE_DOCUMENTS");
    ask(&desk, &[]);
    assert!(fake.log()[0].body.get("tools").is_none());
    // A flag names one, and a persona that does not use documents is offered none.
    desk.write(".roundtable/personas/plain.md", "---\nname: plain\ndescription: plain\n---\nSpeak.\n");
    desk.run(&["ask", "plain", "x", "--documents", "standards"]).expect(0);
    assert!(fake.log()[1].body.get("tools").is_none());
    ask(&desk, &["--documents", "standards"]);
    assert_eq!(fake.log()[2].body["tools"].as_array().unwrap().len(), 3);
    let ran = desk.run(&["ask", "qa", "x", "--documents", "nowhere"]).expect(2);
    assert!(ran.stderr.contains("--documents: cannot read") && ran.stderr.contains("nowhere"), "{}", ran.stderr);
    assert_eq!(fake.log().len(), 3);
}

#[test]
fn a_checkout_cannot_name_a_folder_outside_of_it() {
    let fake = Fake::always(Behaviour::Say("Yes.".to_owned()));
    let mut desk = desk(&fake);
    desk.unset("ROUNDTABLE_DOCUMENTS");
    symlink("/etc", desk.work().join("elsewhere")).unwrap();
    for folder in ["/etc", "..", "~", "elsewhere", "standards/../../"] {
        desk.write("roundtable.yaml", format!("documents: \"{folder}\"\n"));
        let ran = desk.run(&["ask", "qa", "x"]).expect(2);
        assert!(
            ran.stderr.contains("documents (in roundtable.yaml:1:1) leads out of the project"),
            "{folder}: {}",
            ran.stderr
        );
    }
    desk.write("roundtable.yaml", "documents: standards\n");
    ask(&desk, &[]);
    desk.write("roundtable.yaml", "");
    desk.write(".env", "ROUNDTABLE_DOCUMENTS=/etc\n");
    desk.run(&["ask", "qa", "x"]).expect(2);
    assert_eq!(fake.log().len(), 1);
}

#[test]
fn a_rehearsal_shows_that_documents_are_looked_at() {
    let fake = Fake::always(Behaviour::Hang);
    let answer = ask(&desk(&fake), &["--rehearse"]);
    assert!(answer["text"].as_str().unwrap().contains("looked at its documents once"), "{answer}");
    assert_eq!((&answer["tool_calls"], fake.log().len()), (&json!(1), 0));
}

/// A provider that bills dearly, half a token for every byte that it is sent and as much output as it may give, and that would look
/// things up for ever.
fn dear() -> Fake {
    Fake::start(Arc::new(|seen, before| {
        if !may_call(seen) {
            return Behaviour::Say("Enough.".to_owned());
        }
        let Behaviour::Status { code, headers, body } =
            calling(seen, before, &[("read_document", r#"{"path":"long.md","from_line":1}"#)])
        else {
            panic!("calls are streamed");
        };
        let text = String::from_utf8(body).unwrap();
        let input = seen.body.to_string().len() / 2;
        let text = text.replace("\"input_tokens\":100", &format!("\"input_tokens\":{input}"));
        let output = &seen.body["max_tokens"];
        let text = text.replace("\"output_tokens\":30", &format!("\"output_tokens\":{output}"));
        Behaviour::Status { code, headers, body: text.into_bytes() }
    }))
}

#[test]
fn a_limit_on_cost_is_kept_whatever_is_looked_up() {
    let fake = dear();
    let desk = desk(&fake);
    desk.write("standards/long.md", "Names are whole words.\n".repeat(4_000));
    let mut met = Vec::new();
    for limit in ["0.01", "0.12", "0.25", "0.4", "0.8", "1.6", "9"] {
        let before = fake.log().len();
        let ran = desk.run(&["ask", "qa", "x", "--provider", "anthropic", "--max-cost", limit, "--format", "json"]);
        if ran.stdout.is_empty() {
            let ran = ran.expect(2);
            assert!(ran.stderr.contains("--max-cost is too low to ask persona qa"), "{limit}: {}", ran.stderr);
            assert_eq!(fake.log().len(), before, "{limit}: something was sent");
            met.push("refused".to_owned());
            continue;
        }
        let answer = ran.expect(0).json()["answers"][0].clone();
        let (cost, most) = (answer["cost_usd"].as_f64().unwrap(), limit.parse::<f64>().unwrap());
        assert!(cost <= most, "{limit}: {cost}");
        assert_eq!(answer["text"], "Enough.", "{limit}");
        met.push(answer["capped"].as_str().unwrap().to_owned());
    }
    let distinct: std::collections::BTreeSet<&str> = met.iter().map(String::as_str).collect();
    assert_eq!(met.first().unwrap(), "refused");
    assert_eq!(met.last().unwrap(), "document_bytes");
    assert!(distinct.contains("max_cost") && met.iter().filter(|how| *how == "max_cost").count() >= 3, "{met:?}");
    let tokens = ["ask", "qa", "x", "--provider", "anthropic", "--max-tokens", "60000", "--format", "json"];
    let answer = desk.run(&tokens).expect(0).json()["answers"][0].clone();
    let taken = answer["input_tokens"].as_u64().unwrap() + answer["output_tokens"].as_u64().unwrap();
    assert!(taken <= 60_000 && answer["capped"] == "max_tokens", "{answer}");
}

#[test]
fn on_a_panel_documents_are_left_aside_and_that_is_said() {
    let fake = Fake::always(Behaviour::Hang);
    let mut desk = desk(&fake);
    let warnings = |desk: &Desk| {
        let start = [
            "start",
            "--topic",
            "x?",
            "--yes-no",
            "--mode",
            "vote",
            "--rehearse",
            "--seat",
            "architect",
            "--seat",
            "plain",
        ];
        lines_with(&desk.run(&start).expect(0).stderr, "warning: the documents").join("\n")
    };
    desk.write(".roundtable/personas/plain.md", "---\nname: plain\ndescription: plain\n---\nBe plain.\n");
    let told = warnings(&desk);
    assert!(told.contains("ROUNDTABLE_DOCUMENTS are left aside on a panel, by architect too:"), "{told}");
    assert!(!told.contains("plain") && told.contains("as its context"), "{told}");
    desk.unset("ROUNDTABLE_DOCUMENTS");
    assert_eq!(warnings(&desk), "");
}

#[test]
fn a_document_of_one_line_is_found_and_shown_in_part() {
    let fake = scripted(vec![calls(&[("search_documents", r#"{"query":"kafka"}"#)])]);
    let desk = desk(&fake);
    desk.write("standards/long.md", "kafka and ".repeat(10_000));
    desk.write("standards/short.md", "Kafka is what we use for events, and only for them.\n");
    let answer = ask(&desk, &["--provider", "anthropic"]);
    assert_eq!(answer["documents"], json!(["long.md", "short.md"]));
    let told = &results(&fake.log()[1])[0].1;
    assert!(told.contains("long.md, line 1:") && told.contains("[…]") && told.contains("short.md, line 1:"), "{told}");
    assert!(told.len() < 10_000, "{}", told.len());
}

#[test]
fn what_is_left_out_of_the_documents_is_told_once_a_reason() {
    let fake = Fake::always(Behaviour::Say("Done.".to_owned()));
    let desk = desk(&fake);
    for picture in ["a.png", "b.png", "c.png"] {
        desk.write(&format!("standards/{picture}"), b"\x89PNG\r\n\x1a\n\0\0");
    }
    symlink("style.md", desk.work().join("standards/link.md")).unwrap();
    desk.write("standards/empty.md", "\n");
    let asked = desk.run(&["ask", "architect", "x", "--provider", "anthropic"]).expect(0);
    let expected =
        ["warning: link.md is left out: it is a link", "warning: a.png and 2 more are left out: it is no text"];
    let mut told = lines_with(&asked.stderr, "warning: ");
    told.retain(|line| line.contains("left out"));
    assert_eq!(told, expected);
}
