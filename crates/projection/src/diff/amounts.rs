//! Amounts that are not exact: [`Amounts`].

use rust_decimal::Decimal;
use serde_json::Value;

use super::change::Direction;
use crate::same::amount;

/// From one amount to another of the same unit; `None` is no bound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amounts {
    pub(crate) min: Option<Decimal>,
    pub(crate) max: Option<Decimal>,
    /// The unit and the currency.
    pub(crate) unit: (Option<String>, Option<String>),
}

impl Amounts {
    /// Reads a quantity, money, or a bare amount.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        if let Some(exact) = amount(value) {
            return Some(Self {
                min: Some(exact),
                max: Some(exact),
                unit: (None, None),
            });
        }
        let part = |name: &str| value.get(name);
        let text = |name: &str| part(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| part(name).and_then(amount);
        let exact = number("value");
        value.is_object().then(|| Self {
            min: exact.or_else(|| number("min")),
            max: exact.or_else(|| number("max")),
            unit: (text("unit"), text("currency")),
        })
    }

    /// Whether every amount of the other is one of this.
    pub(crate) fn encloses(&self, other: &Self) -> bool {
        let begins = self
            .min
            .is_none_or(|min| other.min.is_some_and(|it| min <= it));
        let ends = self
            .max
            .is_none_or(|max| other.max.is_some_and(|it| max >= it));
        self.unit == other.unit && begins && ends
    }

    /// Which way both bounds went, if they went one way.
    pub(crate) fn direction_to(&self, other: &Self) -> Option<Direction> {
        if self.unit != other.unit {
            return None;
        }
        let went = |from: Option<Decimal>, to: Option<Decimal>| match (from, to) {
            (Some(from), Some(to)) => Some(from.cmp(&to)),
            (None, None) => Some(std::cmp::Ordering::Equal),
            _ => None,
        };
        let (min, max) = (went(self.min, other.min)?, went(self.max, other.max)?);
        match (min.then(max), max.then(min)) {
            (std::cmp::Ordering::Less, std::cmp::Ordering::Less) => Some(Direction::Up),
            (std::cmp::Ordering::Greater, std::cmp::Ordering::Greater) => Some(Direction::Down),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ranges_enclose_each_other_and_go_up_and_down() {
        let amounts = |value: Value| Amounts::read(&value).unwrap();
        let talks = amounts(json!({"min": 40000, "max": 50000, "unit": "units"}));
        let exact = amounts(json!({"min": 45000, "max": 45000, "unit": "units"}));
        let over = amounts(json!({"min": 40000, "unit": "units", "hedge": "over"}));
        let more = amounts(json!({"min": 50000, "max": 60000, "unit": "units"}));
        assert!(talks.encloses(&exact) && !exact.encloses(&talks));
        assert!(over.encloses(&talks) && !talks.encloses(&over));
        assert_eq!(talks.direction_to(&more), Some(Direction::Up));
        assert_eq!(more.direction_to(&exact), Some(Direction::Down));
        assert_eq!(talks.direction_to(&exact), None);
        assert_eq!(talks.direction_to(&over), None);
        let money =
            |value: &str, currency: &str| amounts(json!({"value": value, "currency": currency}));
        assert!(money("1.20", "USD").encloses(&money("1.2", "USD")));
        assert!(!money("1.20", "USD").encloses(&money("1.20", "EUR")));
        assert_eq!(
            money("1.20", "USD").direction_to(&money("1.30", "EUR")),
            None
        );
        assert_eq!(
            amounts(json!("1.5")).direction_to(&amounts(json!("1.4"))),
            Some(Direction::Down)
        );
        assert_eq!(Amounts::read(&json!(null)), None);
    }
}
