//! What sort of change a field went through: [`compare`].

use event_model::edtf::Edtf;
use event_model::kind::{Kind, Shape};
use event_model::vocabulary::{Certainty, Confirmation};
use serde_json::{Map, Value};

use super::amounts::Amounts;
use super::change::{ChangeKind, Direction};
use crate::item::Item;
use crate::same::say_the_same;

/// The sort of a change of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// It is a change of its own.
    Own(ChangeKind),
    /// It follows from other changes, or says who says so.
    Evidence,
}

impl From<Sort> for ChangeKind {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Own(kind) => kind,
            Sort::Evidence => Self::Evidence,
        }
    }
}

/// What is to be said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) sort: Sort,
    pub(super) direction: Option<Direction>,
    pub(super) days: Option<i64>,
}

impl Said {
    fn own(kind: ChangeKind, direction: Option<Direction>) -> Self {
        Self {
            sort: Sort::Own(kind),
            direction,
            days: None,
        }
    }

    const EVIDENCE: Self = Self {
        sort: Sort::Evidence,
        direction: None,
        days: None,
    };
}

/// Fields that follow from others, or say who says so.
const EVIDENCE: &[&str] = &[
    "decided",
    "earliest",
    "events",
    "in_force",
    "latest",
    "linked",
    "moves",
    "open",
    "published",
    "source",
];

/// Compares the two values of a field of a thread.
pub(super) fn compare(old: Item<'_>, item: Item<'_>, name: &str, values: [&Value; 2]) -> Said {
    let [from, to] = values;
    let kind = item.view().kind();
    let life = kind.and_then(|kind| kind.life.as_ref());
    let is_own = kind.is_some_and(|kind| kind.schema.is_some());
    let of_data = name.strip_prefix("data.");
    if EVIDENCE.contains(&name) || (of_data.is_some() && of_data == life.map(|life| life.field)) {
        return Said::EVIDENCE;
    }
    if life.is_some_and(|life| life.field == name) || (is_own && name == "stage") {
        let rank = |stage: &Value| stage_rank(kind, stage);
        return Said::own(ChangeKind::Stage, direction(rank(from), rank(to)));
    }
    match name {
        "certainty" => {
            let rank = |word: &Value| word.as_str()?.parse::<Certainty>().ok();
            Said::own(ChangeKind::Certainty, direction(rank(from), rank(to)))
        }
        "confirmation" => {
            let rank = |word: &Value| Some(confirmation_rank(word.as_str()?.parse().ok()?));
            Said::own(ChangeKind::Confirmation, direction(rank(from), rank(to)))
        }
        "occurrence" => {
            let rank = |word: &Value| Some(word.as_str()? == "certain");
            Said::own(ChangeKind::Changed, direction(rank(from), rank(to)))
        }
        "force" => {
            let rank = |word: &Value| force_rank(word.as_str()?);
            Said::own(ChangeKind::InForce, direction(rank(from), rank(to)))
        }
        "overdue" => Said::own(ChangeKind::Overdue, None),
        // Of another stage it is another happening, and of a date to come it is when
        // somebody said so.
        "occurred" if matches!(item, Item::Date(_)) => Said::EVIDENCE,
        "occurred" if old.view().stage() != item.view().stage() => Said::EVIDENCE,
        "occurred" => of_dates(from, to),
        // A number in other words, or one that another stands behind.
        _ if say_the_same(kind, name, &without_certainty(from), &without_certainty(to)) => {
            Said::EVIDENCE
        }
        _ => of_shape(
            kind.and_then(|kind| kind.field(name)?.shape.into()),
            from,
            to,
        ),
    }
}

fn of_shape(shape: Option<Shape>, from: &Value, to: &Value) -> Said {
    match shape {
        Some(Shape::Date) => of_dates(from, to),
        Some(Shape::Quantity | Shape::Money | Shape::Decimal | Shape::Number) => {
            of_ranges(from, to)
        }
        _ => Said::own(ChangeKind::Changed, None),
    }
}

/// Which way something went that has an order.
fn direction<T: PartialOrd>(from: Option<T>, to: Option<T>) -> Option<Direction> {
    let (from, to) = from.zip(to)?;
    if from < to {
        Some(Direction::Up)
    } else {
        (from > to).then_some(Direction::Down)
    }
}

/// How far a stage is in the usual order; an end and what stands beside it have no
/// place in it.
fn stage_rank(kind: Option<&Kind>, stage: &Value) -> Option<usize> {
    let (life, stage) = (kind?.life.as_ref()?, stage.as_str()?);
    life.stages.iter().position(|known| *known == stage)
}

fn confirmation_rank(confirmation: Confirmation) -> u8 {
    match confirmation {
        Confirmation::Denied => 0,
        Confirmation::Unstated => 1,
        Confirmation::Pending => 2,
        Confirmation::Partial => 3,
        Confirmation::Confirmed => 4,
    }
}

fn force_rank(word: &str) -> Option<usize> {
    ["no", "possible", "certain"]
        .iter()
        .position(|known| *known == word)
}

fn of_dates(from: &Value, to: &Value) -> Said {
    let read = |value: &Value| Some(Edtf::parse(value.as_str()?).ok()?.bounds());
    let (Some(from), Some(to)) = (read(from), read(to)) else {
        // A date where there was none leaves fewer days open, and the other way.
        return Said::own(
            match to.is_null() {
                true => ChangeKind::Widened,
                false => ChangeKind::Narrowed,
            },
            None,
        );
    };
    let kind = match (from.encloses(to), to.encloses(from)) {
        // The same days in other words.
        (true, true) => ChangeKind::Changed,
        (true, false) => ChangeKind::Narrowed,
        (false, true) => ChangeKind::Widened,
        (false, false) => ChangeKind::Moved,
    };
    Said {
        days: from.days_until(to),
        ..Said::own(kind, None)
    }
}

fn of_ranges(from: &Value, to: &Value) -> Said {
    let (Some(old), Some(new)) = (Amounts::read(from), Amounts::read(to)) else {
        return Said::own(ChangeKind::Changed, None);
    };
    let kind = match (old.encloses(&new), new.encloses(&old)) {
        (true, false) => ChangeKind::Narrowed,
        (false, true) => ChangeKind::Widened,
        _ => ChangeKind::Changed,
    };
    let went = (kind == ChangeKind::Changed)
        .then(|| old.direction_to(&new))
        .flatten();
    Said::own(kind, went)
}

/// A quantity as it is told, without who stands behind it.
fn without_certainty(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Object(fields) = &mut value {
        fields.remove("certainty");
    }
    value
}

/// The fields of a thread, each of `data` by itself.
pub(super) fn flat(mut fields: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Object(data)) = fields.remove("data") {
        let data = data.into_iter();
        fields.extend(data.map(|(name, value)| (format!("data.{name}"), value)));
    }
    fields
}
