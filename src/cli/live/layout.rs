//! The board as lines: columns that give way as the terminal narrows, and never a line that wraps.

use std::time::Duration;

use crate::cli::cells::{cut, left, right, width};
use crate::cli::live::board::{Board, Flight, Row, Stage, State};
use crate::cli::live::size::Size;
use crate::cli::live::spent::time;
use crate::cli::style::{Palette, Tone};
use crate::debate::log::ids::Speaker;

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// Time between two pictures of the spinner, in milliseconds.
pub(super) const SPIN_MS: u64 = 100;

/// With this many rows for the log, one of them may set it apart from the board.
const SPARE_ROWS: usize = 8;
const NUMBER: usize = 2;
const NAME: std::ops::RangeInclusive<usize> = 6..=22;
const VOICE: std::ops::RangeInclusive<usize> = 12..=40;
/// Fits `✓ ballot in` and `⠹ thinking`.
const STATE_MIN: usize = 13;
/// More room than this would only move the numbers away from the names.
const STATE_MAX: usize = 44;
/// Fits `~99.9k tok`.
const TOKENS: usize = 10;
const SECONDS: usize = 6;
/// Fits `$12.3456+?`.
const COST: usize = 10;

/// Cells of each column; 0 for one that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    name: usize,
    voice: usize,
    state: usize,
    tokens: usize,
    cost: usize,
}

/// Returns the board as lines that each leave the last column free: some terminals wrap when it is written to.
pub(super) fn lines(board: &Board, size: Size, now: Duration, palette: Palette) -> Vec<String> {
    let line_max = size.columns.saturating_sub(1);
    let is_moderated = board.flights_of(Speaker::Moderator).next().is_some();
    let moderator = is_moderated.then_some(&board.moderator);
    let is_roomy = size.rows > board.seats.len() + SPARE_ROWS;
    // The log keeps a third of the terminal; header and total are always shown.
    let high = (size.rows * 2 / 3).max(4);
    let room = high.saturating_sub(2 + usize::from(is_moderated)).max(1);
    let (shown, hidden) = choose(board, room);
    let columns = columns(board, line_max);
    let rows = shown.into_iter().chain(moderator).map(|row| row_line(board, row, columns, now, palette));
    let gap = is_roomy.then(String::new);
    let mut lines: Vec<String> = gap.into_iter().chain([header(board, palette)]).collect();
    lines.extend(rows);
    lines.extend(rest(board, &hidden).map(|rest| palette.paint(Tone::Faint, rest)));
    lines.push(palette.paint(Tone::Faint, total(board, now, line_max)));
    lines.into_iter().map(|line| cut(&line, line_max)).collect()
}

fn header(board: &Board, palette: Palette) -> String {
    let place = match &board.stage {
        Stage::Starting => "starting".to_owned(),
        Stage::At(place) => place.to_string(),
        Stage::Pausing => "pausing: no more is asked, what is in flight is waited for".to_owned(),
        Stage::Stopping => "stopping: no more is asked".to_owned(),
        Stage::Decided => "decided".to_owned(),
    };
    format!("{} · {place}", palette.paint(Tone::Strong, &board.title))
}

/// The rows that fit, in seating order, and those that do not: whoever is at work is shown first.
fn choose(board: &Board, room: usize) -> (Vec<&Row>, Vec<&Row>) {
    if board.seats.len() <= room {
        return (board.seats.iter().collect(), Vec::new());
    }
    let mut ranked: Vec<usize> = (0..board.seats.len()).collect();
    ranked.sort_by_key(|place| {
        let row = &board.seats[*place];
        (board.flights_of(row.speaker).next().is_none(), row.state != State::Waiting)
    });
    ranked.truncate(room.saturating_sub(1));
    let (shown, hidden): (Vec<_>, Vec<_>) =
        board.seats.iter().enumerate().partition(|(place, _)| ranked.contains(place));
    let rows = |placed: Vec<(usize, _)>| placed.into_iter().map(|(_, row)| row).collect();
    (rows(shown), rows(hidden))
}

fn rest(board: &Board, hidden: &[&Row]) -> Option<String> {
    let is_busy = |row: &&&Row| board.flights_of(row.speaker).next().is_some();
    let busy = hidden.iter().filter(is_busy).count();
    let idle = |is: &dyn Fn(&State) -> bool| hidden.iter().filter(|row| !is_busy(row) && is(&row.state)).count();
    let waiting = idle(&|state| *state == State::Waiting);
    let absent = idle(&|state| matches!(state, State::Absent(_)));
    let done = hidden.len() - busy - waiting - absent;
    let parts = [(busy, "at work"), (waiting, "waiting"), (done, "done"), (absent, "absent")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(seats, _)| *seats > 0).map(|(seats, what)| format!("{seats} {what}")).collect();
    (!hidden.is_empty()).then(|| format!("   and {} more: {}", hidden.len(), parts.join(", ")))
}

fn total(board: &Board, now: Duration, line_max: usize) -> String {
    let (spent, calls) = board.total();
    let parts = [time(now), format!("{calls} calls"), spent.tokens_in_short(), spent.cost()];
    let long = format!("total {}", parts.join(" · "));
    if width(&long) <= line_max { long } else { parts.join(" ") }
}

/// Fits the columns into `line_max`: provider and model shrink and go first, then the cost, then the tokens.
fn columns(board: &Board, line_max: usize) -> Columns {
    let widest = |of: &dyn Fn(&Row) -> usize| board.seats.iter().map(of).max().unwrap_or(0);
    let name = widest(&|row| width(&row.name)).clamp(*NAME.start(), *NAME.end()).min(line_max * 3 / 10);
    let voice = widest(&|row| width(&row.voice)).min(*VOICE.end());
    let mut columns = Columns { name, voice, state: STATE_MIN, tokens: TOKENS, cost: COST };
    let overrun = |columns: &Columns| total_width(columns).saturating_sub(line_max);
    let spare_voice = columns.voice.saturating_sub(overrun(&columns));
    columns.voice = if spare_voice >= *VOICE.start() || overrun(&columns) == 0 { spare_voice } else { 0 };
    if overrun(&columns) > 0 {
        columns.cost = 0;
    }
    if overrun(&columns) > 0 {
        columns.tokens = 0;
    }
    let spare = line_max.saturating_sub(total_width(&columns));
    columns.state = (columns.state + spare).min(STATE_MAX);
    columns
}

fn total_width(columns: &Columns) -> usize {
    let gapped = [columns.voice, columns.tokens, columns.cost].into_iter().filter(|cells| *cells > 0);
    NUMBER + 1 + columns.name + 1 + columns.state + 1 + SECONDS + gapped.map(|cells| cells + 1).sum::<usize>()
}

fn row_line(board: &Board, row: &Row, columns: Columns, now: Duration, palette: Palette) -> String {
    let flights: Vec<&Flight> = board.flights_of(row.speaker).collect();
    let (tone, state) = state(row, &flights, now);
    let spent = row.spent.with_arriving(flights.iter().map(|flight| flight.tokens()).sum());
    let since = flights.iter().map(|flight| now.saturating_sub(flight.since)).max().or(row.took);
    let number = match row.speaker {
        Speaker::Seat(seat) => seat.to_string(),
        Speaker::Moderator => String::new(),
    };
    // Who it is can wait where there is more to say about it than fits.
    let columns = if columns.voice > 0 && width(&state) > columns.state {
        Columns { voice: 0, state: columns.voice + 1 + columns.state, ..columns }
    } else {
        columns
    };
    let cells = [
        (columns.voice, palette.paint(Tone::Faint, left(&row.voice, columns.voice))),
        (columns.state, palette.paint(tone, left(&state, columns.state))),
        (columns.tokens, right(&spent.tokens_in_short(), columns.tokens)),
        (SECONDS, right(&since.map(time).unwrap_or_default(), SECONDS)),
        (columns.cost, right(&spent.cost(), columns.cost)),
    ];
    let mut line = format!("{} {}", right(&number, NUMBER), palette.paint(Tone::Strong, left(&row.name, columns.name)));
    for (_, cell) in cells.into_iter().filter(|(cells, _)| *cells > 0) {
        line.push(' ');
        line.push_str(&cell);
    }
    line.trim_end().to_owned()
}

fn state(row: &Row, flights: &[&Flight], now: Duration) -> (Tone, String) {
    let spinner = SPINNER[usize::try_from(now.as_millis() / u128::from(SPIN_MS)).unwrap_or(0) % SPINNER.len()];
    let retry = flights.iter().find_map(|flight| flight.retry.as_ref().filter(|(until, _)| *until > now));
    if let Some((until, reason)) = retry {
        let wait_s = (*until - now).as_millis().div_ceil(1_000);
        return (Tone::Warn, format!("↻ retry in {wait_s} s: {reason}"));
    }
    if let Some(queued) = flights.iter().find_map(|flight| flight.queued.as_ref()) {
        return (Tone::Warn, format!("⧗ in the queue: {queued}"));
    }
    match flights {
        [] => idle(&row.state),
        [flight] if flight.is_arriving() => (Tone::Busy, format!("{spinner} answering")),
        [_] => (Tone::Busy, format!("{spinner} thinking")),
        [..] => (Tone::Busy, format!("{spinner} thinking, {} at once", flights.len())),
    }
}

fn idle(state: &State) -> (Tone, String) {
    match state {
        State::Idle => (Tone::Faint, "· listening".to_owned()),
        State::Waiting => (Tone::Faint, "· waiting".to_owned()),
        State::Answered(None) => (Tone::Good, "✓ answered".to_owned()),
        State::Answered(Some(option)) => (Tone::Good, format!("✓ answered {option}")),
        State::Voted => (Tone::Good, "✓ ballot in".to_owned()),
        State::Stands => (Tone::Good, "✓ ballot stands".to_owned()),
        State::Absent(reason) => (Tone::Bad, format!("✗ absent: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::app::Notice;
    use crate::cli::cells::width;
    use crate::cli::live::board::Board;
    use crate::cli::live::fixture::{Play, TALK, VOTE, ballot, fault, landed, position, reply, started};
    use crate::cli::live::layout::{Size, lines};
    use crate::cli::style::{Palette, Surface};
    use crate::debate::ask::Ask;
    use crate::debate::event::{Event, StoppedBy};
    use crate::debate::reply::FaultKind;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn drawn(board: &Board, columns: usize, rows: usize, now: Duration) -> String {
        let lines = lines(board, Size { columns, rows }, now, Palette::new(Surface::NoColor));
        for line in &lines {
            assert!(width(line) < columns, "{line:?} is too wide for {columns}");
        }
        lines.join("\n")
    }

    /// Seat 1 has answered, seat 2 waits to ask again, seat 3 is answering, seat 4 cannot be reached, seat 5 has not
    /// begun.
    fn busy() -> (Board, Play, Vec<Ask>) {
        let mut play = Play::open(TALK, 5);
        let mut board = Board::new(&play.history);
        let asks = play.due();
        let mut tell = |play: &mut Play, event, ms| {
            let notice = play.record(event);
            board.apply(&play.history, &notice, at(ms));
        };
        asks[..4].iter().for_each(|ask| tell(&mut play, started(ask), 1_000));
        tell(&mut play, landed(&asks[0], reply(position(0, "Split it.", None), Some(0.0132))), 9_200);
        tell(&mut play, landed(&asks[3], fault(FaultKind::RateLimit)), 9_500);
        let retrying = Notice::Retrying {
            turn: asks[1].turn.clone(),
            requests: 1,
            reason: "overloaded\u{7}".into(),
            wait_ms: 3_000,
        };
        for notice in [arriving(&asks[1]), retrying, arriving(&asks[2])] {
            board.apply(&play.history, &notice, at(11_000));
        }
        (board, play, asks)
    }

    fn arriving(ask: &Ask) -> Notice {
        Notice::Arriving { turn: ask.turn.clone(), chars: 2_000 }
    }

    #[test]
    fn columns_give_way_and_no_line_wraps() {
        let (board, ..) = busy();
        insta::assert_snapshot!(drawn(&board, 120, 40, at(12_100)), @r"
        Trial · opening
         1 Analyst   anthropic·claude-sonnet-4-5 ✓ answered o1                                  1.5k tok   8.2s    $0.0132
         2 分析者    openai·gpt-5.2              ↻ retry in 2 s: overloaded                    ~1.0k tok    11s    $0.0000
         3 Zoë 🦀    anthropic·claude-sonnet-4-5 ⠙ answering                                   ~1.5k tok    11s    $0.0000
         4 Analyst 2 openai·gpt-5.2              ✗ absent: rate limit                              0 tok   8.5s    $0.0000
         5 分析者 2  anthropic·claude-sonnet-4-5 · waiting                                         0 tok           $0.0000
        total 12s · 7 calls · ~4.0k tok · $0.0132
        ");
        insta::assert_snapshot!(drawn(&board, 80, 24, at(12_100)), @r"
        Trial · opening
         1 Analyst   anthropic·claude-sonne… ✓ answered o1   1.5k tok   8.2s    $0.0132
         2 分析者    ↻ retry in 2 s: overloaded             ~1.0k tok    11s    $0.0000
         3 Zoë 🦀    anthropic·claude-sonne… ⠙ answering    ~1.5k tok    11s    $0.0000
         4 Analyst 2 ✗ absent: rate limit                       0 tok   8.5s    $0.0000
         5 分析者 2  anthropic·claude-sonne… · waiting          0 tok           $0.0000
        total 12s · 7 calls · ~4.0k tok · $0.0132
        ");
        insta::assert_snapshot!(drawn(&board, 60, 24, at(12_100)), @r"
        Trial · opening
         1 Analyst   ✓ answered o1       1.5k tok   8.2s    $0.0132
         2 分析者    ↻ retry in 2 s: …  ~1.0k tok    11s    $0.0000
         3 Zoë 🦀    ⠙ answering        ~1.5k tok    11s    $0.0000
         4 Analyst 2 ✗ absent: rate l…      0 tok   8.5s    $0.0000
         5 分析者 2  · waiting              0 tok           $0.0000
        total 12s · 7 calls · ~4.0k tok · $0.0132
        ");
        insta::assert_snapshot!(drawn(&board, 40, 20, at(12_100)), @r"
        Trial · opening
         1 Analyst   ✓ answered o1         8.2s
         2 分析者    ↻ retry in 2 s: ov…    11s
         3 Zoë 🦀    ⠙ answering            11s
         4 Analyst 2 ✗ absent: rate lim…   8.5s
         5 分析者 2  · waiting
        12s 7 calls ~4.0k tok $0.0132
        ");
        for columns in 2..140 {
            drawn(&board, columns, 24, at(12_100));
        }
    }

    #[test]
    fn a_retry_ends_with_its_wait_and_with_new_text() {
        let (mut board, play, asks) = busy();
        assert!(drawn(&board, 120, 40, at(13_999)).contains("retry in 1 s"));
        assert!(!drawn(&board, 120, 40, at(14_000)).contains("retry in"));
        board.apply(&play.history, &arriving(&asks[1]), at(12_000));
        assert!(!drawn(&board, 120, 40, at(12_000)).contains("retry in"));
    }

    #[test]
    fn a_wait_for_a_slot_ends_when_the_request_goes_out() {
        let (mut board, play, asks) = busy();
        let turn = asks[1].turn.clone();
        let waiting = Notice::Waiting { turn: turn.clone(), ahead: 3, reason: "4 requests are under way".into() };
        board.apply(&play.history, &waiting, at(14_000));
        let shown = drawn(&board, 120, 40, at(14_000));
        assert!(shown.contains("⧗ in the queue: 4 requests are under way, 3 ahead"), "{shown}");
        board.apply(&play.history, &Notice::Sending { turn }, at(15_000));
        assert!(!drawn(&board, 120, 40, at(15_000)).contains("in the queue"));
    }

    #[test]
    fn seats_that_do_not_fit_are_counted() {
        insta::assert_snapshot!(drawn(&busy().0, 60, 7, at(12_100)), @r"
        Trial · opening
         2 分析者    ↻ retry in 2 s: …  ~1.0k tok    11s    $0.0000
           and 4 more: 1 at work, 1 waiting, 1 done, 1 absent
        total 12s · 7 calls · ~4.0k tok · $0.0132
        ");
    }

    #[test]
    fn a_stage_is_followed_to_its_end() {
        let mut play = Play::open(VOTE, 3);
        let mut board = Board::new(&play.history);
        let states = |board: &Board| drawn(board, 40, 30, at(2_000));
        insta::assert_snapshot!(states(&board), @r"
        Trial · starting
         1 Analyst · listening
         2 分析者  · listening
         3 Zoë 🦀  · listening
        total 2.0s · 0 calls · 0 tok · $0.0000
        ");
        play.step(&mut |_| reply(ballot(0, None), None), &mut |history, notice| {
            board.apply(history, notice, at(1_000))
        });
        insta::assert_snapshot!(states(&board), @r"
        Trial · vote
         1 Analyst ✓ ballot in             0.0s
         2 分析者  ✓ ballot in             0.0s
         3 Zoë 🦀  ✓ ballot in             0.0s
        total 2.0s · 3 calls · 4.5k tok · $?
        ");
    }

    #[test]
    fn a_stop_leaves_nobody_at_work() {
        let mut play = Play::open(VOTE, 3);
        let mut board = Board::new(&play.history);
        for event in [started(&play.due()[0]), Event::StopRequested { by: StoppedBy::Interrupt }] {
            let notice = play.record(event);
            board.apply(&play.history, &notice, at(1_000));
        }
        insta::assert_snapshot!(drawn(&board, 60, 30, at(2_000)), @r"
        Trial · stopping: no more is asked
         1 Analyst ✗ absent: stopped        0 tok           $0.0000
         2 分析者  · listening              0 tok           $0.0000
         3 Zoë 🦀  · listening              0 tok           $0.0000
        total 2.0s · 0 calls · 0 tok · $0.0000
        ");
    }

    #[test]
    fn a_session_that_goes_on_counts_what_was_spent_before() {
        let mut play = Play::open(VOTE, 3);
        play.step(&mut |_| reply(ballot(0, None), Some(0.01)), &mut |_, _| {});
        let board = Board::new(&play.history);
        assert!(drawn(&board, 80, 24, at(500)).ends_with("total 0.5s · 3 calls · 4.5k tok · $0.0300"));
    }
}
