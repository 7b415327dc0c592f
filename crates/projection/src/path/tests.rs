//! What texts are paths, and what they name.

use event_model::time::Day;

use super::*;

fn read(text: &str) -> (Place, Option<String>, String) {
    let path: Path = text.parse().unwrap();
    assert_eq!(path.to_string(), text);
    (path.place, path.chosen, path.fields.join("."))
}

#[test]
fn a_path_names_a_place_a_thread_and_a_field() {
    let chosen = |text: &str| Some(text.to_owned());
    let none = String::new;
    assert_eq!(read("chips"), (Place::Chips, None, none()));
    assert_eq!(
        read("chips.vendor"),
        (Place::Chips, None, "vendor".to_owned())
    );
    assert_eq!(
        read("chips[amd-mi308].quantity.min"),
        (Place::Chips, chosen("amd-mi308"), "quantity.min".to_owned())
    );
    assert_eq!(
        read("other[a.b/c [d]]"),
        (Place::Other, chosen("a.b/c [d]"), none())
    );
    assert_eq!(
        read("strategy.current.to"),
        (Place::Current, None, "to".to_owned())
    );
    assert_eq!(
        read("strategy[ai].stage"),
        (Place::Pivots, chosen("ai"), "stage".to_owned())
    );
    assert_eq!(read("earnings.next"), (Place::Next, None, none()));
    assert_eq!(
        read("earnings[FY2026-Q3].date"),
        (Place::Dates, chosen("FY2026-Q3"), "date".to_owned())
    );
    assert_eq!(
        read("earnings.reported[fy2026-q3].revenue.value"),
        (
            Place::Reported,
            chosen("fy2026-q3"),
            "revenue.value".to_owned()
        )
    );
    assert_eq!(
        read("company.name"),
        (Place::Company, None, "name".to_owned())
    );
    assert_eq!(
        read("company.identifiers[lei]"),
        (Place::Company, chosen("lei"), "identifiers".to_owned())
    );
}

#[test]
fn what_names_no_place_is_told_with_what_is_near() {
    let told = |text: &str| text.parse::<Path>().unwrap_err().to_string();
    for text in [
        "",
        ".",
        "chips.",
        "chips[amd",
        "chips]",
        "chips[a]b",
        "chips.stage[a]",
    ] {
        assert!(text.parse::<Path>().is_err(), "{text}");
    }
    assert!(told("chip").ends_with("no section \"chip\"; did you mean chips?"));
    assert!(told("earnings.next.dat").ends_with("no field \"dat\"; did you mean date?"));
    assert!(told("chips.quantity.mim").ends_with("no part \"mim\"; did you mean min?"));
    assert!(told("earnings.next.date.day").ends_with("date has no parts"));
    assert!(told("company.name.x").ends_with("name has no parts"));
    assert!(told("nothing").contains("there are company, strategy, earnings"));
    assert!("other.anything".parse::<Path>().is_ok());
    let deep = format!("other{}", ".a".repeat(60_000));
    assert_eq!(told(&deep), "a path has 120005 bytes; the most is 1000");
}

#[test]
fn every_field_of_a_company_can_be_asked_for() {
    let company = crate::identity::company(&"acme".parse().unwrap(), [], Day::MIN);
    for field in json!(company).as_object().unwrap().keys() {
        assert_eq!(read(&format!("company.{field}")).2, *field);
    }
}
