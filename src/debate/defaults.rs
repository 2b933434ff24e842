//! The setup of a debate where nothing is said but who debates what, and how.

use std::collections::BTreeMap;

use crate::debate::agent::{Agent, Voice};
use crate::debate::event::FORMAT;
use crate::debate::log::ids::SessionId;
use crate::debate::log::limits::Caps;
use crate::debate::log::setup::{Limits, Setup};
use crate::debate::mode::{Mode, Perspectives};
use crate::debate::question::Question;
use crate::debate::search::WebSearch;
use crate::debate::thresholds::Thresholds;

impl Setup {
    /// The setup of a debate among these agents, one at least, on the defaults: the rounds and the closing text of its mode,
    /// the agents' own voices as moderators, no material, no hard limit, no search, nobody asked for facts, seed 0.
    pub fn new(session: SessionId, question: Question, mode: Mode, agents: Vec<Agent>) -> Self {
        let mut moderators: Vec<Voice> = Vec::new();
        for voice in agents.iter().map(|agent| &agent.voice).filter(|voice| !voice.is_person()) {
            if !moderators.contains(voice) {
                moderators.push(voice.clone());
            }
        }
        Self {
            format: FORMAT,
            session,
            program: concat!("roundtable ", env!("CARGO_PKG_VERSION")).to_owned(),
            question,
            context: Vec::new(),
            assumptions: Vec::new(),
            moderators,
            fallbacks: Vec::new(),
            frames: mode.panel.perspectives == Perspectives::Open,
            rounds: None,
            synthesis: mode.decision.synthesis,
            compact: Vec::new(),
            limits: Limits::for_panel(u32::try_from(agents.len()).unwrap_or(u32::MAX)),
            mode,
            agents,
            caps: Caps::default(),
            thresholds: Thresholds::default(),
            web_search: WebSearch::Unsaid,
            gate: None,
            needs: None,
            seed: 0,
            name: None,
            tags: BTreeMap::new(),
            parent: None,
        }
    }
}
