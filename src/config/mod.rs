//! Configuration: flag, then environment, `.env`, the project's `roundtable.yaml`, the user's `config.yaml`, built-in.
//!
//! The only reader of the environment. Must never set a variable, pass a value on to a child process, turn a value that
//! does not parse into a default, or show a key. Knows the vendors only by the rows a caller brings.

mod address;
pub mod aliases;
mod ceiling;
mod dotenv;
mod error;
mod fault;
pub mod keys;
mod layer;
mod redirect;
mod resolve;
mod setting;
mod settings;
mod signals;
mod sources;
mod survey;
mod value;
mod yaml;

pub use self::error::{ConfigError, Warning};
pub use self::setting::{Entry, Ignored, Origin, Reason, Setting};
pub use self::signals::Signal;
pub use self::sources::{Flag, KnownFile, Sources};
pub use self::survey::Survey;
pub use self::value::{Choice, SHARE_NEEDED, Value, share};
pub use crate::config::settings::{Config, ProjectFolder};
