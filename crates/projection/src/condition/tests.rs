//! What texts are conditions, and how values compare.

use serde_json::{Value, json};

use super::*;

/// Whether a value compares as a condition at a path of nowhere in particular says.
#[track_caller]
fn compares(value: &Value, condition: &str, reading: Reading) -> bool {
    let condition: Condition = format!("other.field{condition}").parse().unwrap();
    let wanted = condition.wanted.unwrap();
    compare::holds(condition.operator, value, &wanted, reading)
}

#[track_caller]
fn check(value: Value, reading: Reading, holding: &[&str], not: &[&str]) {
    for condition in holding {
        assert!(compares(&value, condition, reading), "{value} {condition}");
    }
    for condition in not {
        assert!(!compares(&value, condition, reading), "{value} {condition}");
    }
}

#[test]
fn texts_are_the_same_whatever_their_case() {
    check(
        json!("AMD"),
        Reading::Plain,
        &["=amd", "==AMD", " = AMD ", "!=AM", "~md"],
        &["=AM", "!=Amd", "~amd mi", "<BMD"],
    );
    // Only of a field of numbers is it said that they are the same.
    check(
        json!("1.10"),
        Reading::Plain,
        &["!=1.1", ">1.09"],
        &["=1.1"],
    );
}

#[test]
fn numbers_are_compared_as_decimals() {
    let decimal = "128.60";
    check(
        json!(decimal),
        Reading::Number,
        &["=128.6", ">=128.600", "<1e3", ">9", "~8.6"],
        &["<128.6", ">128.6", "=128", ">today"],
    );
    check(
        json!(40_000),
        Reading::Plain,
        &["=40000.0", "<400000", "~00"],
        &[">40000", "=4"],
    );
    let long = serde_json::from_str("1e+3").unwrap();
    check(long, Reading::Plain, &["=1000", ">999.9"], &["<1000"]);
}

#[test]
fn ranges_are_compared_by_their_ends() {
    check(
        json!({"min": 40000, "max": 50000, "unit": "units"}),
        Reading::Number,
        &[">39999", ">=40000", "<=50000", "!=40000", "~units"],
        &[">40000", "<50000", "=40000", ">=45000"],
    );
    check(
        json!({"value": "1.20", "currency": "USD"}),
        Reading::Number,
        &["=1.2", ">1", "<=1.2"],
        &["<1.2"],
    );
    // What is shared with others is at most one's own.
    check(
        json!({"min": 400_000, "max": 500_000, "shared_with": ["B"]}),
        Reading::Number,
        &["<=500000"],
        &[">1", ">=400000"],
    );
    check(
        json!({"min": 400_000, "max": null}),
        Reading::Number,
        &[">1"],
        &["<1000000"],
    );
}

#[test]
fn days_are_compared_by_what_is_certain() {
    check(
        json!("2026-02"),
        Reading::Days,
        &[
            "<2026-03",
            ">2026-01-31",
            "<=2026-02-28",
            ">=2026-02-01",
            "=2026-02-01/2026-02-28",
        ],
        &[
            "<2026-02-28",
            ">2026-02-01",
            "=2026-02-01",
            "<=2026-02-27",
            ">=2026-02-02",
        ],
    );
    check(
        json!("2026-02/.."),
        Reading::Days,
        &[">2026-01"],
        &["<2027", "<=2027"],
    );
    // Of an instant the day counts that is written.
    check(
        json!("2026-02-16T23:11+08:00"),
        Reading::Days,
        &["=2026-02-16", "<2026-02-17", ">=2026-02-16"],
        &["<2026-02-16T23:12:00Z"],
    );
    check(
        json!("2026-02-16"),
        Reading::Plain,
        &["<2026-03"],
        &["!=2026-02-16"],
    );
}

#[test]
fn words_of_an_order_are_compared_by_it() {
    let stages = Reading::Ranks(&["rumoured", "agreed", "ordered"]);
    check(
        json!("agreed"),
        stages,
        &[">=agreed", ">rumoured", "<ordered", "=Agreed"],
        &[">agreed"],
    );
    check(
        json!("cancelled"),
        stages,
        &["!=agreed"],
        &[">rumoured", "<ordered"],
    );
}

#[test]
fn of_a_list_one_item_has_to_compare_or_none() {
    check(
        json!(["EU", "US"]),
        Reading::Plain,
        &["=us", "~u", "!=china"],
        &["=e", "!=eu"],
    );
    check(json!([-1, 22]), Reading::Plain, &[">20", "<0"], &[">22"]);
    check(json!(null), Reading::Plain, &["!=us"], &["=us", "~u", "<5"]);
    check(
        json!(true),
        Reading::Plain,
        &["=true", "!=false"],
        &["=false", ">false"],
    );
}

#[test]
fn a_value_is_denied_of_all_threads() {
    let denies = |text: &str| text.parse::<Condition>().unwrap().denies();
    for text in ["chips.vendor!=AMD", "earnings.next=null", "chips=null"] {
        assert!(denies(text), "{text}");
    }
    for text in [
        "chips.vendor=AMD",
        "chips.quantity=null",
        "chips.quantity!=null",
        "chips.vendor~null",
        "chips!=null",
    ] {
        assert!(!denies(text), "{text}");
    }
}

#[test]
fn nothing_is_said_by_what_is_empty() {
    for value in [json!(null), json!([]), json!("")] {
        assert!(is_nothing(&value), "{value}");
    }
    for value in [json!(false), json!(0), json!([null]), json!("null")] {
        assert!(!is_nothing(&value), "{value}");
    }
}

#[test]
fn brackets_hold_names() {
    let read = |text: &str| {
        let condition: Condition = text.parse().unwrap();
        (condition.path.to_string(), condition.operator)
    };
    assert_eq!(
        read("other[a=b<c].stage>=agreed"),
        ("other[a=b<c].stage".to_owned(), Operator::AtLeast)
    );
    assert_eq!(
        read(" chips.occurred <= [2025-12-01..2025-12-22] "),
        ("chips.occurred".to_owned(), Operator::AtMost)
    );
}

#[test]
fn what_is_no_condition_is_told_with_what_is_near() {
    let told = |text: &str| text.parse::<Condition>().unwrap_err().to_string();
    for (text, words) in [
        ("chips.vendor", "compares nothing"),
        ("chips[a=b", "compares nothing"),
        ("chip.vendor=AMD", "did you mean chips?"),
        ("=AMD", "not a path"),
        ("chips.vendor= ", "says no value"),
        ("chips=amd-mi308", "chips!=null"),
        ("chips.stage=orderd", "did you mean ordered?"),
        ("chips.stage>=orderd", "did you mean ordered?"),
        ("chips.open=yes", "it is one of true, false"),
        ("earnings.next.overdue=1", "it is one of true, false"),
        ("regulation.direction=up", "it is one of eased, tightened"),
        ("other.certainty=offical", "did you mean official?"),
        (
            "chips.stage<cancelled",
            "has no order in which \"cancelled\"",
        ),
        ("chips.vendor<AMD", "has no order in which \"AMD\""),
        ("chips.open>false", "has no order"),
        ("chips.quantity>many", "is never \"many\": it is a number"),
        ("chips.quantity=many", "it is a number"),
        ("market.value!=x", "it is a number"),
        ("earnings.next.date=soon", "it is a date"),
        ("chips.published!=2026-02-30", "it is a date"),
        ("chips.quantity.mim>1", "did you mean min?"),
    ] {
        assert!(told(text).contains(words), "{text}: {}", told(text));
    }
    for text in [
        "other.claims>3",
        "other.stage>=granted",
        "other.kind=patent-grant",
        "chips.stage=Interest Expressed",
        "chips.stage~order",
        "earnings.next.date~2026",
        "chips.published>=2026-02",
        "chips.quantity.unit=units",
        "chips.certainty>=attributed",
        "company.identifiers[lei]=5493001NTNQJDH60PM02",
        "earnings.next.moves.days>20",
        "chips.quantity.certainty=official",
    ] {
        assert!(text.parse::<Condition>().is_ok(), "{text}");
    }
}
