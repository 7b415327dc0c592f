//! The first release of a value against the latest: [`Revision`].

use event_model::edtf::Edtf;
use event_model::kind::Kind;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::diff::amounts::Amounts;
use crate::path::Path;

/// What became of the first value that was released.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Revision {
    /// The first value.
    pub first: Value,
    /// The latest.
    pub latest: Value,
    /// Of dates: from the earliest day of one to that of the other.
    pub days: Option<i64>,
    /// Of amounts of one unit: how much more the latest is, by its lower bound and
    /// by its upper.
    pub difference: Option<Between>,
    /// The same as parts of the first.
    pub ratio: Option<Between>,
    /// Of stages: those that lie between, in the usual order, the latest included;
    /// backwards if it went back.
    pub stages: Option<Vec<String>>,
}

/// A lower and an upper bound, each a decimal; `null` is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Between {
    /// The lower.
    pub min: Option<String>,
    /// The upper.
    pub max: Option<String>,
}

impl Revision {
    pub(super) fn of(path: &Path, kind: Option<&Kind>, first: &Value, latest: &Value) -> Self {
        let amounts = Amounts::read(first).zip(Amounts::read(latest));
        let amounts = amounts.filter(|(old, new)| old.unit == new.unit);
        let each = |of: fn(Decimal, Decimal) -> Option<Decimal>| {
            let (old, new) = amounts.as_ref()?;
            let bound = |old: Option<Decimal>, new: Option<Decimal>| {
                let value = of(old?, new?)?;
                Some(value.normalize().to_string())
            };
            let between = Between {
                min: bound(old.min, new.min),
                max: bound(old.max, new.max),
            };
            (between.min.is_some() || between.max.is_some()).then_some(between)
        };
        Self {
            first: first.clone(),
            latest: latest.clone(),
            days: days(first, latest),
            difference: each(|old, new| new.checked_sub(old)),
            ratio: each(|old, new| Some(new.checked_div(old)?.round_dp(RATIO_DIGITS))),
            stages: stages(path, kind, first, latest),
        }
    }
}

/// How exactly a ratio is told.
const RATIO_DIGITS: u32 = 6;

fn days(first: &Value, latest: &Value) -> Option<i64> {
    let bounds = |value: &Value| Some(Edtf::parse(value.as_str()?).ok()?.bounds());
    bounds(first)?.days_until(bounds(latest)?)
}

fn stages(path: &Path, kind: Option<&Kind>, first: &Value, latest: &Value) -> Option<Vec<String>> {
    let life = kind?.life.as_ref()?;
    let is_of_stages = path.field() == Some(life.field) || path.field() == Some("stage");
    let place = |stage: &Value| {
        let stage = stage.as_str()?;
        life.stages.iter().position(|known| *known == stage)
    };
    let (from, to) = (place(first)?, place(latest)?);
    let passed = |range: std::ops::RangeInclusive<usize>| {
        let stages = life.stages.get(range).unwrap_or_default();
        stages.iter().map(|stage| (*stage).to_owned()).collect()
    };
    let all: Vec<String> = match from <= to {
        true => passed(from + 1..=to),
        false => passed(to..=from - 1)
            .into_iter()
            .rev()
            .collect::<Vec<String>>(),
    };
    is_of_stages.then_some(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_revision_is_told_in_days_amounts_and_stages() {
        let path: Path = "chips.stage".parse().unwrap();
        let kind = Kind::named("chip_interest");
        let of = |first: Value, latest: Value| Revision::of(&path, kind, &first, &latest);
        let dates = of(json!("2026-02"), json!("2026-03-19"));
        assert_eq!((dates.days, dates.difference), (Some(46), None));
        let amounts = of(
            json!({"min": 40000, "max": 50000}),
            json!({"min": 45000, "max": 45000}),
        );
        let difference = amounts.difference.unwrap();
        assert_eq!(difference.min.as_deref(), Some("5000"));
        assert_eq!(difference.max.as_deref(), Some("-5000"));
        assert_eq!(amounts.ratio.unwrap().max.as_deref(), Some("0.9"));
        let money = |value: &str, currency: &str| json!({"value": value, "currency": currency});
        let other = of(money("1.20", "USD"), money("1.30", "EUR"));
        assert_eq!(other.difference, None);
        let stages = of(json!("considering"), json!("ordered")).stages.unwrap();
        assert_eq!(stages, ["negotiating", "agreed", "ordered"]);
        let back = of(json!("agreed"), json!("considering")).stages.unwrap();
        assert_eq!(back, ["negotiating", "considering"]);
        assert_eq!(of(json!("agreed"), json!("cancelled")).stages, None);
    }
}
