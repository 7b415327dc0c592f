//! What can be wrong with an event: [`Problem`], and where.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::edtf::EdtfError;
use crate::id::{EventId, Slug, SlugError};
use crate::identifier::IdentifierError;
use crate::limits;
use crate::scale::scale_of;
use crate::time::TimeError;
use crate::vocabulary::UnknownWord;

/// One thing that is wrong with an event, and the field it is wrong with.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The field: `data.quantity.min`. Empty for the event as a whole.
    pub path: String,
    /// What is wrong.
    pub what: Defect,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Defect {
    /// Not a JSON object.
    #[error("an event is one JSON object, and this is {found}")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A field that its kind, or an event, does not have.
    #[error("no such field{}", near_or_all(near, known))]
    UnknownField {
        /// Names that look like it.
        near: Vec<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// A field that the log gives.
    #[error("is given by the log alone; leave it out")]
    GivenByTheLog,
    /// A field that must be there.
    #[error("is missing")]
    Missing,
    /// A value of another type.
    #[error("must be {expected}, and is {found}{}", in_full(found))]
    WrongType {
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// An empty text or list.
    #[error("is empty; leave the field out if there is nothing to say")]
    Empty,
    /// A word that is none of those allowed.
    #[error("{text:?} is not one of {}{}", known.join(", "), near_text(near))]
    UnknownWord {
        /// What was read.
        text: String,
        /// What is allowed.
        known: Vec<String>,
        /// What looks like it.
        near: Vec<String>,
    },
    /// Not an EDTF date.
    #[error(transparent)]
    Date(#[from] EdtfError),
    /// Not an instant, a day or a zone.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Not a slug.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// Not an identifier of its scheme.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// Not a UUID.
    #[error("{text:?} is not a UUID")]
    NotAnId {
        /// What was read.
        text: String,
    },
    /// Not the name of a kind.
    #[error(
        "{text:?} is not the name of a kind (lower-case letters, digits and underscores, at most {} bytes)",
        limits::KIND_BYTES_MAX
    )]
    NotAKindName {
        /// What was read.
        text: String,
    },
    /// Not the name of a thread.
    #[error("{text:?} is not the name of a thread (no control characters, no spaces around it)")]
    NotAThreadName {
        /// What was read.
        text: String,
    },
    /// Not a decimal number.
    #[error("{text:?} is not a decimal number such as \"128.60\"{}", in_full(text))]
    NotADecimal {
        /// What was read.
        text: String,
    },
    /// Not a currency.
    #[error("{text:?} is not a currency code of ISO 4217 such as \"EUR\"")]
    NotACurrency {
        /// What was read.
        text: String,
    },
    /// Not a month and day.
    #[error("{text:?} is not a month and a day such as \"03-31\"")]
    NotAMonthDay {
        /// What was read.
        text: String,
    },
    /// A range that runs backwards.
    #[error("min {min} is above max {max}")]
    MinAboveMax {
        /// The lower bound as written.
        min: String,
        /// The upper bound as written.
        max: String,
    },
    /// A negative number where there can be none.
    #[error("{number} is negative")]
    Negative {
        /// The number as written.
        number: String,
    },
    /// Money without its currency.
    #[error("has an amount and no currency")]
    NoCurrency,
    /// It happened after it was published.
    #[error(
        "begins on {earliest}, after its publication on {published}; a date to come belongs into `data`"
    )]
    OccurredAfterPublished {
        /// The first possible day.
        earliest: String,
        /// The day of publication.
        published: String,
    },
    /// Published in the future.
    #[error("{published} lies more than a day ahead of the clock, {now}")]
    PublishedAhead {
        /// When it is published.
        published: String,
        /// The clock.
        now: String,
    },
    /// No thread could be made.
    #[error("is needed here, since data has no {}", missing.join(" and no "))]
    NoThread {
        /// The fields that would name it.
        missing: Vec<String>,
    },
    /// An event that says nothing.
    #[error("states nothing: no field of data and no confirmation")]
    StatesNothing,
    /// A correction that does not say whose error it mends.
    #[error("is missing; say \"record\" (our error) or \"source\" (theirs)")]
    NoFault,
    /// A fault where nothing is struck.
    #[error("stands only with `supersedes`, or in a retraction")]
    FaultWithoutStrike,
    /// Fields that exclude each other.
    #[error("cannot stand together with `{other}`")]
    Excludes {
        /// The other field.
        other: &'static str,
    },
    /// No such event.
    #[error("there is no event {id} before this one")]
    NoSuchTarget {
        /// The id.
        id: EventId,
    },
    /// The event belongs to another company.
    #[error("event {id} is about {company}, another company")]
    TargetOfOther {
        /// The id.
        id: EventId,
        /// Its company.
        company: Slug,
    },
    /// The event is a retraction.
    #[error("event {id} is a retraction, which cannot be superseded; retract it")]
    SupersedesRetraction {
        /// The id.
        id: EventId,
    },
    /// The event still says what it said.
    #[error("event {id} is not redacted; `annals redact` erases it, and says so")]
    NotRedacted {
        /// The id.
        id: EventId,
    },
    /// A thread of a company's own facts with another name.
    #[error("of a `company` event is always \"company\"; leave it out")]
    ThreadOfCompany,
    /// No JSON Schema that can be used.
    #[error("is not a JSON Schema (2020-12) that can be used: {why}")]
    NotASchema {
        /// Why.
        why: String,
    },
    /// Not what the schema of its kind asks for.
    #[error("does not fit the schema of its kind: {why}")]
    DoesNotFit {
        /// What the schema says of it.
        why: String,
    },
    /// A kind of one's own with the name of a built-in one.
    #[error("{name:?} is a built-in kind")]
    BuiltInKind {
        /// The name.
        name: String,
    },
    /// A field that the schema of a kind does not have.
    #[error("{name:?} is not a property of the schema")]
    NoSuchProperty {
        /// The field.
        name: String,
    },
    /// The same twice in a list of names.
    #[error("{name:?} stands there twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// A declaration of a kind elsewhere than in its place.
    #[error("of a kind_declaration is always {}", crate::own_kinds::COMPANY)]
    DeclaredElsewhere,
    /// Another event than a declaration in the stream of declarations.
    #[error(
        "is reserved: the stream of {} holds declarations of kinds alone",
        crate::own_kinds::COMPANY
    )]
    Reserved,
    /// A thread that is linked to itself.
    #[error("is the same thread")]
    LinkedToItself,
    /// No company of this key.
    #[error("no company {key:?}{}{}", held_text(held), near_text(near))]
    UnknownCompany {
        /// What was asked for.
        key: String,
        /// Names that look like it.
        near: Vec<String>,
        /// Whose it is on other days than that of the publication, in words.
        held: Vec<String>,
    },
    /// More than one company of this key.
    #[error("{key:?} is more than one company: {}", matches.join(", "))]
    AmbiguousCompany {
        /// What was asked for.
        key: String,
        /// Their slugs.
        matches: Vec<String>,
    },
    /// Over a limit.
    #[error("has {actual} {unit}; the most is {most}")]
    TooMuch {
        /// How much there is.
        actual: usize,
        /// Of what.
        unit: &'static str,
        /// How much there may be.
        most: usize,
    },
}

impl From<UnknownWord> for Defect {
    fn from(unknown: UnknownWord) -> Self {
        let known: Vec<String> = unknown.known.iter().map(ToString::to_string).collect();
        Self::UnknownWord {
            near: near(&unknown.text, unknown.known.iter().copied()),
            text: unknown.text,
            known,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = Told::default();
        if !self.path.is_empty() {
            write!(told, "{}: ", self.path)?;
        }
        write!(told, "{}", self.what)?;
        f.write_str(&brief(&told.0))
    }
}

/// What is told of a problem: on one line, whatever stands in the input.
#[derive(Default)]
struct Told(String);

impl fmt::Write for Told {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c.is_control() {
                true => self.0.extend(c.escape_default()),
                false => self.0.push(c),
            }
        }
        Ok(())
    }
}

/// A message with no more of it than a person reads. What is left out is its middle,
/// since its end says what to do.
#[must_use]
pub fn brief(text: &str) -> Cow<'_, str> {
    let chars = text.chars().count();
    if chars <= limits::PROBLEM_CHARS_MAX {
        return Cow::Borrowed(text);
    }
    let half = limits::PROBLEM_CHARS_MAX / 2;
    let begin = text.chars().take(half);
    let end = text.chars().skip(chars - half);
    Cow::Owned(begin.chain(" \u{2026} ".chars()).chain(end).collect())
}

fn near_or_all(near: &[String], known: &[String]) -> String {
    match near {
        [] => format!("; there are {}", known.join(", ")),
        near => near_text(near),
    }
}

/// What to do about a word that multiplies a number.
fn in_full(text: &str) -> &'static str {
    let mut words = text.split(|c: char| c.is_whitespace() || "\"()".contains(c));
    match words.any(|word| scale_of(word).is_some()) {
        true => "; write the number in full",
        false => "",
    }
}

fn near_text(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

fn held_text(held: &[String]) -> String {
    match held {
        [] => String::new(),
        held => format!(" on the day of publication: {}", held.join("; ")),
    }
}

/// A place in an event, which becomes a text only if there is a problem.
#[derive(Clone, Copy)]
pub(crate) enum Path<'p> {
    /// A field of the envelope.
    Name(&'p str),
    /// A field of an object.
    Field(&'p Path<'p>, &'p str),
    /// An item of a list, from 0.
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Field(object, name) => write!(f, "{object}.{name}"),
            Self::Item(list, at) => write!(f, "{list}[{at}]"),
        }
    }
}

impl From<Path<'_>> for String {
    fn from(path: Path<'_>) -> Self {
        path.to_string()
    }
}

/// Gathers problems, so that all of them are told at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, path: impl Into<String>, what: impl Into<Defect>) {
        self.0.push(Problem {
            path: path.into(),
            what: what.into(),
        });
    }

    /// The value, or nothing and one problem more.
    pub(crate) fn take<T, E: Into<Defect>>(
        &mut self,
        path: impl Into<String>,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|error| self.add(path, error)).ok()
    }

    pub(crate) fn limit(
        &mut self,
        path: impl Into<String>,
        actual: usize,
        unit: &'static str,
        most: usize,
    ) {
        if actual > most {
            self.add(path, Defect::TooMuch { actual, unit, most });
        }
    }
}

/// The words most like a text, at most three, the nearest first.
///
/// A word is near if a third of its letters, or fewer, would have to change,
/// or if one begins with the other. A text that is longer than names are is like
/// none of them.
pub fn near<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Vec<String> {
    if text.len() > limits::NEAR_BYTES_MAX {
        return Vec::new();
    }
    let text = text.to_lowercase();
    let mut scored: Vec<(usize, &str)> = words
        .filter_map(|word| {
            let lower = word.to_lowercase();
            let (chars, others) = (text.chars().count(), lower.chars().count());
            let begins = text.len() >= 3 && (lower.starts_with(&text) || text.starts_with(&lower));
            // It takes one step at least for each that one of them has more.
            if !begins && chars.abs_diff(others) * 3 > chars.max(others) {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&text, &lower);
            (distance * 3 <= chars.max(others) || begins).then_some((distance, word))
        })
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored
        .into_iter()
        .take(limits::SUGGESTIONS_MAX)
        .map(|(_, word)| word.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_on_one_line() {
        let problem = Problem {
            path: "data.a\nb\u{1b}[2J".to_owned(),
            what: Defect::Missing,
        };
        assert_eq!(problem.to_string(), r"data.a\nb\u{1b}[2J: is missing");
    }

    #[test]
    fn a_problem_is_told_in_few_words() {
        let text = "9".repeat(200_000);
        let problem = Problem {
            path: "data.value".to_owned(),
            what: Defect::NotADecimal { text },
        };
        let told = problem.to_string();
        assert!(told.starts_with("data.value: \"999"), "{told}");
        assert!(told.ends_with("such as \"128.60\""), "{told}");
        assert!(told.chars().count() <= limits::PROBLEM_CHARS_MAX + 3);
    }
}
