//! What a person sees: 80 columns, and nothing that a terminal would obey.

use serde_json::json;

use crate::environment::Environment;

#[test]
fn a_page_is_within_80_columns() {
    let environment = Environment::with_sample();
    for typed in [
        "at 2025-12-23 alibaba",
        "at 2026-03-08 alibaba",
        "at 2026-03-08 --all",
        "at 2026-03-08 alibaba --section company --section earnings --section other",
        "at 2026-03-08 --all --section chips --section other --section company",
        "at 2026-03-08 --all --where chips.vendor!=AMD",
        "at 2025-12-23 --all --happens 2026-02-19",
        "at 2026-03-08 --all --happens 2025..2026 --section other --section regulation",
        "diff 2025-12-23 2026-03-08 alibaba",
        "log alibaba",
        "companies",
        "schema",
    ] {
        let page = environment.type_in(typed).text();
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{typed}: {line}");
        }
    }
}

#[test]
fn a_source_cannot_steer_the_terminal() {
    let environment = Environment::new();
    let text = "before\u{1b}[2J\u{7}\u{202e}after";
    environment.append(&[
        json!({
            "company": "acme", "kind": "company", "published": "2020-01-01",
            "certainty": "official", "source": {"name": text}, "data": {"name": text},
        }),
        json!({
            "id": "00000000-0000-4000-8000-000000000001",
            "company": "acme", "kind": "statement", "published": "2020-01-02",
            "occurred": "2020-01-02", "certainty": "official", "source": {"name": text}, "data": {"text": text},
        }),
    ]);
    for typed in [
        "at 2021-01-01 acme",
        "at 2021-01-01 --all",
        "at 2021-01-01 acme --section company --section other",
        "at 2021-01-01 --all --section company --section other",
        "at 2021-01-01 --all --section other --happens 2020-01-02",
        "diff 2019-01-01 2021-01-01 acme",
        "log",
        "log acme",
        "companies",
        "show 00000000-0000-4000-8000-000000000001",
    ] {
        let page = environment.type_in(typed).text();
        assert!(
            page.contains("before") || typed.starts_with("diff"),
            "{typed}: {page}"
        );
        for mark in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(!page.contains(mark), "{typed}: {page:?}");
        }
    }
    // Data is data: JSON has it as it was said.
    let answer = environment.at("2021-01-01 acme");
    assert_eq!(answer["company"]["name"], text);
}

#[test]
fn a_company_is_headed_by_the_symbol_of_an_exchange() {
    let environment = Environment::new();
    let tickers = ["OTCM:ACMEF", "XHKG:9988", "XNYS:ACME"]
        .map(|ticker| json!({"scheme": "ticker", "value": ticker}));
    environment.append(&[json!({
        "company": "acme", "kind": "company", "published": "2020-01-01",
        "certainty": "official", "source": {"name": "us"},
        "data": {"name": "Acme Ltd", "identifiers": tickers},
    })]);
    let page = environment.type_in("at 2021-01-01 acme").text();
    assert!(page.starts_with("Acme Ltd · ACME "), "{page}");
}
