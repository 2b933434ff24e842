//! The order of those who wait: by turns among the sessions, and within a session by turns among its speakers.
//!
//! Must never let somebody who has just been served go before somebody who waits.

use std::collections::VecDeque;

use crate::debate::log::ids::{SessionId, Speaker};

/// A queue in which every session has one place, however many of its speakers wait.
#[derive(Debug)]
pub(super) struct Queue<T>(Lines<SessionId, Lines<Speaker, VecDeque<T>>>);

/// Lines side by side; whose is first is served next.
type Lines<K, V> = VecDeque<(K, V)>;

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Queue<T> {
    /// Adds somebody behind those who wait in the same line; a session or speaker that is new stands behind all others.
    pub(super) fn push(&mut self, session: SessionId, speaker: Speaker, waiter: T) {
        let speakers = line(&mut self.0, session);
        line(speakers, speaker).push_back(waiter);
    }

    /// Whose turn it is.
    pub(super) fn front(&self) -> Option<&T> {
        self.0.front()?.1.front()?.1.front()
    }

    /// Takes the one whose turn it is; its session, and within that its speaker, goes behind the others.
    pub(super) fn pop(&mut self) -> Option<T> {
        let (session, mut speakers) = self.0.pop_front()?;
        let (speaker, mut waiters) = speakers.pop_front()?;
        let first = waiters.pop_front();
        if !waiters.is_empty() {
            speakers.push_back((speaker, waiters));
        }
        if !speakers.is_empty() {
            self.0.push_back((session, speakers));
        }
        first
    }

    /// Removes whoever `is_it` picks.
    pub(super) fn remove(&mut self, is_it: impl Fn(&T) -> bool) {
        for (_, speakers) in &mut self.0 {
            speakers.iter_mut().for_each(|(_, waiters)| waiters.retain(|waiter| !is_it(waiter)));
            speakers.retain(|(_, waiters)| !waiters.is_empty());
        }
        self.0.retain(|(_, speakers)| !speakers.is_empty());
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.0.iter().flat_map(|(_, speakers)| speakers).map(|(_, waiters)| waiters.len()).sum()
    }
}

/// The line of `key`, behind all others where there is none yet.
fn line<K: PartialEq, V: Default>(lines: &mut Lines<K, V>, key: K) -> &mut V {
    let at = match lines.iter().position(|(known, _)| *known == key) {
        Some(at) => at,
        None => {
            lines.push_back((key, V::default()));
            lines.len() - 1
        }
    };
    &mut lines[at].1
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::debate::agent::Seat;

    fn push(queue: &mut Queue<&'static str>, waiters: &[(u128, u32, &'static str)]) {
        for (session, seat, name) in waiters {
            queue.push(SessionId(Uuid::from_u128(*session)), Speaker::Seat(Seat(*seat)), name);
        }
    }

    fn drain(queue: &mut Queue<&'static str>) -> String {
        let names: Vec<&str> = std::iter::from_fn(|| queue.pop()).collect();
        names.join(" ")
    }

    #[test]
    fn sessions_take_turns_and_so_do_their_seats() {
        // Session 1 wants much, and came first.
        let mut queue = Queue::default();
        push(&mut queue, &[(1, 1, "a"), (1, 1, "b"), (1, 1, "c"), (1, 2, "d"), (1, 2, "e"), (2, 1, "x"), (3, 1, "y")]);
        assert_eq!((queue.len(), queue.front()), (7, Some(&"a")));
        assert_eq!(drain(&mut queue), "a x y d b e c");
        assert_eq!((queue.len(), queue.front()), (0, None));
    }

    #[test]
    fn newcomers_never_overtake() {
        let mut queue = Queue::default();
        push(&mut queue, &[(1, 1, "a"), (1, 1, "b")]);
        for newcomer in 2..50 {
            push(&mut queue, &[(newcomer, 1, "new")]);
            let served = queue.pop().unwrap_or_default();
            // Behind one newcomer at most: the one that was there when its first was served.
            assert_eq!(served, ["a", "new", "b"].get(newcomer as usize - 2).copied().unwrap_or("new"));
        }
    }

    #[test]
    fn who_leaves_holds_nobody_up() {
        let mut queue = Queue::default();
        push(&mut queue, &[(1, 1, "a"), (1, 2, "b"), (2, 1, "x")]);
        queue.remove(|waiter| *waiter == "a");
        queue.remove(|waiter| *waiter == "x");
        queue.remove(|waiter| *waiter == "nobody");
        assert_eq!(drain(&mut queue), "b");
    }
}
