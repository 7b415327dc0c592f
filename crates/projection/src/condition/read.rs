//! Reads a condition as a person types it: a path, an operator and a value.

use std::str::FromStr;

use event_model::kind::{Kind, Life, Shape};
use event_model::kinds;
use event_model::problem::near;
use event_model::vocabulary::{Certainty, Confirmation, Level};

use crate::condition::compare::{Reading, Wanted};
use crate::condition::{Condition, Operator};
use crate::item::FIELDS;
use crate::path::{Path, PathError};

/// A text that is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// Nothing in it compares.
    #[error(
        "{text:?} compares nothing; write PATH=VALUE, as chips.vendor=AMD; \
         there are =, !=, <, <=, >, >= and ~ (contains)"
    )]
    NoOperator {
        /// What was read.
        text: String,
    },
    /// What stands before the operator is no path.
    #[error(transparent)]
    Path(#[from] PathError),
    /// There is nothing to compare with.
    #[error("{text:?} says no value; with null it asks whether anything is said")]
    NoValue {
        /// What was read.
        text: String,
    },
    /// A value for whole threads.
    #[error(
        "{path} is whole threads; compare a field of them, as {path}.certainty, \
         or ask with {path}!=null whether there are any"
    )]
    NoField {
        /// The path.
        path: String,
    },
    /// The field holds one of a few words, and this is none.
    #[error("{path} is never {word:?}; {}", instead(near, known))]
    UnknownWord {
        /// The path.
        path: String,
        /// What was read.
        word: String,
        /// Words that look like it.
        near: Vec<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// The field holds dates or numbers, and this is none.
    #[error("{path} is never {value:?}: it is {what}")]
    OtherSort {
        /// The path.
        path: String,
        /// What was read.
        value: String,
        /// What the field holds.
        what: &'static str,
    },
    /// Neither before nor after anything.
    #[error(
        "{path} has no order in which {value:?} stands; numbers, dates, stages and certainty have"
    )]
    NoOrder {
        /// The path.
        path: String,
        /// What was read.
        value: String,
    },
}

fn instead(near: &[String], known: &[String]) -> String {
    match near {
        [] => format!("it is one of {}", known.join(", ")),
        near => format!("did you mean {}?", near.join(" or ")),
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let owned = || text.to_owned();
        let (path, operator, value) =
            split(text).ok_or_else(|| ConditionError::NoOperator { text: owned() })?;
        let path: Path = path.trim().parse()?;
        let value = value.trim();
        let path = match value {
            "true" | "false" => path.into_field(),
            _ => path,
        };
        if value.is_empty() {
            return Err(ConditionError::NoValue { text: owned() });
        }
        let equates = matches!(operator, Operator::Is | Operator::IsNot);
        let wanted = match equates && value == "null" {
            true => None,
            false => Some(wanted(&path, operator, value)?),
        };
        Ok(Self {
            text: owned(),
            path,
            operator,
            wanted,
        })
    }
}

/// What stands before the first operator, and after it. What stands between
/// brackets is a name.
fn split(text: &str) -> Option<(&str, Operator, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let (path, rest) = text.split_at_checked(at)?;
        let mut signs = Operator::SIGNS.iter().filter(|_| depth == 0);
        if let Some((sign, operator)) = signs.find(|(sign, _)| rest.starts_with(sign)) {
            return Some((path, *operator, rest.get(sign.len()..)?));
        }
    }
    None
}

/// The value to compare with, if there can be such a value at the path.
fn wanted(path: &Path, operator: Operator, value: &str) -> Result<Wanted, ConditionError> {
    let Some(field) = path.field() else {
        return Err(ConditionError::NoField {
            path: path.to_string(),
        });
    };
    let words = match path.parts() {
        [] => words(path, field),
        _ => None,
    };
    let word = value.to_lowercase().replace([' ', '-'], "_");
    let value = match (&words, operator) {
        (_, Operator::Contains) => value,
        (Some(words), _) if words.contains(&word.as_str()) => &word,
        (Some(words), _) => {
            return Err(ConditionError::UnknownWord {
                path: path.to_string(),
                word: value.to_owned(),
                near: near(&word, words.iter().copied()),
                known: words.iter().map(|word| (*word).to_owned()).collect(),
            });
        }
        (None, _) if field == "kind" && path.parts().is_empty() => &word,
        (None, _) => value,
    };
    let wanted = Wanted::of(value);
    let sort = match path.parts() {
        [] if operator != Operator::Contains => sort_of(path, field),
        _ => None,
    };
    if let Some((what, is_one)) = sort
        && !is_one(&wanted)
    {
        return Err(ConditionError::OtherSort {
            path: path.to_string(),
            value: value.to_owned(),
            what,
        });
    }
    if operator.orders() && !has_order(path, field, value, &wanted) {
        return Err(ConditionError::NoOrder {
            path: path.to_string(),
            value: value.to_owned(),
        });
    }
    Ok(wanted)
}

/// What it is called, and how to tell one.
type Sort = (&'static str, fn(&Wanted) -> bool);

/// What a field holds that holds dates or numbers alone.
fn sort_of(path: &Path, field: &str) -> Option<Sort> {
    let date: Option<Sort> = Some(("a date", Wanted::is_date));
    if let Some(Reading::Days) = Reading::of_common(field, path.kind()) {
        return date.filter(|_| path.section() != "company");
    }
    match path.kind()?.field(field)?.shape {
        Shape::Date => date,
        Shape::Decimal | Shape::Money | Shape::Number | Shape::Quantity => {
            Some(("a number", Wanted::is_number))
        }
        _ => None,
    }
}

/// Whether a value can come before or after others at the path, as far as can be
/// told before there are any.
fn has_order(path: &Path, field: &str, value: &str, wanted: &Wanted) -> bool {
    let is_of_any_kind = path.section() == "other" && !FIELDS.contains(&field);
    match Reading::of_common(field, path.kind()) {
        Some(Reading::Ranks(order)) => order.contains(&value),
        // The stages of a kind of one's own are known by its threads alone.
        None if is_of_any_kind => true,
        _ => wanted.has_order(),
    }
}

/// The words that a field holds, where they are a closed list.
fn words(path: &Path, field: &str) -> Option<Vec<&'static str>> {
    let is_truth = match field {
        "open" | "contested" => path.section() != "company",
        "overdue" => path.kind()?.name == kinds::EARNINGS_DATE,
        "in_force" => path.section() == "regulation",
        _ => false,
    };
    if is_truth {
        return Some(vec!["true", "false"]);
    }
    match field {
        "certainty" => return Some(Certainty::WORDS.to_vec()),
        "confirmation" => return Some(Confirmation::WORDS.to_vec()),
        "level" => return Some(Level::WORDS.to_vec()),
        "occurrence" => return Some(vec!["certain", "possible"]),
        "force" if path.section() == "regulation" => {
            return Some(vec!["certain", "possible", "no"]);
        }
        _ => {}
    }
    let kind: &'static Kind = path.kind()?;
    match kind.field(field)?.shape {
        Shape::Stage => Some(kind.life.iter().flat_map(Life::all).collect()),
        Shape::Word(words) => Some(words.to_vec()),
        _ => None,
    }
}
