//! Running the core again over a log, to see whether it comes to the same.

use crate::debate::agent::Voice;
use crate::debate::ask::{Ask, Prompt, TurnId};
use crate::debate::event::{Event, Logged, PromptMark};
use crate::debate::history::{History, HistoryError};
use crate::debate::protocol::{self, Step};

/// A prompt that was sent, and what the core makes of it today.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPrompt {
    /// Place of the event that began the attempt.
    pub seq: u64,
    /// For which turn.
    pub turn: TurnId,
    /// Which attempt at it.
    pub attempt: u32,
    /// Who was asked.
    pub voice: Voice,
    /// What was sent, by the log.
    pub recorded: PromptMark,
    /// The prompt as the core words it at this place of the log; `None` when it would not ask for this turn there.
    pub rebuilt: Option<Prompt>,
}

/// Rebuilds every prompt that a log says was sent, in order.
pub fn prompts(log: &[Logged]) -> Result<Vec<SentPrompt>, HistoryError> {
    let (first, rest) = log.split_first().ok_or(HistoryError::Empty)?;
    let mut history = History::open(first)?;
    let mut sent = Vec::new();
    // That a turn was started changes nothing about what is asked, so turns started together are worded together.
    let mut known: Option<Vec<Ask>> = None;
    for logged in rest {
        if let Event::TurnStarted { turn, attempt, voice, prompt } = &logged.event {
            let asks = known.get_or_insert_with(|| match protocol::next(&history) {
                Step::Ask(asks) => asks,
                Step::Record(_) | Step::Done => Vec::new(),
            });
            let ask = asks.iter().find(|ask| ask.turn == *turn && ask.attempt == *attempt && ask.voice == *voice);
            sent.push(SentPrompt {
                seq: logged.seq,
                turn: turn.clone(),
                attempt: *attempt,
                voice: voice.clone(),
                recorded: prompt.clone(),
                rebuilt: ask.map(|ask| ask.prompt.clone()),
            });
        } else {
            known = None;
        }
        history.apply(logged)?;
    }
    Ok(sent)
}
