//! Files with faults.

use exchange::edgar::{EdgarError, PlanError, RowDefect, plan, read};
use serde_json::{Value, json};
use std::collections::HashSet;

use crate::made::{accession, crawl, main_file, table};
use crate::store::{company, now, planned};

fn fault(name: &str, text: &str, cik: Option<&str>) -> String {
    let error = read(name, text.as_bytes(), cik).unwrap_err();
    let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

/// A main file with one filing, whose CIK is as given.
fn with_cik(cik: &Value) -> String {
    let mut value = main_file("2025-01-02", &[], &[(1, "2025-01-02", "Y")]);
    value["cik"] = cik.clone();
    value.to_string()
}

#[test]
fn what_is_no_submissions_file_is_told() {
    const NOT_SUBMISSIONS: &str = "a.json: no submissions file: \
        it has neither filings.recent nor an accessionNumber column";
    let empty = main_file("2025-01-02", &[], &[]);
    for (text, expect) in [
        (
            "<html>".to_owned(),
            "a.json: not JSON: no JSON value begins here (texts stand in double quotes) at line 1 column 1",
        ),
        ("[]".to_owned(), NOT_SUBMISSIONS),
        (
            json!({"filings": {"files": []}}).to_string(),
            NOT_SUBMISSIONS,
        ),
        (
            json!({"filings": null}).to_string(),
            "a.json: filings must be an object, and is null",
        ),
        (json!({"facts": {}}).to_string(), NOT_SUBMISSIONS),
        (
            empty.to_string(),
            "a.json: filings.recent has no filing, and so nothing says as of when it holds",
        ),
    ] {
        assert_eq!(fault("a.json", &text, Some("7")), expect);
    }
    assert!(matches!(
        read("a.json", b"\xff", None),
        Err(EdgarError::NotText {
            offset_bytes: 0,
            ..
        })
    ));
    let with_mark = format!("\u{feff}{}", with_cik(&json!(7)));
    assert!(read("a.json", with_mark.as_bytes(), Some("0007")).is_ok());
}

#[test]
fn a_cik_must_be_there_and_the_same_everywhere() {
    const NO_CIK: &str = "a.json: no CIK, neither in it nor in its name \
        (CIK##########-submissions-NNN.json); give it";
    let table = table("2025-01-02", &[(1, "2025-01-02", "Y")]).to_string();
    for (text, cik, expect) in [
        (table.clone(), None, NO_CIK),
        (
            table.clone(),
            Some("x"),
            "a.json: the given CIK must be a CIK of 1 to 10 digits, and is \"x\"",
        ),
        (
            with_cik(&json!("12345678901")),
            None,
            "a.json: cik must be a CIK of 1 to 10 digits, and is \"12345678901\"",
        ),
        (
            with_cik(&json!("0000000000")),
            None,
            "a.json: cik must be a CIK of 1 to 10 digits, and is \"0000000000\"",
        ),
        (
            with_cik(&json!({})),
            None,
            "a.json: cik must be a CIK of 1 to 10 digits, and is an object",
        ),
        (with_cik(&Value::Null), None, NO_CIK),
    ] {
        assert_eq!(fault("a.json", &text, cik), expect);
    }
    let name = "CIK0000000007-submissions-001.json";
    assert_eq!(
        fault(name, &table, Some("8")).replace(name, "FILE"),
        "FILE: is of CIK 0000000007, and what was asked for says 0000000008"
    );
    let name = "CIK0000000008.json";
    assert_eq!(
        fault(name, &with_cik(&json!(7)), None).replace(name, "FILE"),
        "FILE: is of CIK 0000000007, and its name says 0000000008"
    );
}

#[test]
fn a_damaged_table_is_refused() {
    let table = || {
        table(
            "2025-01-03",
            &[(1, "2025-01-02", "Y"), (2, "2025-01-03", "Z")],
        )
    };
    let name = "CIK0000000007-submissions-001.json";
    let message = |change: &dyn Fn(&mut Value)| {
        let mut table = table();
        change(&mut table);
        fault(name, &table.to_string(), None).replace(name, "FILE")
    };
    let remove =
        |table: &mut Value, column: &str| drop(table.as_object_mut().unwrap().remove(column));
    assert_eq!(
        message(&|table| {
            remove(table, "form");
            remove(table, "acceptanceDateTime");
            remove(table, "filingDate");
        }),
        "FILE: submissions-001 lacks form, acceptanceDateTime"
    );
    assert_eq!(
        message(&|table| {
            table["filingDate"].as_array_mut().unwrap().pop();
            table["size"].as_array_mut().unwrap().clear();
            table["core_type"].as_array_mut().unwrap().clear();
        }),
        "FILE: submissions-001.accessionNumber has 2 rows, and filingDate has 1, size has 0"
    );
    assert_eq!(
        message(&|table| table["size"] = json!("10")),
        "FILE: submissions-001.size must be a list, and is a text"
    );
}

#[test]
fn every_bad_row_is_told_with_all_that_is_wrong() {
    let mut value = main_file(
        "2025-01-04",
        &[],
        &[
            (1, "2025-01-02", "A"),
            (2, "2025-01-03", "B"),
            (3, "2025-01-04", "C"),
        ],
    );
    let recent = &mut value["filings"]["recent"];
    recent["form"][0] = json!("");
    recent["acceptanceDateTime"][0] = json!("yesterday");
    recent["accessionNumber"][2] = json!(accession(2));
    recent["filingDate"][1] = json!("2025-02-30");
    let Err(EdgarError::Rows { rows, .. }) = read("a.json", value.to_string().as_bytes(), None)
    else {
        panic!("read");
    };
    let told: Vec<String> = rows.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 1 (0000000007-25-000001): form is empty, acceptanceDateTime \"yesterday\" is neither an instant with an offset (2025-12-23T09:30:00Z) nor a day (2025-12-23)",
            "row 2 (0000000007-25-000002): filingDate \"2025-02-30\" does not exist in the calendar",
        ]
    );
    value["filings"]["recent"]["filingDate"][1] = json!("2025-01-03");
    let Err(EdgarError::Rows { rows, .. }) = read("a.json", value.to_string().as_bytes(), None)
    else {
        panic!("read");
    };
    assert_eq!(rows[1].problems[0].what, RowDefect::Twice { row: 2 });
}

#[test]
fn what_means_nothing_is_not_read() {
    let rows = [(1, "2025-01-02", "A"), (2, "2025-01-03", "B")];
    let mut value = main_file("2025-01-03", &["SEVN", "?"], &rows);
    value["lei"] = json!("5493001NTNQJDH60PM03");
    value["tickers"].as_array_mut().unwrap().push(Value::Null);
    let recent = &mut value["filings"]["recent"];
    recent["reportDate"] = json!(["0000-00-00", "2025-01-01T00:00:00.000Z"]);
    recent["size"] = json!([-1, 10.0]);
    recent["core_type"] = json!(["8-K"]);
    let crawl = crawl(&value);
    assert_eq!(crawl.tickers, ["XNYS:SEVN"]);
    assert_eq!((&crawl.lei, crawl.rows[0].report_date), (&None, None));
    assert_eq!(crawl.rows[1].report_date.unwrap().to_string(), "2025-01-01");
    let sizes: Vec<_> = crawl.rows.iter().map(|row| row.size_bytes).collect();
    assert_eq!(sizes, [None, Some(10)]);
    let starts = [
        "reportDate of row 1: \"0000-00-00\" is no day",
        "size of row 1: -1 is no number of bytes",
        "\"5493001NTNQJDH60PM03\" is not a value of lei",
        "\"XNYS:?\" is not a value of ticker",
    ];
    assert_eq!(crawl.unread.len(), starts.len());
    for (unread, start) in crawl.unread.iter().zip(starts) {
        assert!(unread.starts_with(start), "{unread}");
    }
}

#[test]
fn a_filing_twice_with_the_same_content_is_one() {
    let value = main_file(
        "2025-01-04",
        &[],
        &[(1, "2025-01-04", "A"), (1, "2025-01-04", "A")],
    );
    assert_eq!(crawl(&value).rows.len(), 1);
}

#[test]
fn a_plan_tells_all_that_was_refused() {
    let value = main_file(
        "2025-01-04",
        &[],
        &[(1, "2025-01-02", &"x".repeat(9_000)), (2, "2025-01-04", "")],
    );
    let crawl = crawl(&value);
    let early = "2025-01-01T00:00:00Z".parse().unwrap();
    let Err(PlanError::Refused { refusals }) =
        plan(&company(), &[crawl], &[], &HashSet::new(), early)
    else {
        panic!("planned");
    };
    let told: Vec<String> = refusals
        .iter()
        .map(|r| format!("{:?} {}", r.row, r.problems.len()))
        .collect();
    let row = |number: usize, problems: usize| {
        format!("Some(({number}, {:?})) {problems}", accession(number))
    };
    assert_eq!(told, [row(1, 2), row(2, 1), "None 1".to_owned(),]);
    assert!(
        refusals[0]
            .to_string()
            .starts_with("CIK0000000007.json: row 1 (0000000007-25-000001): ")
    );
}

#[test]
fn crawls_of_two_companies_are_not_one_plan() {
    let text = table("2025-01-02", &[(1, "2025-01-02", "Y")]).to_string();
    let of = |cik| read("a.json", text.as_bytes(), Some(cik)).unwrap();
    let error = plan(&company(), &[of("7"), of("8")], &[], &HashSet::new(), now()).unwrap_err();
    assert!(matches!(error, PlanError::OtherCik { .. }));
    assert_eq!(planned(&[], &[]).events, []);
}
