//! Reads the body of an answer within its limits: bytes after decompression, and patience between them.
//!
//! Must never hold more than the limits allow, and never wait without end.

use std::error::Error;
use std::io::Cursor;
use std::time::Duration;

use futures_util::stream::{Stream, try_unfold};
use reqwest::Response;

use crate::providers::gateway::endpoint::Timeouts;

const REPLY_BYTES_MAX: usize = 32 << 20;
const EVENT_BYTES_MAX: usize = 4 << 20;
const REFUSAL_BYTES_MAX: usize = 64 << 10;

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("nothing came for {0:?}")]
    Silent(Duration),
    #[error("the answer broke off: {0}")]
    Broken(String),
    #[error("the {part} is longer than {limit} bytes")]
    TooLong { part: &'static str, limit: usize },
    #[error("the answer is not UTF-8 text")]
    NotText,
    #[error("the answer is called a stream of events, and holds none")]
    NotEvents,
}

/// A body on its way in.
pub(super) struct Body {
    response: Response,
    patience: Duration,
    silence: Duration,
    bytes: usize,
}

impl Body {
    pub(super) fn new(response: Response, timeouts: &Timeouts) -> Self {
        Self { response, patience: timeouts.first_byte, silence: timeouts.silence, bytes: 0 }
    }

    /// The whole body, up to the limit of a reply.
    pub(super) async fn text(mut self) -> Result<String, BodyError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        String::from_utf8(whole).map_err(|_| BodyError::NotText)
    }

    /// The body of a refusal, as much of it as comes and is kept.
    pub(super) async fn refusal(mut self) -> String {
        let mut whole = Vec::new();
        while let Ok(Some(chunk)) = self.chunk().await {
            whole.extend_from_slice(&chunk);
            if whole.len() >= REFUSAL_BYTES_MAX {
                whole.truncate(REFUSAL_BYTES_MAX);
                break;
            }
        }
        String::from_utf8_lossy(&whole).into_owned()
    }

    /// The body piece by piece, for a decoder of server-sent events that knows no limits itself.
    pub(super) fn pieces(self) -> impl Stream<Item = Result<Cursor<Vec<u8>>, BodyError>> {
        try_unfold((self, EventGauge::default()), |(mut body, mut gauge)| async move {
            let Some(chunk) = body.chunk().await? else {
                return if gauge.is_foreign() { Err(BodyError::NotEvents) } else { Ok(None) };
            };
            gauge.take(&chunk)?;
            Ok(Some((Cursor::new(chunk), (body, gauge))))
        })
    }

    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, BodyError> {
        let next = tokio::time::timeout(self.patience, self.response.chunk()).await;
        let next = next.map_err(|_| BodyError::Silent(self.patience))?;
        let Some(chunk) = next.map_err(|error| BodyError::Broken(cause(&error)))? else { return Ok(None) };
        self.patience = self.silence;
        self.bytes += chunk.len();
        if self.bytes > REPLY_BYTES_MAX {
            return Err(BodyError::TooLong { part: "reply", limit: REPLY_BYTES_MAX });
        }
        Ok(Some(chunk.into()))
    }
}

/// What a line of a stream of events begins with.
const FIELDS: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b":"];
/// Bytes of a line that tell whether it is one.
const FIELD_BYTES: usize = 5;

/// Counts the bytes of the event that is coming in. An empty line ends an event.
#[derive(Default)]
struct EventGauge {
    event: usize,
    line: usize,
    after_return: bool,
    /// How the line begins.
    start: [u8; FIELD_BYTES],
    has_fields: bool,
    has_others: bool,
}

impl EventGauge {
    /// Whether lines came, and none that is of a stream of events. To be asked at the end.
    fn is_foreign(&mut self) -> bool {
        self.end_line();
        self.has_others && !self.has_fields
    }

    fn end_line(&mut self) {
        let start = &self.start[..self.line.min(FIELD_BYTES)];
        let is_field = FIELDS.iter().any(|field| start.starts_with(field));
        self.has_fields |= is_field;
        self.has_others |= !is_field && !start.is_empty();
        self.line = 0;
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), BodyError> {
        for &byte in chunk {
            self.event += 1;
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => {
                    if self.line == 0 {
                        self.event = 0;
                    }
                    self.end_line();
                }
                _ => {
                    self.start.get_mut(self.line).into_iter().for_each(|place| *place = byte);
                    self.line += 1;
                }
            }
            self.after_return = byte == b'\r';
            if self.event > EVENT_BYTES_MAX {
                return Err(BodyError::TooLong { part: "event", limit: EVENT_BYTES_MAX });
            }
        }
        Ok(())
    }
}

/// The deepest reason of an error. The outer ones repeat the URL.
pub(super) fn cause(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_event_ends_at_an_empty_line_wherever_the_chunks_are_cut() {
        // (text, bytes of the event that is coming in)
        let rows = [
            ("data: x", 7),
            ("data: x\n", 8),
            ("data: x\n\n", 0),
            ("data: x\r\n\r\n", 1),
            ("data: x\r\r", 0),
            ("data: x\r\ndata: y\n", 17),
            ("data: x\n\ndata: y\n", 8),
            ("\n\ndata: y", 7),
        ];
        for (text, expected) in rows {
            for cut in 0..=text.len() {
                let mut gauge = EventGauge::default();
                gauge.take(&text.as_bytes()[..cut]).unwrap();
                gauge.take(&text.as_bytes()[cut..]).unwrap();
                assert_eq!(gauge.event, expected, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_holds_no_line_of_an_event_is_no_stream_of_events() {
        let rows: [(&[u8], bool); 9] = [
            (b"", false),
            (b"\r\n\n", false),
            (b": a comment", false),
            (b"data: x", false),
            (b"id", false),
            (b"Data: x", true),
            (b"\x00\xff\x00\xff\x00\xff", true),
            (b"hi\n", true),
            (b"hi\n\ndata: x\n\n", false),
        ];
        for (bytes, expected) in rows {
            for cut in 0..=bytes.len() {
                let mut gauge = EventGauge::default();
                gauge.take(&bytes[..cut]).unwrap();
                gauge.take(&bytes[cut..]).unwrap();
                assert_eq!(gauge.is_foreign(), expected, "{bytes:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn only_a_single_long_event_is_refused() {
        let line = [b"data: ".as_slice(), &[b'x'; 1 << 20], b"\n"].concat();
        let mut short = EventGauge::default();
        let mut long = EventGauge::default();
        for lines in 1..=8 {
            assert!(short.take(&line).and_then(|()| short.take(b"\n")).is_ok(), "{lines} events");
            assert_eq!(long.take(&line).is_ok(), lines < 4, "{lines} lines of one event");
        }
    }
}
