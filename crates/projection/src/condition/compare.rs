//! How a value is compared with one that is wanted.
//!
//! Numbers and days are compared as [`Span`]s, since a quantity is a range as much
//! as a date is: what is asked holds only if it certainly does.

use event_model::edtf::{Bounds, Edtf};
use event_model::kind::Kind;
use event_model::time::Day;
use event_model::vocabulary::Certainty;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::condition::Operator;

/// A value that is wanted, in all the ways in which it can be read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// In lower case.
    text: String,
    number: Option<Decimal>,
    days: Option<Bounds>,
}

/// How the values of a field are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// As words in this order.
    Ranks(&'static [&'static str]),
    /// As numbers, also those that are written as texts.
    Number,
    /// As days.
    Days,
    /// As they look.
    Plain,
}

/// From the lowest to the highest that is possible; `None` is a side without an end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span<T> {
    low: Option<T>,
    high: Option<T>,
}

impl Wanted {
    pub(super) fn of(text: &str) -> Self {
        Self {
            text: text.to_lowercase(),
            number: decimal(text),
            days: days(text),
        }
    }

    pub(super) fn is_number(&self) -> bool {
        self.number.is_some()
    }

    pub(super) fn is_date(&self) -> bool {
        self.days.is_some()
    }

    /// Whether it is a number or a date, which come before one another.
    pub(super) fn has_order(&self) -> bool {
        self.number.is_some() || self.days.is_some()
    }
}

impl Reading {
    /// How a field is read that every thread has, or that holds the stage.
    pub(super) fn of_common(field: &str, kind: Option<&'static Kind>) -> Option<Self> {
        let life = kind.and_then(|kind| kind.life.as_ref());
        let is_own = kind.is_some_and(|kind| kind.schema.is_some());
        let is_stage = |of: &str| field == of || (is_own && field == "stage");
        match field {
            "certainty" => Some(Self::Ranks(Certainty::WORDS)),
            "occurred" | "earliest" | "latest" | "published" => Some(Self::Days),
            _ => life
                .filter(|life| is_stage(life.field))
                .map(|life| Self::Ranks(life.stages)),
        }
    }
}

/// Whether a value compares so with the one that is wanted. Of a list one item has
/// to, or none if it is not to be the one that is wanted.
pub(super) fn holds(operator: Operator, value: &Value, wanted: &Wanted, reading: Reading) -> bool {
    if operator == Operator::IsNot {
        return !holds(Operator::Is, value, wanted, reading);
    }
    match value {
        Value::Null => false,
        Value::Array(items) => items
            .iter()
            .any(|item| holds(operator, item, wanted, reading)),
        Value::Object(fields) if operator == Operator::Contains => fields
            .values()
            .any(|field| holds(operator, field, wanted, reading)),
        Value::Object(fields) => relates(operator, amount(fields), wanted.number),
        Value::Bool(is_so) => {
            let word = if *is_so { "true" } else { "false" };
            operator == Operator::Is && wanted.text == word
        }
        Value::Number(_) => of_text(operator, &value.to_string(), wanted, Reading::Number),
        Value::String(text) => of_text(operator, text, wanted, reading),
    }
}

fn of_text(operator: Operator, text: &str, wanted: &Wanted, reading: Reading) -> bool {
    let lower = text.to_lowercase();
    match operator {
        Operator::Contains => return lower.contains(&wanted.text),
        Operator::Is if lower == wanted.text => return true,
        _ => {}
    }
    let as_number = || relates(operator, decimal(text).map(Span::one), wanted.number);
    let as_days = || match (days(text), wanted.days) {
        (Some(days), Some(wanted)) => related(operator, Span::of(days), Span::of(wanted)),
        _ => false,
    };
    match reading {
        Reading::Ranks(order) => ranked(operator, &lower, wanted, order),
        Reading::Number => as_number(),
        Reading::Days => as_days(),
        // Nobody says whether an equal number in other words is the same text.
        Reading::Plain => operator.orders() && (as_number() || as_days()),
    }
}

fn ranked(operator: Operator, text: &str, wanted: &Wanted, order: &[&str]) -> bool {
    let rank = |text: &str| order.iter().position(|word| *word == text);
    match (rank(text), rank(&wanted.text)) {
        (Some(rank), Some(wanted)) => related(operator, Span::one(rank), Span::one(wanted)),
        _ => false,
    }
}

fn relates(operator: Operator, span: Option<Span<Decimal>>, wanted: Option<Decimal>) -> bool {
    match (span, wanted) {
        (Some(span), Some(wanted)) => related(operator, span, Span::one(wanted)),
        _ => false,
    }
}

fn related<T: Ord + Copy>(operator: Operator, span: Span<T>, wanted: Span<T>) -> bool {
    let both = |one: Option<T>, other: Option<T>| one.zip(other);
    match operator {
        Operator::Is => span == wanted,
        Operator::Below => both(span.high, wanted.low).is_some_and(|(a, b)| a < b),
        Operator::AtMost => both(span.high, wanted.high).is_some_and(|(a, b)| a <= b),
        Operator::Above => both(span.low, wanted.high).is_some_and(|(a, b)| a > b),
        Operator::AtLeast => both(span.low, wanted.low).is_some_and(|(a, b)| a >= b),
        Operator::IsNot | Operator::Contains => false,
    }
}

impl<T: Copy> Span<T> {
    fn one(value: T) -> Self {
        Self {
            low: Some(value),
            high: Some(value),
        }
    }
}

impl Span<Day> {
    fn of(days: Bounds) -> Self {
        Self {
            low: days.earliest,
            high: days.latest,
        }
    }
}

/// How much a quantity or an amount of money is. Of what is shared with others only
/// the upper end tells of the company's own.
fn amount(fields: &Map<String, Value>) -> Option<Span<Decimal>> {
    let part = |name: &str| match fields.get(name)? {
        Value::String(text) => decimal(text),
        Value::Number(number) => decimal(&number.to_string()),
        _ => None,
    };
    if let Some(exact) = part("value") {
        return Some(Span::one(exact));
    }
    let shared_with = fields.get("shared_with").and_then(Value::as_array);
    let is_shared = shared_with.is_some_and(|others| !others.is_empty());
    let (low, high) = (part("min").filter(|_| !is_shared), part("max"));
    (low.is_some() || high.is_some()).then_some(Span { low, high })
}

fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.parse().ok();
    plain.or_else(|| Decimal::from_scientific(text).ok())
}

/// The days that a date leaves open; of an instant, the day as it is written.
fn days(text: &str) -> Option<Bounds> {
    let day = || text.get(..10).filter(|_| text.get(10..11) == Some("T"));
    let date = Edtf::parse(text).ok();
    let date = date.or_else(|| Edtf::parse(day()?).ok());
    date.map(|date| date.bounds())
}
