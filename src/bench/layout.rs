//! The layout of a bench: its modes, topics and panels, and the debates that they make.

use crate::bench::spec::{Key, ModeRow, PanelRow};
use crate::debate::log::material::sha256;
use crate::debate::question::Question;
use crate::modes::Place;

/// A checked bench.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// The file, as the user would name it.
    pub file: String,
    /// Where its modes stand in it.
    pub mode_places: Vec<Place>,
    /// Where its panels stand; none for the one that the configuration makes.
    pub panel_places: Vec<Place>,
    /// Its name.
    pub name: String,
    /// How often each combination is debated.
    pub repeats: u32,
    /// What the seeds are derived from.
    pub seed: u64,
    /// Rounds of the exchange, where a mode has them to set.
    pub rounds: Option<u32>,
    /// Whether closing texts are written.
    pub synthesis: bool,
    /// The modes, 1 or more.
    pub modes: Vec<ModeRow>,
    /// The topics, 1 or more.
    pub topics: Vec<Topic>,
    /// The panels, 1 or more.
    pub panels: Vec<PanelRow>,
}

/// A question of a bench.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// Its name in tables.
    pub id: String,
    /// Its options in the file's words; none for an open question and for an estimate.
    pub options: Vec<String>,
    /// The question.
    pub question: Question,
    /// The right answer, where it is known.
    pub key: Option<Key>,
}

/// One debate of a bench: which mode, topic and panel, by their places in it, and which repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Place of the mode, from 0.
    pub mode: usize,
    /// Place of the panel, from 0.
    pub panel: usize,
    /// Place of the topic, from 0.
    pub topic: usize,
    /// Repeat, from 1.
    pub repeat: u32,
}

impl Bench {
    /// Every debate, by mode, panel, topic and repeat.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for mode in 0..self.modes.len() {
            for panel in 0..self.panels.len() {
                for topic in 0..self.topics.len() {
                    cells.extend((1..=self.repeats).map(|repeat| Cell { mode, panel, topic, repeat }));
                }
            }
        }
        cells
    }

    /// The seed of a debate, below 2^52. All modes and panels meet a topic with the same seed, so that chance in the order of
    /// options weighs on none of them alone.
    pub fn seed(&self, cell: Cell) -> u64 {
        let topic = &self.topics[cell.topic].question.topic;
        let digest = sha256(&format!("{}\n{}\n{topic}", self.seed, cell.repeat));
        digest.get(..13).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
    }

    /// Where the mode of a debate stands: `bench.yaml:4:5`.
    pub fn mode_place(&self, cell: Cell) -> String {
        self.place(self.mode_places.get(cell.mode))
    }

    /// Where its panel stands.
    pub fn panel_place(&self, cell: Cell) -> String {
        self.place(self.panel_places.get(cell.panel))
    }

    fn place(&self, place: Option<&Place>) -> String {
        place.map_or_else(|| self.file.clone(), |at| format!("{}:{}:{}", self.file, at.line, at.column))
    }

    /// A debate in a message: `vote, t1, default, repeat 2`.
    pub fn label(&self, cell: Cell) -> String {
        let (mode, topic, panel) =
            (self.modes[cell.mode].label(), &self.topics[cell.topic].id, &self.panels[cell.panel].name);
        format!("{mode}, {topic}, {panel}, repeat {}", cell.repeat)
    }
}
