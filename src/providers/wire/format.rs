//! What a wire is: the functions that encode its requests and read what comes back. Each wire's file holds its own.

use serde_json::Value;

use crate::debate::ask::Ask;
use crate::debate::reply::Usage;
use crate::providers::draft::Draft;
use crate::providers::talk::call::{Called, Heard, Talk};
use crate::providers::wire::call::{Call, Shape, WireFault};
use crate::providers::wire::dialect::Dialect;

/// The functions of a wire. All are pure.
#[derive(Debug)]
pub(crate) struct Format {
    /// Encodes an ask as a streaming request.
    pub(crate) encode: fn(&Ask, &Dialect, Shape) -> Call,
    /// Takes one event of the stream, and returns the text it adds.
    pub(crate) read_event: fn(&mut Draft, &Value) -> Result<Option<String>, WireFault>,
    /// Takes a whole answer.
    pub(crate) read_body: fn(&mut Draft, &Value) -> Result<(), WireFault>,
    /// Reads the counts of tokens.
    pub(crate) usage: fn(&Value) -> Option<Usage>,
    /// Takes the `[DONE]` that ends a stream; `None` where it means nothing.
    pub(crate) read_done: Option<fn(&mut Draft)>,
    /// Completes a draft once its stream has ended; `None` where nothing is left to do.
    pub(crate) settle: Option<fn(&mut Draft)>,
    /// Adds what a paused provider said so far to the body of its request; `None` where none pauses.
    pub(crate) go_on: Option<fn(&mut Value, &[Value])>,
    /// Fields of which every whole answer has one, however broken it is.
    pub(crate) body_fields: &'static [&'static str],
    /// The header that carries the key.
    pub(crate) key_header: KeyHeader,
    /// The response header with the provider's id of the request, in lower case.
    pub(crate) request_id_header: &'static str,
    /// Which segment of a base URL may be a version of its own.
    pub(crate) version_segment: VersionSegment,
    /// How tools of ours are offered; `None` where a request with tools is refused.
    pub(crate) tools: Option<Tools>,
}

/// How tools of ours are offered and called on a wire.
#[derive(Debug)]
pub(crate) struct Tools {
    /// Adds the tools and the steps so far to the body of an encoded ask.
    pub(crate) add: fn(&mut Value, &Talk<'_>),
    /// Takes the calls in an event, or a whole body. A natural end is put for the end that means calls, which the wire
    /// itself takes for a fault.
    pub(crate) hear: fn(&mut Heard, &mut Value),
    /// What was called. The text is what was said beside it.
    pub(crate) called: fn(Heard, &str) -> Called,
    /// Whether they may stand in a request that lets its model search the web.
    pub(crate) beside_search: BesideSearch,
}

/// Whether tools may stand beside the provider's own search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BesideSearch {
    /// They may.
    Allowed,
    /// The provider refuses both in one request.
    Refused,
}

/// The header that carries a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyHeader {
    /// `authorization`, as a bearer token.
    Bearer,
    /// A header of the vendor's own, by its lower-case name.
    Named(&'static str),
}

/// Which segment of a base URL replaces the version that a path begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VersionSegment {
    /// Any of them.
    Any,
    /// The last one alone.
    Last,
}
