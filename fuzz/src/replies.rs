//! What comes from a provider: the bytes of a body, and the text of a reply.

use std::convert::Infallible;
use std::sync::{LazyLock, Mutex};

use axum::http;
use futures_util::stream;
use reqwest::{Body, Response as HttpResponse};
use roundtable::debate::question::{Choice, OptionId, Unit};
use roundtable::debate::reply::{Finish, Reply, Usage};
use roundtable::debate::response::Response;
use roundtable::debate::response::contract::{Contract, Earlier, Needs, Objections, StanceTerms};
use roundtable::debate::response::read::{Strictness, read};
use roundtable::providers::Progress;
use roundtable::providers::gateway::{self, Timeouts};
use roundtable::providers::wire::{Answer, Decoder, Wire, WireFault};
use tokio::runtime::Runtime;

/// One for all inputs: building it takes longer than most of them.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be built")
});

/// For a reply of a debate, and for one that may call tools.
const DECODERS: [fn(Wire) -> Decoder; 2] = [Wire::decoder, Wire::listener];

/// Ends a piece of a body in the input of `sse`: no text holds this byte.
const PIECE_END: u8 = 0xff;

/// Target `sse`: a stream means the same however the network cuts it. The first byte names the wire; 0xff cuts.
pub fn sse(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let wires = [Wire::Anthropic, Wire::OpenaiResponses, Wire::OpenaiChat, Wire::Gemini, Wire::Perplexity];
    let wire = wires[usize::from(*first) % wires.len()];
    let pieces: Vec<Vec<u8>> = rest.split(|byte| *byte == PIECE_END).map(<[u8]>::to_vec).collect();
    let whole = pieces.concat();
    for decoder in DECODERS {
        assert_same(&streamed(decoder(wire), pieces.clone()), &streamed(decoder(wire), vec![whole.clone()]));
    }
}

/// Target `wire_anthropic`: see [`body`].
pub fn wire_anthropic(data: &[u8]) {
    body(Wire::Anthropic, data);
}

/// Target `wire_openai_responses`: see [`body`].
pub fn wire_openai_responses(data: &[u8]) {
    body(Wire::OpenaiResponses, data);
}

/// Target `wire_openai_chat`: see [`body`].
pub fn wire_openai_chat(data: &[u8]) {
    body(Wire::OpenaiChat, data);
}

/// Target `wire_gemini`: see [`body`].
pub fn wire_gemini(data: &[u8]) {
    body(Wire::Gemini, data);
}

/// Target `wire_perplexity`: see [`body`].
pub fn wire_perplexity(data: &[u8]) {
    body(Wire::Perplexity, data);
}

/// A body as a stream, as one JSON document, and as a refusal: an answer, or a fault that can be told.
fn body(wire: Wire, data: &[u8]) {
    let piece = 1 + data.len() % 97;
    let pieces: Vec<Vec<u8>> = data.chunks(piece).map(<[u8]>::to_vec).collect();
    for decoder in DECODERS {
        assert_same(&streamed(decoder(wire), pieces.clone()), &streamed(decoder(wire), vec![data.to_vec()]));
        check(&answered(decoder(wire), "application/json", vec![data.to_vec()]).0);
    }
    let text = String::from_utf8_lossy(data);
    for status in [400, 401, 404, 429, 500, 529] {
        check_fault(&wire.fault(status, |_| Some(text.to_string()), &text));
    }
}

/// What came of a body, and the text that was shown on the way.
type Outcome = (Result<Answer, WireFault>, String);

fn streamed(decoder: Decoder, pieces: Vec<Vec<u8>>) -> Outcome {
    let outcome = answered(decoder, "text/event-stream", pieces);
    check(&outcome.0);
    outcome
}

fn answered(mut decoder: Decoder, content_type: &str, pieces: Vec<Vec<u8>>) -> Outcome {
    let pieces = stream::iter(pieces.into_iter().map(Ok::<Vec<u8>, Infallible>));
    let response = http::Response::builder()
        .header("content-type", content_type)
        .body(Body::wrap_stream(pieces))
        .expect("a response with one header can be built");
    let shown = Mutex::new(String::new());
    let show = |progress: Progress| {
        if let Progress::Delta(delta) = progress {
            shown.lock().expect("nobody panics while text is shown").push_str(&delta);
        }
    };
    let timeouts = Timeouts::default();
    let answer = RUNTIME.block_on(gateway::accepted(HttpResponse::from(response), &mut decoder, &timeouts, &show));
    (answer, shown.into_inner().expect("nobody panics while text is shown"))
}

/// `NaN` is no number of a reply, so equality holds.
fn assert_same(one: &Outcome, other: &Outcome) {
    assert_eq!(one, other, "the cuts of the network change an answer");
}

fn check(outcome: &Result<Answer, WireFault>) {
    match outcome {
        Ok(answer) => {
            for citation in &answer.citations {
                assert!(citation.url.to_lowercase().starts_with("http"), "no web address: {:?}", citation.url);
                assert!(!citation.url.contains(char::is_control), "{:?}", citation.url);
            }
            let urls: std::collections::BTreeSet<_> = answer.citations.iter().map(|citation| &citation.url).collect();
            assert_eq!(urls.len(), answer.citations.len(), "a source is listed twice");
            assert!(answer.called.calls.is_empty() || !answer.called.said.is_empty(), "calls that are not sent back");
        }
        Err(fault) => check_fault(fault),
    }
}

fn check_fault(fault: &WireFault) {
    assert!(fault.message.chars().count() <= 301, "{} characters", fault.message.chars().count());
    assert!(!fault.message.contains(char::is_control), "a fault is told in one line: {:?}", fault.message);
}

/// Target `response`: a reply is read on every contract; what is read can be stored, and keeps to its ranges.
pub fn response(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    for contract in contracts() {
        for finish in [Finish::Complete, Finish::Truncated] {
            for strictness in [Strictness::AsMeant, Strictness::Strict, Strictness::Lenient] {
                check_response(&contract, &read(&contract, &reply(&text, finish), strictness));
            }
        }
    }
}

fn contracts() -> Vec<Contract> {
    let choices = |count: usize| {
        let choice = |index| Choice { id: OptionId::at(index), text: ["Yes", "No", "Later"][index].to_owned() };
        (0..count).map(choice).collect::<Vec<_>>()
    };
    let terms = |options, earlier| {
        // Every way to ask for them is met.
        let objections = if earlier == Earlier::Taken { Objections::Asked } else { Objections::NotAsked };
        StanceTerms { options, estimate: None, earlier, objections }
    };
    let number = |earlier| StanceTerms { estimate: Some(Unit("weeks".to_owned())), ..terms(Vec::new(), earlier) };
    vec![
        Contract::Position(None, Needs::NotAsked),
        Contract::Position(Some(terms(choices(3), Earlier::Taken)), Needs::Asked),
        Contract::Position(Some(terms(choices(2), Earlier::Sorted)), Needs::NotAsked),
        Contract::Position(Some(number(Earlier::Taken)), Needs::Asked),
        Contract::Questions,
        Contract::Ballot(terms(choices(2), Earlier::None)),
        Contract::Ballot(terms(Vec::new(), Earlier::None)),
        Contract::Ballot(number(Earlier::None)),
        Contract::Perspectives(2),
        Contract::Sorting(2),
        Contract::Synthesis,
    ]
}

fn reply(text: &str, finish: Finish) -> Reply {
    Reply {
        text: text.to_owned(),
        reasoning: None,
        model: "any".to_owned(),
        finish,
        usage: Usage::default(),
        cost_usd: None,
        citations: Vec::new(),
        request_id: None,
        elapsed_ms: 0,
        requests: 1,
        lost: 0,
        loss: None,
    }
}

fn check_response(contract: &Contract, response: &Response) {
    let stored = serde_json::to_string(response).expect("a response can be stored");
    let again: Response = serde_json::from_str(&stored).expect("a stored response can be read");
    assert_eq!(&again, response, "a response comes back as it was stored");
    if let Some(confidence) = response.confidence() {
        assert!((0.0..=1.0).contains(&confidence), "confidence {confidence}");
    }
    if let Some(stance) = response.stance() {
        assert!(stance.ratings.values().all(|rating| (-2..=2).contains(rating)), "{:?}", stance.ratings);
        assert!(stance.option.is_none() || stance.abstained.is_none(), "a vote and an abstention: {stance:?}");
        if let Some(estimate) = &stance.estimate {
            assert!(estimate.low <= estimate.value && estimate.value <= estimate.high, "{estimate:?}");
        }
    }
    match (contract, response) {
        (Contract::Perspectives(count), Response::Perspectives(personas)) => {
            assert_eq!(personas.len(), *count as usize)
        }
        (Contract::Position(..), Response::Position(_))
        | (Contract::Ballot(_), Response::Ballot(_))
        | (Contract::Questions, Response::Questions(_))
        | (Contract::Sorting(_), Response::Sorting(_))
        | (Contract::Synthesis, Response::Synthesis(_))
        | (_, Response::Unclear { .. } | Response::Truncated) => {}
        (_, other) => panic!("no response to {}: {other:?}", contract.name()),
    }
    // What every front-end shows of a response.
    response.headline();
    response.statement();
}
