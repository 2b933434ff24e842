//! A flag that stands for a setting.

/// A flag that stands for a setting: its name, the setting's variable, the text given.
pub(crate) type SettingFlag = (&'static str, &'static str, String);
