//! What was amended, redacted or said by hand stays so when EDGAR is imported again.

use serde_json::{Value, json};

use crate::edgar::made;
use crate::environment::{Environment, company};

const TIMES: [&str; 3] = [
    "2025-02-03T16:00:00.000Z",
    "2025-02-04T16:00:00.000Z",
    "2025-02-05T16:00:00.000Z",
];

fn import(environment: &Environment, crawl: &Value) {
    environment.write("CIK0000000007.json", crawl.to_string());
    environment
        .type_in("import edgar CIK0000000007.json")
        .done();
}

/// The filings of Seven by their accession numbers, each with a field.
fn filings(environment: &Environment, field: &str) -> Vec<Value> {
    let answer = environment.at("2027-01-01 seven --section other");
    let filings = answer["other"].as_array().unwrap().iter();
    filings
        .filter(|thread| thread["kind"] == "filing")
        .map(|thread| json!([thread["thread"], thread[field]]))
        .collect()
}

fn accession(number: usize) -> String {
    format!("0000000007-25-{number:06}")
}

/// The id of the first event that the log has of a kind, with some text in it.
fn id(environment: &Environment, kind: &str, text: &str) -> String {
    let log = environment
        .type_in(&format!("log seven --kind {kind} --text {text} --json"))
        .json_lines();
    log[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_redacted_does_not_come_back() {
    let environment = Environment::new();
    let mut crawl = made("Seven", &TIMES[..2]);
    crawl["filings"]["recent"]["primaryDocDescription"] = json!(["secret", ""]);
    import(&environment, &crawl);
    let [filing, declared] = [("filing", "secret"), ("company", "Seven")]
        .map(|(kind, text)| id(&environment, kind, text));
    for id in [&filing, &declared] {
        environment
            .type_in(&format!("redact {id} --reason personal"))
            .done();
    }
    let head = environment.head();
    import(&environment, &crawl);
    assert_eq!(environment.head(), head);
    // Nor by a later crawl, or where EDGAR says something else of it by now.
    let mut later = made("Seven", &TIMES);
    later["filings"]["recent"]["primaryDocDescription"] = json!(["secret too", "", ""]);
    import(&environment, &later);
    let all = environment.type_in("log seven --json").text();
    assert!(!all.contains("secret"), "{all}");
    let numbers: Vec<Value> = filings(&environment, "form")
        .iter()
        .map(|it| it[0].clone())
        .collect();
    assert_eq!(numbers, [1, 2].map(|number| json!(accession(number))));
}

#[test]
fn a_correction_by_hand_is_not_undone_by_a_later_crawl() {
    for fault in ["record", "source"] {
        let environment = Environment::new();
        let mut crawl = made("Seven", &TIMES[..1]);
        crawl["filings"]["recent"]["primaryDocDescription"] = json!(["theirs"]);
        import(&environment, &crawl);
        let filing = id(&environment, "filing", "theirs");
        environment
            .type_in(&format!(
                "correct {filing} --fault {fault} --set data.description=mine --reason r"
            ))
            .done();
        for (description, count) in [("theirs", 2), ("changed", 2), ("theirs", 3)] {
            let mut later = made("Seven", &TIMES[..count]);
            let mut descriptions = vec![""; count];
            descriptions[0] = description;
            later["filings"]["recent"]["primaryDocDescription"] = json!(descriptions);
            import(&environment, &later);
            let told = filings(&environment, "description");
            let mine = json!([accession(0), "mine"]);
            assert!(told.contains(&mine), "{fault} {description}: {told:?}");
            assert_eq!(told.len(), count);
            let head = environment.head();
            import(&environment, &later);
            assert_eq!(environment.head(), head);
        }
    }
}

#[test]
fn a_filing_that_was_retracted_by_hand_stays_so() {
    let environment = Environment::new();
    import(&environment, &made("Seven", &TIMES[..2]));
    let log = environment
        .type_in("log seven --kind filing --json")
        .json_lines();
    let filing = log[0]["id"].as_str().unwrap();
    environment
        .type_in(&format!("retract {filing} --fault record --reason r"))
        .done();
    let mut later = made("Seven", &TIMES);
    later["filings"]["recent"]["primaryDocDescription"] = json!(["changed", "changed", ""]);
    import(&environment, &later);
    let told = filings(&environment, "description");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|it| it[0] != log[0]["thread"]), "{told:?}");
}

#[test]
fn what_no_import_said_no_import_strikes() {
    let environment = Environment::new();
    let mut declared = company("seven");
    declared["data"]["identifiers"] = json!([{"scheme": "cik", "value": "7"}]);
    let by_hand = json!({
        "company": "seven", "kind": "filing", "published": "2025-02-03",
        "certainty": "official", "source": {"name": "SEC EDGAR"},
        "data": {"form": "10-K", "accession": accession(0), "description": "mine"},
    });
    environment.append(&[declared, by_hand]);
    let mine = id(&environment, "filing", "mine");
    import(&environment, &made("Seven", &TIMES[..1]));
    import(&environment, &made("Seven", &TIMES));
    assert_eq!(environment.show(&mine)["status"], "counts");
}

#[test]
fn a_company_whose_facts_were_amended_is_imported_again() {
    let crawl = made("Seven", &TIMES[..2]);
    let amendments = [
        "retract ID --fault record --reason r",
        "retract ID --fault source --reason r",
        "redact ID --reason r",
        "correct ID --fault record --reason r --set data.identifiers=null",
        "correct ID --fault record --reason r --set company=other",
    ];
    for amendment in amendments {
        let environment = Environment::new();
        environment.append(&[company("other")]);
        import(&environment, &crawl);
        let declared = id(&environment, "company", "Seven");
        environment
            .type_in(&amendment.replace("ID", &declared))
            .done();
        import(&environment, &crawl);
        import(&environment, &made("Seven", &TIMES));
        let head = environment.head();
        import(&environment, &made("Seven", &TIMES));
        assert_eq!(environment.head(), head, "{amendment}");
        let slugs = environment.type_in("companies --json").json_lines();
        assert_eq!(slugs.len(), 2, "{amendment}");
        let filings = |slug: &str| {
            let answer = environment.at(&format!("2026-01-01 {slug} --section other"));
            answer["other"].as_array().unwrap().len()
        };
        let theirs = match amendment.contains("company=") {
            // Whose the CIK is now, has the filings, too.
            true => filings("other"),
            false => filings("seven"),
        };
        assert_eq!(theirs, 3, "{amendment}");
    }
}

#[test]
fn a_name_whose_slug_is_reserved_gets_another() {
    let environment = Environment::new();
    import(&environment, &made("Annals, Inc.", &TIMES[..1]));
    let answer = environment.at("2026-01-01 cik:7");
    assert_eq!(answer["company"]["slug"], "cik-0000000007");
    assert_eq!(answer["company"]["name"], "Annals, Inc.");
}
