//! Where a vendor's requests go: checks a base URL and tells whether it stays on this machine.
//!
//! Must never resolve a name, and never accept a URL that carries a credential: URLs are shown.

use std::net::{IpAddr, Ipv6Addr};

/// Returns the URL without a slash at its end; `None` unless it is a plain `http` or `https` one.
pub(crate) fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_known = ["http", "https"].into_iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte));
    (is_known && is_plain && split_port(authority).is_some())
        .then(|| format!("{}://{}{}", scheme.to_ascii_lowercase(), authority, path.trim_end_matches('/')))
}

/// Returns the URL that `text`, a URL or `HOST[:PORT]`, stands for.
///
/// As Ollama reads `OLLAMA_HOST`: `http` and `port` fill in, and the address that a server listens on everywhere with,
/// `0.0.0.0`, or no host at all means this machine.
pub(crate) fn host(text: &str, port: u16) -> Option<String> {
    if text.contains("://") {
        return url(text);
    }
    let text = text.trim_end_matches('/');
    let text = if text.starts_with(':') { format!("127.0.0.1{text}") } else { text.to_owned() };
    let (host, own_port) = split_port(&text)?;
    let host = if host == "0.0.0.0" { "127.0.0.1" } else { host };
    Some(format!("http://{host}:{}", own_port.unwrap_or(port)))
}

/// Tells whether a URL accepted by [`url`] stays on this machine, judged by its text alone.
pub(crate) fn is_local(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let Some((host, _)) = split_port(authority) else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

/// Splits an authority into host and port; `None` when it is neither, as with a user name.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let host_end = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')?;
            rest[..end].parse::<Ipv6Addr>().ok()?;
            end + 2
        }
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    let is_name = host.starts_with('[')
        || (!host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')));
    let port = match port.strip_prefix(':') {
        Some(digits) => {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            Some(digits.parse().ok().filter(|port| is_number && *port != 0)?)
        }
        None if port.is_empty() => None,
        None => return None,
    };
    is_name.then_some((host, port))
}
