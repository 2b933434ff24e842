//! The last guard: a defect of ours ends like any other failure, with its exit code and in the format that was asked for.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::error::Failure;

/// Runs a command; should it panic, returns what it said and where as an internal failure.
pub(super) fn guarded(command: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let said: Arc<Mutex<String>> = Arc::default();
    let (heard, of_command, before) = (Arc::clone(&said), thread::current().id(), panic::take_hook());
    panic::set_hook(Box::new(move |panic| {
        // A view that breaks takes nothing with it, and nobody asks for its words.
        if thread::current().id() != of_command {
            return before(panic);
        }
        let payload = panic.payload();
        let words = payload.downcast_ref::<&str>().copied();
        let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let words = words.unwrap_or("it does not say which");
        let place = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        *heard.lock().unwrap_or_else(PoisonError::into_inner) = format!("{words}{place}");
    }));
    // Nothing that the command held is looked at again: the process ends.
    panic::catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|_| {
        let said = said.lock().unwrap_or_else(PoisonError::into_inner);
        Err(Failure::internal(format!("this is a defect of the program: {said}"))
            .with_hint("what was stored is whole, and `roundtable resume @` goes on; please report this line"))
    })
}

#[cfg(test)]
mod tests {
    use super::guarded;
    use crate::error::{Failure, FailureKind};

    #[test]
    #[expect(clippy::panic, reason = "it is what is guarded against")]
    fn a_panic_is_an_internal_failure_that_says_where() {
        let line = line!() + 1;
        let failure = guarded(|| panic!("seat {} of 4", 5)).err();
        let failure = failure.map(|failure| (failure.kind, failure.message.to_string(), failure.hint.is_some()));
        let message = format!("this is a defect of the program: seat 5 of 4 ({}:{line})", file!());
        assert_eq!(failure, Some((FailureKind::Internal, message, true)));
        assert!(guarded(|| Ok(())).is_ok());
        let usage = guarded(|| Err(Failure::usage("x"))).err().map(|failure| failure.kind);
        assert_eq!(usage, Some(FailureKind::Usage));
    }
}
