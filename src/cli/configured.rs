//! The program as flags, environment and files configure it.

use crate::app::App;
use crate::cli::args::setting::SettingFlag;
use crate::config::Sources;
use crate::error::Failure;

/// Loads the configuration, with `flags` on top.
pub(super) fn app(flags: Vec<SettingFlag>) -> Result<App, Failure> {
    let mut sources = Sources::from_process()?;
    for (flag, setting, text) in flags {
        sources.flag(flag, setting, text);
    }
    App::configured(&sources)
}
