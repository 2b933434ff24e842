//! The HTTP client, and the route to each vendor: where it is, and what opens its door.
//!
//! Must never show a key, and never take one to a place that was not configured.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Url};
use secrecy::ExposeSecret;

use crate::providers::gateway::accounts::Accounts;
use crate::providers::gateway::endpoint::{Endpoint, GatewayError};
use crate::providers::gateway::limiter::Limiter;
use crate::providers::gateway::secret::{self, Extent};
use crate::providers::provider::Server;
use crate::providers::table::vendor::Vendor;

const USER_AGENT: &str = concat!("roundtable/", env!("CARGO_PKG_VERSION"));
/// Shortest key that is taken for a secret in a reply. Servers of one's own are given words such as `none` or `EMPTY`, which may well stand
/// in a reply that must be kept as it came.
const SECRET_BYTES_MIN: usize = 16;
/// Characters of a provider's message that are kept.
const MESSAGE_CHARS_MAX: usize = 400;
/// Fewer characters of a key than these tell nothing.
const KEY_BEGINNING_MIN: usize = 4;

/// An endpoint that was found usable.
pub(super) struct Route {
    endpoint: Endpoint,
    base: String,
    host: String,
    server: Server,
    auth: Option<(HeaderName, HeaderValue)>,
    limiter: Arc<Limiter>,
}

impl Route {
    pub(super) fn new(endpoint: Endpoint, accounts: &Accounts) -> Result<Self, GatewayError> {
        let provider = endpoint.vendor.name;
        let base = endpoint.vendor.wire.url(&endpoint.base_url, "");
        let url = usable(&base).map_err(|reason| GatewayError::BaseUrl { provider, reason })?;
        let auth = auth_header(&endpoint)
            .map_err(|_| GatewayError::Key { provider, key_variable: endpoint.key_variable.clone() })?;
        Ok(Self { base, host: host(&url), server: server(&url), auth, limiter: accounts.limiter(&endpoint), endpoint })
    }

    pub(super) fn vendor(&self) -> &'static Vendor {
        self.endpoint.vendor
    }

    /// Who may send, and when.
    pub(super) fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// Whether reaching it takes certificates.
    pub(super) fn tls(&self) -> Tls {
        if self.base.starts_with("http://") { Tls::Unneeded } else { Tls::Needed }
    }

    pub(super) fn has_key(&self) -> bool {
        self.auth.is_some()
    }

    /// Name of the variable that holds the key; empty when the vendor needs none.
    pub(super) fn key_variable(&self) -> &str {
        &self.endpoint.key_variable
    }

    /// Host, and port unless it is the scheme's own: no password, no path.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The same in two parts.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// Whether it is where the vendor is found unless another address is set.
    pub(super) fn is_the_vendors(&self) -> bool {
        Url::parse(self.vendor().base_url).is_ok_and(|usual| host(&usual) == self.host)
    }

    pub(super) fn url(&self, path: &str) -> String {
        self.endpoint.vendor.wire.url(&self.base, path)
    }

    pub(super) fn auth(&self) -> Option<(HeaderName, HeaderValue)> {
        self.auth.clone()
    }

    /// The text of a reply without the key, for whoever reads it next.
    pub(super) fn scrub(&self, text: &str) -> String {
        match self.key().filter(|key| key.len() >= SECRET_BYTES_MIN) {
            Some(key) => secret::scrub(text, key, Extent::Whole),
            None => text.to_owned(),
        }
    }

    /// The text of an error without the key or a part of it.
    pub(super) fn scrub_error(&self, text: &str) -> String {
        self.key().map_or_else(|| text.to_owned(), |key| secret::scrub(text, key, Extent::Parts))
    }

    fn key(&self) -> Option<&str> {
        self.endpoint.key.as_ref().map(ExposeSecret::expose_secret).filter(|key| !key.is_empty())
    }

    /// The text without the key, on one line, without control characters, at most 400 characters.
    pub(super) fn clean(&self, text: &str) -> String {
        let text = self.scrub_error(text).replace(char::is_control, " ");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match words.char_indices().nth(MESSAGE_CHARS_MAX) {
            Some((end, _)) => format!("{}…", &words[..end]),
            None => self.without_cut_key(words),
        }
    }

    /// A text that the wire has shortened may end in the beginning of a key.
    fn without_cut_key(&self, text: String) -> String {
        let Some(key) = self.key() else { return text };
        let Some(shortened) = text.strip_suffix('…') else { return text };
        let beginnings = (KEY_BEGINNING_MIN..key.len()).rev().filter_map(|end| key.get(..end));
        match beginnings.filter_map(|beginning| shortened.strip_suffix(beginning)).next() {
            Some(before) => format!("{before}[key]…"),
            None => text,
        }
    }
}

/// Host, and port unless it is the scheme's own.
pub(super) fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}

fn server(url: &Url) -> Server {
    Server {
        address: url.host_str().unwrap_or_default().to_owned(),
        port: url.port_or_known_default().unwrap_or_default(),
    }
}

/// Whether any request will need a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Some base URL is `https`.
    Needed,
    /// All are plain `http`, as those of servers on the user's own machine.
    Unneeded,
}

/// Builds the client. Reading the system's certificate store takes longer than all else at start, so it is left alone
/// where nothing needs it. Where it is needed and there is none, the compiled-in roots stand in.
pub(super) fn build(connect: Duration, tls: Tls) -> Result<Client, GatewayError> {
    let failed = |error: reqwest::Error| GatewayError::Client(error.to_string());
    match tls {
        Tls::Unneeded => builder(connect).tls_certs_only([]).build().map_err(failed),
        Tls::Needed => with_the_systems_roots(connect).or_else(|_| {
            let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root));
            let roots = roots.collect::<Result<Vec<_>, _>>().map_err(failed)?;
            builder(connect).tls_certs_only(roots).build().map_err(failed)
        }),
    }
}

/// Where certificates are looked for when some base URL is `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificates {
    /// In the system's store.
    System,
    /// Among the roots that are compiled in: the system has no store, or one that cannot be read.
    BuiltIn,
}

impl Certificates {
    /// Finds out by reading the system's store, as the first request would; sends nothing.
    pub fn find() -> Self {
        match with_the_systems_roots(Duration::ZERO) {
            Ok(_) => Self::System,
            Err(_) => Self::BuiltIn,
        }
    }
}

fn with_the_systems_roots(connect: Duration) -> Result<Client, reqwest::Error> {
    builder(connect).build()
}

/// Retries are ours alone, so that the requests we report are the requests that were sent.
fn builder(connect: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(connect)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
}

fn usable(base_url: &str) -> Result<Url, String> {
    let url = Url::parse(base_url).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("its scheme is {}, not http or https", url.scheme()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment".to_owned());
    }
    Ok(url)
}

fn auth_header(endpoint: &Endpoint) -> Result<Option<(HeaderName, HeaderValue)>, reqwest::header::InvalidHeaderValue> {
    let Some(key) = &endpoint.key else { return Ok(None) };
    let (name, value) = endpoint.vendor.wire.auth(key.expose_secret());
    let mut value = HeaderValue::from_str(&value)?;
    value.set_sensitive(true);
    Ok(Some((HeaderName::from_static(name), value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::gateway::limiter::Limits;
    use crate::providers::table;

    fn route(key: &str) -> Route {
        let vendor = table::find("anthropic").expect("a row of the table");
        let key = Some(key.into());
        let base_url = "https://user:secret@api.example:8443/v1/".to_owned();
        let endpoint = Endpoint { vendor, base_url, key, key_variable: "A_KEY".to_owned(), limits: Limits::default() };
        Route::new(endpoint, &Accounts::default()).expect("a usable endpoint")
    }

    #[test]
    fn messages_lose_keys_control_characters_and_length() {
        let rows = [
            ("plain", "plain"),
            ("key sk-0123456789, again sk-0123456789", "key [key], again [key]"),
            ("a\r\n\u{1b}[31mred\u{7}\u{9b}b", "a [31mred b"),
            ("cut in the middle of sk-01234…", "cut in the middle of [key]…"),
            ("cut at its very start sk-…", "cut at its very start sk-…"),
        ];
        let route = route("sk-0123456789");
        for (text, expected) in rows {
            assert_eq!(route.clean(text), expected, "{text:?}");
        }
        let long = route.clean(&format!("{}sk-0123456789", "ä".repeat(395)));
        assert_eq!(long, format!("{}[key]", "ä".repeat(395)));
        assert_eq!(route.clean(&"ä".repeat(401)).chars().count(), 401);
    }

    #[test]
    fn a_route_tells_its_host_alone() {
        let route = route("sk-0123456789");
        assert_eq!(route.host(), "api.example:8443");
        assert_eq!(route.url("/v1/messages"), "https://user:secret@api.example:8443/v1/messages");
        let debug = format!("{:?} {:?}", route.endpoint, route.auth);
        assert!(!debug.contains("0123") && !debug.contains("secret"), "{debug}");
    }
}
