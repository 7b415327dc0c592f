//! Which names are nearly the same, found without holding each against all others.

use std::hash::BuildHasher;

use event_model::thread::words_of;
use foldhash::fast::FixedState;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// Shorter words are too much alike by chance.
const LETTERS_MIN: usize = 6;
/// So much of a name is looked at.
const CHARS_MAX: usize = 64;

/// The pairs of names that are nearly the same, each by its index: they differ by
/// hyphens and spaces alone, or by one letter of one long word. Digits tell things
/// apart.
///
/// Names that are the same are no pair.
pub(super) fn pairs(names: &[String]) -> Vec<(usize, usize)> {
    // The last name that left each trace: those that share one may be alike.
    let mut traces: HashMap<u64, usize> = HashMap::with_capacity(names.len());
    let mut found: HashSet<(usize, usize)> = HashSet::new();
    let mut pairs = Vec::new();
    for (at, name) in names.iter().enumerate() {
        each_trace(name, |trace| {
            let Some(before) = traces.insert(trace, at).filter(|before| *before != at) else {
                return;
            };
            let other = names.get(before).map(String::as_str).unwrap_or_default();
            if other != name && are_alike(other, name) && found.insert((before, at)) {
                pairs.push((before, at));
            }
        });
    }
    pairs.sort_unstable();
    pairs
}

/// What a name shares with one that is nearly the same: itself without what joins
/// its words, and itself without one letter.
fn each_trace(name: &str, mut take: impl FnMut(u64)) {
    let hash = |text: &str| FixedState::with_seed(0).hash_one(text);
    let name: String = name.chars().take(CHARS_MAX).collect();
    let words = words_of(&name);
    let squeezed: String = words.chars().filter(|c| *c != '-').collect();
    take(hash(&squeezed));
    take(hash(&words));
    let mut start = 0;
    for word in words.split('-') {
        if is_long(word) {
            for (at, letter) in word.char_indices() {
                let at = start + at;
                let (before, after) = (words.get(..at), words.get(at + letter.len_utf8()..));
                if let (Some(before), Some(after)) = (before, after) {
                    take(hash(&format!("{before}{after}")));
                }
            }
        }
        start += word.len() + 1;
    }
}

fn is_long(word: &str) -> bool {
    word.chars().count() >= LETTERS_MIN && word.chars().all(char::is_alphabetic)
}

fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (words_of(one), words_of(other));
    let squeezed = |words: &str| words.replace('-', "");
    squeezed(&one) == squeezed(&other) || strsim::damerau_levenshtein(&one, &other) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_found(one: &str, other: &str) -> bool {
        let names = [
            one.to_owned(),
            "something-else".to_owned(),
            other.to_owned(),
        ];
        match pairs(&names).as_slice() {
            [] => false,
            found => found == [(0, 2)],
        }
    }

    #[test]
    fn a_letter_or_a_hyphen_makes_no_difference() {
        assert!(are_found("amd-mi308", "amd-mi-308"));
        assert!(are_found("ai-first-enterprise", "ai-first-enterprize"));
        assert!(are_found("ai-first-enterprise", "ai-first-enterprse"));
        assert!(are_found("nvidia-h200", "nvidai-h200"));
        assert!(are_found("Zürich Insurance", "zürich insurence"));
    }

    #[test]
    fn digits_and_short_words_do() {
        assert!(!are_found("fy2026-q3", "fy2026-q2"));
        assert!(!are_found("nvidia-h200", "nvidia-h20"));
        assert!(!are_found("acquisition-corp-i", "acquisition-corp-ii"));
        assert!(!are_found("intel", "inter"));
        assert!(!are_found("same-name", "same-name"));
    }
}
