//! Views of a session.

use crate::app::failures::{history_failure, scope_failure};
use crate::debate::event::Logged;
use crate::error::Failure;
use crate::export::views::scope::Narrowing;
use crate::export::views::{self, Layout, View, ViewError};
use crate::message::{Action, Target, message};

/// Draws a view of a session.
///
/// # Errors
/// A usage failure when there is no such round or agent, or the view is sealed until people have voted. An internal
/// failure when the log is damaged.
pub fn view(log: &[Logged], view: View, narrowing: &Narrowing, layout: Layout) -> Result<String, Failure> {
    views::render(log, view, narrowing, layout).map_err(|error| match error {
        ViewError::History(error) => history_failure(error),
        ViewError::Scope(error) => scope_failure(error),
        sealed @ ViewError::Sealed => Failure::usage(sealed.to_string()).with_hint(message![
            Action::ShowBallot(Target::Known),
            " prints what to fill in; claims, needs, costs and prompts can be looked at"
        ]),
    })
}
