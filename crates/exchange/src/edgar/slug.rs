//! A slug for a company that the store does not have yet.

use event_model::id::Slug;

/// Legal forms, as the letters of their words.
const ENDINGS: &[&str] = &[
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "decv",
    "gmbh",
    "inc",
    "incorporated",
    "kgaa",
    "kk",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "nv",
    "oyj",
    "plc",
    "pte",
    "pty",
    "sa",
    "sab",
    "sarl",
    "se",
    "spa",
    "srl",
];

/// The longest tail that names a state or a sort of security: `/CA`, `/ADR/`.
const TAIL_LETTERS_MAX: usize = 4;

/// The slug of a company's name without its legal form.
///
/// `None` where no letter or digit of ASCII is left of the name.
#[must_use]
pub fn slug_of_name(name: &str) -> Option<Slug> {
    let name = without_tails(name);
    let mut words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .collect();
    while let Some(count) = ending(&words) {
        words.truncate(words.len() - count);
    }
    Slug::from_name(&words.join(" ")).or_else(|| Slug::from_name(name))
}

/// Takes off what EDGAR adds behind a name to tell namesakes apart.
fn without_tails(mut name: &str) -> &str {
    loop {
        name = name.trim_end();
        let Some((front, tail)) = name.trim_end_matches('/').rsplit_once('/') else {
            return name;
        };
        let is_tail = (1..=TAIL_LETTERS_MAX).contains(&tail.len())
            && tail.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_tail || letters(front).is_empty() {
            return name;
        }
        name = front;
    }
}

/// How many words at the end are a legal form, if not all of them are.
fn ending(words: &[&str]) -> Option<usize> {
    let most = 3.min(words.len().saturating_sub(1));
    (1..=most).rev().find(|&count| {
        let Some(last) = words.get(words.len() - count..) else {
            return false;
        };
        let parts: Vec<String> = last.iter().map(|word| letters(word)).collect();
        let joined = parts.concat();
        let is_spelled = joined == "decv" || parts.iter().all(|part| part.len() == 1);
        let is_joint = count == 1 && (joined.is_empty() || joined == "and");
        is_joint || ((count == 1 || is_spelled) && ENDINGS.contains(&joined.as_str()))
    })
}

fn letters(word: &str) -> String {
    let letters = word.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
