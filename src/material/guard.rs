//! Files that secrets are kept in, known by their names: they stay at home.

use std::ffi::OsStr;
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

/// Files that hold secrets, by name, in small letters: `*` stands for any characters, and what has a slash in it names the
/// folder as well.
const KEPT: [&str; 109] = [
    // Settings with secrets among them.
    ".env",
    ".env.*",
    ".envrc",
    "*.env",
    ".secrets",
    ".secrets.toml",
    "secret.json",
    "secret.toml",
    "secret.yaml",
    "secret.yml",
    "secrets.ini",
    "secrets.json",
    "secrets.properties",
    "secrets.toml",
    "secrets.xml",
    "secrets.yaml",
    "secrets.yml",
    "key.properties",
    "keystore.properties",
    "local.settings.json",
    "wp-config.php",
    "*.tfvars",
    "*.tfvars.json",
    "*.tfstate",
    // Keys, and stores of them.
    "*.agekey",
    "*.asc",
    "*.bks",
    "*.gpg",
    "*.jks",
    "*.kdb",
    "*.kdbx",
    "*.key",
    "*.keychain",
    "*.keychain-db",
    "*.keystore",
    "*.ovpn",
    "*.p12",
    "*.p8",
    "*.pem",
    "*.pfx",
    "*.pkcs12",
    "*.ppk",
    "*.psafe3",
    "age/keys.txt",
    "id_dsa",
    "id_dsa_*",
    "id_dsa-*",
    "id_ecdsa",
    "id_ecdsa_*",
    "id_ecdsa-*",
    "id_ed25519",
    "id_ed25519_*",
    "id_ed25519-*",
    "id_rsa",
    "id_rsa_*",
    "id_rsa-*",
    // What programs prove with who they are.
    "credentials",
    "*credentials.json",
    "credentials.csv",
    "credentials.db",
    "credentials.ini",
    "credentials.properties",
    "credentials.toml",
    "credentials.xml",
    "credentials.yaml",
    "credentials.yml",
    "credentials.tfrc.json",
    "*accesskeys.csv",
    "access_tokens.db",
    "accesstokens.json",
    "client_secret*.json",
    "client-secret*.json",
    "*service-account*.json",
    "*service_account*.json",
    "*serviceaccount*.json",
    "token.json",
    "tokens.json",
    ".token",
    ".vault-token",
    ".dockercfg",
    ".docker/config.json",
    ".composer/auth.json",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    "gh/hosts.yml",
    "kubeconfig",
    "*.kubeconfig",
    "kubeconfig*.yaml",
    "kubeconfig*.yml",
    ".kube/config",
    ".terraformrc",
    ".npmrc",
    ".pypirc",
    ".s3cfg",
    ".boto",
    ".git-credentials",
    "rclone.conf",
    "sftp-config.json",
    // Passwords.
    ".netrc",
    "_netrc",
    ".pgpass",
    "pgpass.conf",
    ".my.cnf",
    ".mylogin.cnf",
    ".htpasswd",
    "htpasswd",
    "etc/shadow",
    // What was typed, passwords included.
    ".*_history",
    "fish_history",
];
/// Files that are made to be shown, though their names would say that they hold secrets.
const SHOWN: [&str; 9] = [
    "*.example",
    "*.sample",
    "*.template",
    "*.dist",
    "*.defaults",
    "*.example.json",
    "*.sample.json",
    "*.template.json",
    "*.pub",
];
/// Endings of what was put aside: such a file holds what the file without the ending holds.
const ASIDE: [&str; 7] = ["~", ".backup", ".bak", ".old", ".orig", ".save", ".swp"];

/// Whether a file's name says that secrets are kept in it.
pub fn looks_secret(path: &Path) -> bool {
    let small = |name: &OsStr| name.to_string_lossy().to_lowercase();
    let Some(name) = path.file_name().map(small) else { return false };
    let folder = path.parent().and_then(Path::file_name).map(small).unwrap_or_default();
    let name = ASIDE.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    let whole = format!("{folder}/{name}");
    let is_in =
        |table: &[&str]| table.iter().any(|pattern| fits(pattern, if pattern.contains('/') { &whole } else { name }));
    is_in(&KEPT) && !is_in(&SHOWN)
}

/// Whether `*` in a pattern can stand for characters that make it `name`.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(head) else { return false };
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| fits(tail, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{KEPT, looks_secret};

    fn check(path: &str, expected: bool) {
        assert_eq!(looks_secret(Path::new(path)), expected, "{path}");
    }

    /// Every row keeps a file at home, in capitals and put aside as well, and no row has an example for a sample.
    #[test]
    fn every_row_of_the_table_is_heeded() {
        for pattern in KEPT {
            let path = format!("some/where/{}", pattern.replace('*', "x"));
            check(&path, true);
            check(&path.to_uppercase(), true);
            check(&format!("{path}.bak"), true);
            check(&format!("{path}.example"), false);
        }
    }

    #[test]
    fn names_tell_where_secrets_are_kept() {
        for path in [
            ".env",
            "deploy/.env.production",
            "prod.env",
            ".env~",
            "tls/Server.PEM",
            "id_rsa",
            "keys/id_ed25519_work",
            ".aws/credentials",
            "gcp/application_default_credentials.json",
            "client_secret_12-ab.apps.googleusercontent.com.json",
            "my-service-account-key.json",
            "config/secrets.yml",
            "home/.docker/config.json",
            ".kube/config",
            "kubeconfig-prod.yaml",
            "infra/prod.auto.tfvars",
            "terraform.tfstate.backup",
            ".bash_history",
            ".python_history",
            "./.kube/./config",
        ] {
            check(path, true);
        }
    }

    #[test]
    fn what_only_sounds_like_them_is_shown() {
        for path in [
            ".env.example",
            ".env.sample",
            "terraform.tfvars.example",
            "client_secret.example.json",
            "src/env.rs",
            "environment.yml",
            "keys.rs",
            "monkey",
            "src/secrets.rs",
            "docs/secrets.md",
            "detect-secrets.yml",
            "id_rsa.pub",
            "id_ed25519_work.pub",
            "src/id_generator.py",
            "credentials.md",
            "src/credentials.ts",
            "config.json",
            "docker/config.json",
            ".git/config",
            "token.rs",
            "tokens.css",
            "tokenizer.json",
            "service-account.md",
            "kubeconfig.md",
            "main.tf",
            "variables.tf",
            "history.md",
            "my.cnf",
            ".gitignore",
            "config.php",
        ] {
            check(path, false);
        }
    }
}
