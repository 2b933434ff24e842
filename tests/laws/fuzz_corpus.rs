//! The inputs that fuzzing kept, run through the functions that were fuzzed. See `fuzz/README.md`.

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "it is a crate of its own as well")]
mod fuzzed;

use std::fs;
use std::path::Path;

/// A target: its name, and what it does with an input.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 10] = [
    ("sse", fuzzed::sse),
    ("wire_anthropic", fuzzed::wire_anthropic),
    ("wire_openai_responses", fuzzed::wire_openai_responses),
    ("wire_openai_chat", fuzzed::wire_openai_chat),
    ("wire_gemini", fuzzed::wire_gemini),
    ("wire_perplexity", fuzzed::wire_perplexity),
    ("response", fuzzed::response),
    ("mode", fuzzed::mode),
    ("log", fuzzed::log),
    ("log_edited", fuzzed::log_edited),
];

/// What the whole corpus may take up in the repository.
const CORPUS_BYTES_MAX: usize = 1 << 20;

fn fuzz() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz"))
}

/// The kept inputs of a target, by name.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            (path.display().to_string(), fs::read(&path).expect("a readable file"))
        })
        .collect();
    inputs.sort();
    inputs
}

fn replay(targets: impl Fn(&str) -> bool) {
    for (name, target) in TARGETS.iter().filter(|(name, _)| targets(name)) {
        let inputs = inputs(name);
        assert!(inputs.len() >= 10, "{name} has {} inputs", inputs.len());
        for (path, input) in inputs {
            let outcome = std::panic::catch_unwind(|| target(&input));
            assert!(outcome.is_ok(), "{path} fails");
        }
    }
}

#[test]
fn no_kept_answer_fails() {
    replay(|name| name == "sse" || name.starts_with("wire_"));
}

#[test]
fn no_kept_reply_or_mode_fails() {
    replay(|name| name == "response" || name == "mode");
}

#[test]
fn no_kept_log_fails() {
    replay(|name| name.starts_with("log"));
}

#[test]
fn every_target_is_built_replayed_and_told_of() {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    let built: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""))
        .collect();
    assert_eq!(built, names);
    let manual = fs::read_to_string(fuzz().join("README.md")).expect("a manual");
    let bytes: usize = names.iter().flat_map(|name| inputs(name)).map(|(_, input)| input.len()).sum();
    assert!(bytes <= CORPUS_BYTES_MAX, "the corpus has {bytes} bytes");
    for name in names {
        assert!(manual.contains(&format!("`{name}`")), "fuzz/README.md does not tell of {name}");
    }
}
