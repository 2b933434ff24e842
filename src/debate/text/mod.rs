//! Text: made safe to show, shortened, and compared as people read it.

mod characters;
mod clipping;
mod display;
mod emphasis;
mod invisible;
mod markup;
mod passage;
mod terms;
mod wording;

pub use crate::debate::text::characters::{is_invisible, is_unspaced, look_alike, separates, steers};
pub use crate::debate::text::clipping::clip_apart;
pub use crate::debate::text::display::{as_seen, clip, clip_at_character, folded, is_blank, laid_out, line, plain};
pub use crate::debate::text::invisible::shown;
pub use crate::debate::text::passage::Passage;
pub use crate::debate::text::terms::{Term, TermKind, is_in_word, searchable, terms};
pub use crate::debate::text::wording::{comparable, compositions, holds, identity, same};
