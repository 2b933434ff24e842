//! What looks like a secret in a text, by the shape that its issuer gave it or by the place where it stands; what is found is told
//! by kind and line.
//!
//! Must never return, store or show what was found.

mod places;
mod shapes;
mod value;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::debate::text::{is_invisible, steers};

/// A secret that the program itself holds.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// The variable it comes from.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// Something that looks like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line in the text, from 1.
    pub line: usize,
    /// What it looks like.
    pub kind: String,
}

/// Shortest value of our own that is looked for: a shorter one would be found everywhere.
const HELD_LEAST: usize = 8;

/// Finds what looks like a secret, and the secrets the program itself holds. Each line tells each kind once.
pub fn findings(text: &str, held: &[Held<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut kinds = kinds(line, held);
        // What nobody sees between two characters of a key hides it from a search, and from no model.
        if let Cow::Owned(seen) = seen(line) {
            kinds.extend(self::kinds(&seen, held));
        }
        findings.extend(kinds.into_iter().map(|kind| Finding { line: index + 1, kind }));
    }
    findings
}

fn kinds(line: &str, held: &[Held<'_>]) -> BTreeSet<String> {
    let held = held.iter().filter(|held| held.value.len() >= HELD_LEAST && line.contains(held.value));
    let kinds: BTreeSet<String> = held.map(|held| format!("the value of {}", held.name)).collect();
    if !kinds.is_empty() {
        return kinds;
    }
    shapes::kind(line).or_else(|| places::kind(line)).map(str::to_owned).into_iter().collect()
}

/// A line without characters that are not seen; borrowed where it has none.
fn seen(line: &str) -> Cow<'_, str> {
    let is_unseen = |c: char| is_invisible(c) || steers(c) && c != '\t';
    if line.contains(is_unseen) { Cow::Owned(line.replace(is_unseen, "")) } else { Cow::Borrowed(line) }
}

#[cfg(test)]
mod tests {
    use super::{Held, findings};

    fn check(line: &str, expected: Option<&str>) {
        let held = [Held { name: "OPENAI_API_KEY", value: "our-own-key-1" }];
        let found = findings(line, &held);
        assert_eq!(found.first().map(|finding| finding.kind.as_str()), expected, "{line}");
        assert!(found.iter().all(|finding| finding.line == 1), "{line}");
    }

    /// A key of a shape, put together here so that no scanner takes this file for a leak.
    pub(in crate::material::secrets) fn key(prefix: &str, count: usize) -> String {
        let drawn = "9aZ3kQ7xW2mB5vN8cT4yL6pR1sD0fGhJ";
        prefix.chars().chain(drawn.chars().cycle().take(count)).collect()
    }

    #[test]
    fn secrets_are_told_by_their_kind() {
        check("-----BEGIN OPENSSH PRIVATE KEY-----", Some("a private key"));
        check("-----BEGIN CERTIFICATE-----", None);
        check("it says our-own-key-1 here", Some("the value of OPENAI_API_KEY"));
        check(&format!("Authorization: Bearer {}", key("ghp_", 36)), Some("a GitHub token"));
        check("postgres://app:s3cr3tpw9@db/main", Some("a password in an address"));
        check("postgres://app:$DB_PASSWORD@db/main", None);
        check("postgres://app@db:5432/main", None);
        check("password: \"tR4vb9Kq2LmZ\"", Some("a password or token"));
        check("export DB_PASSWORD=tR4vb9Kq2LmZ7", Some("a password or token"));
        check("\"client_secret\": \"9f2K-a81Lq-7Xv3mQ\",", Some("a password or token"));
        check("secret_key => '3f9a1c7be24d8056aa91'", Some("a password or token"));
        check("token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhb", Some("a JSON web token"));
    }

    /// Each place at which a password or a token stands, and each way to write it there.
    #[test]
    fn places_give_secrets_away() {
        let word = Some("a password or token");
        for line in [
            "PGPASSWORD=hunter2024 psql -h db -U app",
            "  MYSQL_ROOT_PASSWORD: summer-2024",
            "docker run -e 'DB_PASSWORD=s0lstice!' app",
            "SSHPASS=rosebud77 sshpass -e ssh host",
            "DB_PASSWORD = \"winter2025\"",
            "ADMIN_PASSWORD='two Words & 1'",
            "password = \"my dog Rex 2019!\"",
            "passphrase: 'correct horse battery staple'",
            "\"db_password\": \"tR4v b9Kq 2LmZ\",",
            "Server=tcp:db.example.net,1433;User ID=sa;Password=Winter2025;Encrypt=true",
            "\"Data Source=db; uid=sa; pwd=Winter2025\"",
            "jdbc:mysql://db/main?user=app&password=w1nter25&ssl=true",
            "<password>Winter2025</password>",
            "  <proxy:Password enc=\"no\">w1nter!25</proxy:Password>",
            "<apiKey>9f2K-a81Lq-7Xv3mQ</apiKey>",
        ] {
            check(line, word);
        }
        let account = format!("AccountName=app;AccountKey={}==;EndpointSuffix=core", key("", 86));
        check(&account, word);
        let shared = format!("Endpoint=sb://x/;SharedAccessKeyName=send;SharedAccessKey={}=", key("", 43));
        check(&shared, word);
        let address = Some("a password in an address");
        check("amqp://app:s3cr3tpw9@mq:5672/%2f", address);
        check("mongodb+srv://app:Secret!pass@cluster0.abc.mongodb.net/main", address);
        check("REDIS_URL=redis://:s3cr3tpw9@cache:6379/0", address);
        let bearer = Some("a token in a header");
        check("Authorization: Bearer 9f2Ka81Lq7Xv3mQp", bearer);
        check("curl -H 'authorization: bearer 9f2Ka81Lq7Xv3mQp' x", bearer);
        // svc:w1nter-25 and app:tR4vb9Kq2LmZ.
        let basic = Some("a password in a header");
        check("Authorization: Basic c3ZjOncxbnRlci0yNQ==", basic);
        check("\"Authorization\": \"Basic YXBwOnRSNHZiOUtxMkxtWg==\"", basic);
        let command = Some("a password in a command");
        check("curl -u svc:w1nter-25 https://api.example.net", command);
        check("curl --user='svc:w1nter-25' x", command);
        check("  -usvc:w1nter-25 \\", command);
        check("PuTTY-User-Key-File-3: ssh-ed25519", Some("a private key"));
        check(&format!("bot 123456789:A{} runs", key("", 34)), Some("a Telegram bot token"));
    }

    #[test]
    fn what_nobody_sees_hides_nothing() {
        let token = key("ghp_", 36);
        for unseen in ['\u{200b}', '\u{ad}', '\u{2060}', '\u{feff}', '\u{202e}', '\u{9b}', '\u{7}', '\u{e0041}'] {
            for place in [1, 4, 20] {
                let line = format!("{}{unseen}{}", &token[..place], &token[place..]);
                check(&line, Some("a GitHub token"));
            }
            check(&format!("our-own{unseen}-key-1"), Some("the value of OPENAI_API_KEY"));
            // Nor does it, where it stands before a key, join it to what stands there.
            check(&format!("see{unseen}{token}"), Some("a GitHub token"));
        }
        check(&format!("{}\t{}", &token[..20], &token[20..]), None);
    }

    #[test]
    fn what_only_looks_a_little_like_one_is_left_alone() {
        for line in [
            "checksum = \"3f9a1c7be24d8056aa913f9a1c7be24d8056aa913f9a1c7be24d8056aa91abcd\"",
            "integrity sha512-Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A==",
            "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
            "session token: 550e8400-e29b-41d4-a716-446655440000",
            "password_hash = \"tR4vb9Kq2LmZ7tR4vb9Kq2LmZ7\"",
            "let token = parse_token2(input1, output2);",
            "password: config.database_password",
            "token_count = 1234567890123",
            "API_KEY=your-key-here-1a2B3c4D",
            "api_key: ${{ secrets.API_KEY_2 }}",
            "secret: <generated at 3F9a1C7b>",
            "the password is changed every 90 days: nobody likes it",
            "sk-learn and risk-averse sk-",
            "AKIAlumni meet in spring",
            "PasswordResetTokenExpiredError: TokenExpired",
            "https://example.org/a:b@c",
            "PGPASSWORD=$DB_PASSWORD psql",
            "PGPASSWORD=\"${DB_PASSWORD_2:-none}\" psql",
            "PGPASSWORD=postgres psql -h localhost",
            "POSTGRES_PASSWORD: postgres",
            "POSTGRES_PASSWORD: changeme123",
            "DB_PASSWORD=",
            "MIN_PASSWORD_LENGTH=12345678",
            "RESET_PASSWORD = \"/api/v1/users/reset\"",
            "DB_PASSWORD = settings.db_v2_password",
            "pub const ERROR_OTHER_PASSWORD: WIN32_ERROR = 2108u32;",
            "password=changeme",
            "\"password\": \"Password must be at least 8 characters\",",
            "password: \"Enter your new password!\"",
            "\"password\": \"the old one, 8 to 20 letters\"",
            "password: 'see the vault in section 4'",
            "\"password\": \"Passwort\",",
            "Authorization: Bearer <token>",
            "Authorization: Bearer $TOKEN",
            "-H \"Authorization: Bearer ${API_TOKEN_2}\"",
            "headers = {\"Authorization\": f\"Bearer {token_2}\"}",
            "Authorization: Bearer YOUR_ACCESS_TOKEN_1a2B3c",
            "send the Bearer token in the header",
            "Bearer tokens, RFC6750, are what OAuth2 gives",
            "the bearer of good news",
            "Authorization: Basic <base64 of user:password>",
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "Authorization: Basic dXNlcjpwYXNz",
            "Basic knowledge of HTTP/1.1 helps",
            "basic authentication",
            "DefaultEndpointsProtocol=https;AccountName=app;AccountKey=<key>;EndpointSuffix=core.windows.net",
            "AccountKey={{ azure_key_2 }}",
            "Server=db;User ID=sa;Password=<password>;",
            "Server=db;User ID=sa;Password=$(DB_PASS_2);",
            "jdbc:mysql://db/main?user=app&password=secret",
            "this.user=form1.user2;this.password=form1.password2;",
            "amqp://guest:guest@localhost:5672",
            "mongodb+srv://<user>:<password>@cluster0.example.mongodb.net",
            "redis://:$REDIS_PASSWORD@cache:6379",
            "redis://localhost:6379/0",
            "curl -u user:pass https://example.org",
            "curl -u \"$USER:$PASSWORD_2\" https://example.org",
            "curl -u user https://example.org",
            "docker run -u 10001000:10001000 app",
            "git push -u origin main:release-2024",
            "<password>changeme</password>",
            "<password>${db.password2}</password>",
            "<password></password>",
            "<label>Password 2 of 3, not less</label>",
            "dop_v1_ is how DigitalOcean's tokens begin",
            "at 123456789:A short one",
            "2024-01-01 10:00:00 INFO 12345678:Async",
            "PuTTY-User-Key-File-N: what the first line says",
            "PuTTY keys end in .ppk",
            "caf\u{e9}\u{200b}teria",
        ] {
            check(line, None);
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        let text = format!("first\n\n{}\n{}", key("ghp_", 36), key("AKIA", 16).to_uppercase());
        let lines: Vec<usize> = findings(&text, &[]).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}
