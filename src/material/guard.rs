//! Files that secrets are kept in, known by their names: they stay at home.

use std::path::Path;

/// What becomes of secrets on their way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guard {
    /// They stop the program.
    #[default]
    Refuse,
    /// They go where everything goes: whoever asks has been told.
    Allow,
}

/// Endings of files that hold keys or stores of them.
const ENDINGS: [&str; 11] = ["pem", "key", "p12", "pfx", "jks", "keystore", "kdbx", "ppk", "asc", "gpg", "tfstate"];
/// Names of files that hold keys or tokens.
const NAMES: [&str; 12] = [
    ".netrc",
    "_netrc",
    ".pgpass",
    ".npmrc",
    ".pypirc",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    "credentials",
    "id_rsa",
    "id_ecdsa",
    "id_ed25519",
];
/// Endings of `.env` files that are made to be shown.
const SAMPLES: [&str; 5] = ["example", "sample", "template", "dist", "defaults"];

/// Whether a file's name says that secrets are kept in it.
pub fn looks_secret(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().to_lowercase()) else { return false };
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_env = name == ".env" || name.starts_with(".env.") || name == ".envrc" || ending == Some("env");
    let is_sample = ending.is_some_and(|ending| SAMPLES.contains(&ending));
    (is_env && !is_sample) || NAMES.contains(&name.as_str()) || ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::looks_secret;

    fn check(path: &str, expected: bool) {
        assert_eq!(looks_secret(Path::new(path)), expected, "{path}");
    }

    #[test]
    fn names_tell_where_secrets_are_kept() {
        for path in
            [".env", "deploy/.env.production", "prod.env", "tls/Server.PEM", "id_rsa", ".npmrc", ".aws/credentials"]
        {
            check(path, true);
        }
        for path in [
            ".env.example",
            ".env.sample",
            "src/env.rs",
            "keys.rs",
            "monkey",
            "id_rsa.pub",
            "credentials.md",
            ".gitignore",
        ] {
            check(path, false);
        }
    }
}
