//! One exchange: a request goes out, and an answer or a failure comes back.
//!
//! Must never retry, and never wait longer than the timeouts allow.

use std::pin::pin;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response};
use sse_stream::{Error as EventError, SseByteStream};

use crate::debate::reply::FaultKind;
use crate::debate::text;
use crate::providers::gateway::body::{self, Body, BodyError};
use crate::providers::gateway::client::{self, Route};
use crate::providers::gateway::endpoint::Timeouts;
use crate::providers::gateway::failure::Failure;
use crate::providers::gateway::rates::Rates;
use crate::providers::gateway::retry;
use crate::providers::provider::{OnProgress, Progress};
use crate::providers::wire::Decoder;
use crate::providers::wire::call::{Answer, Call, WireFault};

/// How long the end of a stream is awaited after its terminal event: it may still bring usage, and a connection that
/// was read to its end can be used again.
const AFTERWORD: Duration = Duration::from_secs(1);

/// Longest media type that is shown.
const TYPE_CHARS_MAX: usize = 60;

/// Sends `call` once and reads what comes back with `decoder`, which then knows how far the answer came. Shows text as it
/// arrives.
pub(super) async fn exchange(
    client: &Client,
    route: &Route,
    (call, decoder): (Call, &mut Decoder),
    timeouts: &Timeouts,
    progress: OnProgress<'_>,
) -> Result<Answer, Failure> {
    let response = send(client, route, call, timeouts).await?;
    let head = Head::of(&response);
    route.limiter().heed(&Rates::read(|name| find(&head.headers, name), SystemTime::now()));
    let result = match response.status().as_u16() {
        200..=299 => accepted(response, decoder, timeouts, progress)
            .await
            .map_err(|fault| Failure { has_begun: decoder.told().is_some(), ..Failure::from(fault) }),
        300..=399 => Err(redirected(&response, route)),
        _ => Err(refused(response, &head, route, timeouts).await),
    };
    match result {
        Ok(answer) => Ok(Answer { request_id: answer.request_id.or(head.request_id), ..answer }),
        Err(failure) => Err(failure.at(head.status, head.request_id)),
    }
}

/// What an answer says before its body.
struct Head {
    status: u16,
    request_id: Option<String>,
    headers: Vec<(String, String)>,
}

impl Head {
    fn of(response: &Response) -> Self {
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(String, String)> =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Self {
            status: response.status().as_u16(),
            request_id: find(&headers, "request-id").or_else(|| find(&headers, "x-request-id")).map(str::to_owned),
            headers,
        }
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

async fn send(client: &Client, route: &Route, call: Call, timeouts: &Timeouts) -> Result<Response, Failure> {
    let mut request =
        client.post(route.url(&call.path)).header(ACCEPT, "text/event-stream, application/json").json(&call.body);
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    if let Some((name, value)) = route.auth() {
        request = request.header(name, value);
    }
    match tokio::time::timeout(timeouts.first_byte, request.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(unsent(&error, route, timeouts)),
        Err(_) => Err(Failure::new(
            FaultKind::Timeout,
            format!("{} sent nothing for {:?}", route.host(), timeouts.first_byte),
        )),
    }
}

fn unsent(error: &reqwest::Error, route: &Route, timeouts: &Timeouts) -> Failure {
    let (host, cause) = (route.host(), body::cause(error));
    if error.is_builder() {
        Failure::unsent(FaultKind::InvalidRequest, format!("the request cannot be built: {cause}"))
    } else if error.is_connect() && error.is_timeout() {
        Failure::unsent(FaultKind::Network, format!("no connection to {host} within {:?}", timeouts.connect))
    } else if error.is_connect() {
        Failure::unsent(FaultKind::Network, format!("cannot connect to {host}: {cause}"))
    } else {
        Failure::new(FaultKind::Network, format!("the connection to {host} broke: {cause}"))
    }
}

fn redirected(response: &Response, route: &Route) -> Failure {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| response.url().join(location).ok()).map(|url| client::host(&url));
    let message = match target {
        Some(target) => format!("{} redirects to {target}, which is not followed", route.host()),
        None => format!("{} redirects to nowhere", route.host()),
    };
    Failure::new(FaultKind::InvalidResponse, message)
}

async fn refused(response: Response, head: &Head, route: &Route, timeouts: &Timeouts) -> Failure {
    let told = retry::told_wait(|name| find(&head.headers, name), SystemTime::now());
    // The wire may shorten the text, and half a key would be found by nobody afterwards.
    let body = route.scrub_error(&Body::new(response, timeouts).refusal().await);
    let failure = Failure::from(route.vendor().wire.fault(
        head.status,
        |name| find(&head.headers, name).map(str::to_owned),
        &body,
    ));
    Failure { told_wait: told.or(failure.told_wait), ..failure }
}

/// Reads the answer out of a response whose status tells of success, within the limits of `timeouts`. Shows text as it
/// arrives.
///
/// # Errors
/// The answer breaks off, takes longer than `timeouts` allow, has another content type than JSON or a stream, or cannot
/// be decoded.
pub async fn accepted(
    response: Response,
    decoder: &mut Decoder,
    timeouts: &Timeouts,
    progress: OnProgress<'_>,
) -> Result<Answer, WireFault> {
    let content_type = content_type(&response);
    let body = Body::new(response, timeouts);
    match content_type.as_str() {
        "text/event-stream" => streamed(body, decoder, AFTERWORD.min(timeouts.silence), progress).await,
        "application/json" => decoder.body(&body.text().await?),
        "" => Err(WireFault::new(FaultKind::InvalidResponse, "the answer has no content type")),
        other => {
            let message = format!("the answer is {}, not a stream of events", text::clip(other, TYPE_CHARS_MAX));
            Err(WireFault::new(FaultKind::InvalidResponse, &message))
        }
    }
}

/// The media type alone, in lower case; empty when there is none.
fn content_type(response: &Response) -> String {
    let stated = response.headers().get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    stated.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn streamed(
    body: Body,
    decoder: &mut Decoder,
    afterword: Duration,
    progress: OnProgress<'_>,
) -> Result<Answer, WireFault> {
    let mut events = pin!(SseByteStream::new(body.pieces()));
    while let Some(event) = events.next().await {
        let event = event.map_err(broken)?;
        let Some(data) = event.data else { continue };
        if let Some(delta) = decoder.event(event.event.as_deref(), &data)? {
            progress(Progress::Delta(delta));
        }
        if decoder.is_complete() {
            break;
        }
    }
    if decoder.is_complete() {
        // Whatever goes wrong from here on, the answer is whole.
        let _: Result<(), _> = tokio::time::timeout(afterword, async {
            while let Some(Ok(event)) = events.next().await {
                let Some(data) = event.data else { continue };
                if decoder.event(event.event.as_deref(), &data).is_err() {
                    break;
                }
            }
        })
        .await;
    }
    decoder.finish()
}

fn broken(error: EventError) -> WireFault {
    match error {
        EventError::Body(source) => match source.downcast::<BodyError>() {
            Ok(error) => WireFault::from(*error),
            Err(other) => WireFault::new(FaultKind::Network, &other.to_string()),
        },
        other => WireFault::new(FaultKind::InvalidResponse, &format!("the answer is not a stream of events: {other}")),
    }
}
