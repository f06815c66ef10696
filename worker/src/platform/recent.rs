//! What an isolate remembers for a while, bounded in number and in bytes. It is gone with
//! the isolate, and may be at any time.

use std::collections::HashMap;

use assessments::time::Timestamp;

use super::clock::is_within;

/// Values by name, of which those that nobody asked for lately make room.
///
/// They are kept in two generations: when the younger is full, the elder is dropped and the
/// younger takes its place. What is asked for moves back into the younger. So both kinds of
/// bound hold without a search for the least recent.
pub(crate) struct Recent<V> {
    young: Generation<V>,
    old: Generation<V>,
    seconds: i64,
    max_entries: usize,
    max_bytes: usize,
}

struct Generation<V> {
    entries: HashMap<String, Entry<V>>,
    bytes: usize,
}

struct Entry<V> {
    value: V,
    since: Timestamp,
    bytes: usize,
}

impl<V> Default for Generation<V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            bytes: 0,
        }
    }
}

impl<V> Generation<V> {
    fn remove(&mut self, name: &str) -> Option<Entry<V>> {
        let entry = self.entries.remove(name)?;
        self.bytes -= entry.bytes;
        Some(entry)
    }
}

impl<V> Recent<V> {
    /// Nothing yet. Values are remembered for so many seconds, `max_entries` of them at
    /// most, with `max_bytes` bytes.
    pub(crate) fn new(seconds: i64, max_entries: usize, max_bytes: usize) -> Self {
        Self {
            young: Generation::default(),
            old: Generation::default(),
            seconds,
            max_entries,
            max_bytes,
        }
    }

    /// The value of a name, if it was remembered within the time, and since when.
    pub(crate) fn get(&mut self, name: &str, now: Timestamp) -> Option<(&V, Timestamp)> {
        if !self.young.entries.contains_key(name) {
            let entry = self.old.remove(name)?;
            if is_within(self.seconds, entry.since, now) {
                self.put(name.to_owned(), entry);
            }
        }
        let entry = self.young.entries.get(name)?;
        is_within(self.seconds, entry.since, now).then_some((&entry.value, entry.since))
    }

    /// Whether a name was remembered within the time.
    pub(crate) fn contains(&mut self, name: &str, now: Timestamp) -> bool {
        self.get(name, now).is_some()
    }

    /// Remembers a value of so many bytes, besides its name. One that would take more
    /// than its share is not remembered.
    pub(crate) fn insert(&mut self, name: String, value: V, bytes: usize, now: Timestamp) {
        self.remove(&name);
        let bytes = bytes.saturating_add(name.len());
        let entry = Entry {
            value,
            since: now,
            bytes,
        };
        self.put(name, entry);
    }

    /// Forgets a value.
    pub(crate) fn remove(&mut self, name: &str) {
        if self.young.remove(name).is_none() {
            self.old.remove(name);
        }
    }

    /// Each generation has half of what there may be.
    fn put(&mut self, name: String, entry: Entry<V>) {
        if entry.bytes > self.max_bytes / 2 {
            return;
        }
        let bytes = self.young.bytes + entry.bytes;
        if self.young.entries.len() >= self.max_entries / 2 || bytes > self.max_bytes / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.bytes += entry.bytes;
        self.young.entries.insert(name, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: i64 = 10;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn len(recent: &Recent<u32>) -> (usize, usize) {
        let generations = [&recent.young, &recent.old];
        let entries = generations.iter().map(|one| one.entries.len()).sum();
        let bytes = generations.iter().map(|one| one.bytes).sum();
        (entries, bytes)
    }

    #[test]
    fn a_value_is_remembered_for_its_time() {
        let mut recent = Recent::new(SECONDS, 8, 1_000);
        recent.insert("a".to_owned(), 1, 10, at(100));
        for (seconds, is_there) in [(99, false), (100, true), (109, true), (110, false)] {
            assert_eq!(recent.contains("a", at(seconds)), is_there, "{seconds}");
        }
        assert!(!recent.contains("b", at(100)));
        recent.insert("a".to_owned(), 2, 10, at(120));
        assert_eq!(recent.get("a", at(120)), Some((&2, at(120))));
        recent.remove("a");
        assert!(!recent.contains("a", at(120)));
        assert_eq!(len(&recent), (0, 0));
    }

    #[test]
    fn what_is_asked_for_stays_and_the_bounds_hold() {
        let mut recent = Recent::new(SECONDS, 100, 100_000);
        recent.insert("wanted".to_owned(), 0, 1, at(100));
        for number in 1..10_000 {
            recent.insert(number.to_string(), number, 20, at(100));
            assert_eq!(recent.get("wanted", at(100)), Some((&0, at(100))));
            assert!(len(&recent).0 <= 100);
        }
        assert!(!recent.contains("1", at(100)));
        assert!(recent.contains("9999", at(100)));
        for number in 0..10_000 {
            recent.insert(number.to_string(), number, 3_000, at(100));
            assert!(len(&recent).1 <= 100_000);
        }
        recent.insert("vast".to_owned(), 0, 60_000, at(100));
        assert!(!recent.contains("vast", at(100)));
    }
}
