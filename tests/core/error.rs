//! Failures at the rim: names, exit codes, JSON.

use std::collections::BTreeSet;
use std::error::Error;

use roundtable::error::{Failure, FailureKind};
use roundtable::message::Plain;
use serde_json::{Value, json};

#[test]
fn every_kind_has_the_documented_code() {
    let documented = [
        (Failure::internal("x"), "internal", 1, false),
        (Failure::usage("x"), "usage", 2, false),
        (Failure::gate("x"), "gate", 3, false),
        (Failure::waiting("x"), "waiting", 4, false),
        (Failure::providers("x"), "providers", 5, true),
        (Failure::limit("x"), "limit", 6, false),
        (Failure::credentials("x"), "credentials", 7, false),
        (Failure::mismatch("x"), "mismatch", 8, false),
        (Failure::interrupted("x"), "interrupted", 130, true),
    ];
    assert_eq!(documented.len(), FailureKind::ALL.len());
    for ((failure, name, code, retryable), kind) in documented.into_iter().zip(FailureKind::ALL) {
        assert_eq!(failure.kind, kind);
        assert_eq!((kind.name(), kind.exit_code(), kind.is_retryable()), (name, code, retryable));
        assert_eq!(kind.to_string(), name);
    }
    let codes: BTreeSet<u8> = FailureKind::ALL.into_iter().map(FailureKind::exit_code).collect();
    assert_eq!(codes.len(), FailureKind::ALL.len(), "two kinds share a code");
}

#[test]
fn json_holds_every_field() {
    let full = Failure::credentials("no key was found")
        .with_hint("set ANTHROPIC_API_KEY, or add --rehearse")
        .with_session("0198");
    let expected = json!({ "error": {
        "kind": "credentials",
        "message": "no key was found",
        "hint": "set ANTHROPIC_API_KEY, or add --rehearse",
        "retryable": false,
        "session": "0198",
    }});
    assert_eq!(full.to_json(&Plain), expected);
    let bare = Failure::providers("quorum lost").to_json(&Plain);
    assert_eq!(bare["error"]["hint"], Value::Null);
    assert_eq!(bare["error"]["session"], Value::Null);
    assert_eq!(bare["error"]["retryable"], Value::Bool(true));
}

#[test]
fn message_and_hint_stay_on_one_line() {
    let failure = Failure::usage("first\nsecond \u{1b}[31mred\r\n").with_hint("a\tb");
    assert_eq!(failure.to_string(), "first second  [31mred");
    assert_eq!(failure.hint.map(|hint| hint.to_string()).as_deref(), Some("a b"));
}

#[test]
fn source_is_kept_apart_from_the_message() {
    let failure = Failure::internal("the store is closed").with_source(std::io::Error::other("disk is gone"));
    assert_eq!(failure.to_string(), "the store is closed");
    assert_eq!(failure.source().unwrap().to_string(), "disk is gone");
    assert!(Failure::internal("x").source().is_none());
}
