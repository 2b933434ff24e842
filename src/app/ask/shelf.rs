//! The reference documents that personas may use: found where the configuration says.
//!
//! Must never let the files of a checkout name a folder outside of it: what is there would be sent to a provider.

use std::path::Path;

use crate::app::supplied;
use crate::config::{Config, Origin, Setting, Value, keys};
use crate::debate::log::material::{Material, Origin as MaterialOrigin};
use crate::error::Failure;
use crate::material::{self, Documents, Guard};
use crate::message::{Field, message};

/// Most bytes of documents that a model without tools is given.
const GIVEN_BYTES_MAX: usize = 32 * 1024;
/// Most passages that it is given.
const GIVEN_MAX: usize = 20;

/// Opens the documents; `None` where no folder is set.
pub(super) fn open(config: &Config, guard: Guard) -> Result<Option<Documents>, Failure> {
    let Some(setting) = config.setting(keys::DOCUMENTS) else { return Ok(None) };
    let Value::Path(folder) = &setting.value else {
        return Err(Failure::internal(format!("{} is no path", keys::DOCUMENTS)));
    };
    check_place(config, setting, folder)?;
    let documents = Documents::open(folder, guard, &supplied::held(config)).map_err(|error| {
        Failure::usage(format!("{}: {error}", setting.spelled))
            .with_hint("name a folder with text files, or leave it out")
            .with_source(error)
    })?;
    Ok(Some(documents))
}

/// Refuses a folder that a checkout's own files name outside of it.
fn check_place(config: &Config, setting: &Setting, folder: &Path) -> Result<(), Failure> {
    match setting.origin {
        Origin::Project { .. } | Origin::DotEnv { .. } => {}
        Origin::Flag | Origin::Environment | Origin::User { .. } | Origin::Default => return Ok(()),
    }
    let project = config.project_root().unwrap_or(config.working_folder());
    if material::lies_in(folder, project) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} (in {}) leads out of the project: {}",
        setting.spelled,
        setting.origin.place(),
        folder.display()
    ))
    .with_hint(message![
        "keep the documents in the project, or name the folder with ",
        Field::Documents,
        " or in the environment"
    ]))
}

/// The passages that have most to do with a task, for a model that cannot look them up itself.
pub(super) fn given(documents: &Documents, task: &str, bytes_max: u32) -> Vec<Material> {
    let mut left = GIVEN_BYTES_MAX.min(bytes_max as usize);
    let mut given = Vec::new();
    for passage in documents.search(task, GIVEN_MAX) {
        if passage.text.len() > left {
            continue;
        }
        left -= passage.text.len();
        let name = format!("{}, line {}", passage.path, passage.line);
        given.push(Material::new(name, MaterialOrigin::File, passage.text));
    }
    given
}
