//! Whether two values say the same, though they are written otherwise: [`say_the_same`].

use event_model::kind::{Kind, Shape};
use rust_decimal::Decimal;
use serde_json::Value;

/// The parts of quantities and money that are amounts.
const AMOUNTS: &[&str] = &["min", "max", "value"];

/// Whether two values of a field say the same. Numbers are compared as decimals, also
/// those of quantities and money: `1096` and `1096.0` are one.
pub(crate) fn say_the_same(kind: Option<&Kind>, field: &str, one: &Value, other: &Value) -> bool {
    let shape = kind.and_then(|kind| kind.field(field)).map(|it| it.shape);
    match (one, other) {
        _ if one == other => true,
        (Value::Number(_), Value::Number(_)) => are_equal(one, other),
        (Value::String(_), Value::String(_)) => {
            matches!(shape, Some(Shape::Decimal)) && are_equal(one, other)
        }
        (Value::Object(fields), Value::Object(others)) => {
            let has_amounts = matches!(shape, Some(Shape::Quantity | Shape::Money));
            let is_same = |(name, value): (&String, &Value)| {
                let other = others.get(name);
                other.is_some_and(|other| {
                    let is_amount = AMOUNTS.contains(&name.as_str()) && has_amounts;
                    let is_number = value.is_number() && other.is_number();
                    value == other || (is_amount || is_number) && are_equal(value, other)
                })
            };
            fields.len() == others.len() && fields.iter().all(is_same)
        }
        _ => false,
    }
}

/// Whether nothing is said.
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether two values are numbers, or decimals as texts, and equal.
pub(crate) fn are_equal(one: &Value, other: &Value) -> bool {
    amount(one).is_some_and(|one| amount(other) == Some(one))
}

/// A number, or a decimal as a text.
pub(crate) fn amount(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let exact = Decimal::from_str_exact(&text);
    exact.or_else(|_| Decimal::from_scientific(&text)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_alike_however_they_are_written() {
        let of = |field: &str, one: Value, other: Value| {
            let kind = Kind::named("price_observation");
            assert_eq!(
                say_the_same(kind, field, &one, &other),
                say_the_same(kind, field, &other, &one)
            );
            say_the_same(kind, field, &one, &other)
        };
        assert!(of("value", json!("128.60"), json!("128.6")));
        assert!(!of("value", json!("128.60"), json!("128.61")));
        assert!(!of("span", json!("2025"), json!("2025.0")), "no number");
        assert!(of("n", json!(1), json!(1e0)));
        let release = |value: &str| json!({"value": value});
        assert!(!of("release", release("1.1"), release("1.10")), "no money");
        let quantity = |min: &str, unit: &str| json!({"min": min, "unit": unit});
        let of = |one: Value, other: Value| {
            say_the_same(Kind::named("chip_interest"), "quantity", &one, &other)
        };
        assert!(of(quantity("1096", "chips"), quantity("1096.0", "chips")));
        assert!(!of(quantity("1096", "chips"), quantity("1096", "units")));
        assert!(!of(quantity("1096", "1"), quantity("1096", "1.0")));
        assert!(!of(quantity("1", "chips"), json!({"min": "1"})));
    }
}
