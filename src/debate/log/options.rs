//! The options of an open question, once they are fixed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::debate::agent::Seat;
use crate::debate::question::{Choice, OptionId};

/// The options of an open question, and how the opening statements were sorted into them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frozen {
    /// The options.
    pub options: Vec<Choice>,
    /// The option that each seat's opening statement was counted for; a list of `{ seat, option }` in the log.
    #[serde(with = "by_seat")]
    #[schemars(with = "Vec<by_seat::Sorted>")]
    pub sorted: BTreeMap<Seat, OptionId>,
    /// How the sorting came about.
    pub basis: SortingBasis,
    /// Adjusted Rand index of the first two passes; `None` when there were not two.
    pub reliability: Option<f64>,
}

/// How opening statements were sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortingBasis {
    /// Two passes in opposite orders agreed.
    TwoPasses,
    /// They did not; statements that two of three passes put together stand together.
    Majority,
    /// Only one pass could be read.
    OnePass,
    /// No pass was needed or could be read: statements in the same words stand together.
    Verbatim,
}

/// Seats are numbers, and JSON has no maps by number.
mod by_seat {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::debate::agent::Seat;
    use crate::debate::question::OptionId;

    /// A sorted opening statement.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(super) struct Sorted {
        /// Whose statement.
        seat: Seat,
        /// The option it was counted for.
        option: OptionId,
    }

    pub(crate) fn serialize<S: Serializer>(
        sorted: &BTreeMap<Seat, OptionId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(sorted.iter().map(|(seat, option)| Sorted { seat: *seat, option: option.clone() }))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Seat, OptionId>, D::Error> {
        let sorted = Vec::<Sorted>::deserialize(deserializer)?;
        Ok(sorted.into_iter().map(|entry| (entry.seat, entry.option)).collect())
    }
}
