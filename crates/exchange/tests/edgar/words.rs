//! Ids, slugs, items and tickers.

use exchange::edgar::{item_type, slug_of_name, ticker};

use crate::made::{crawl, main_file};
use crate::store::planned;

#[test]
fn ids_never_change() {
    let value = main_file("2025-01-02", &[], &[(1, "2025-01-02", "Y")]);
    let ids: Vec<String> = planned(&[crawl(&value)], &[])
        .events
        .iter()
        .map(|event| event.id.to_string())
        .collect();
    let expected = [
        "868bfb02-9a40-5f12-bed7-815ffd601eec",
        "cf205601-d5c7-5eed-9f97-097809c63450",
        "3b834d0f-0be7-57e6-b0b6-0721a210f248",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_slug_is_the_name_without_its_legal_form() {
    for (name, slug) in [
        ("Tesla, Inc.", "tesla"),
        ("MICROSOFT CORP", "microsoft"),
        ("NVIDIA CORP/CA", "nvidia"),
        ("SIEMENS AG", "siemens"),
        ("Siemens Energy AG/ADR", "siemens-energy"),
        ("TR Finance LLC", "tr-finance"),
        ("&VEST Domestic Fund II LP", "vest-domestic-fund-ii"),
        ("Learn CW Investment Corp", "learn-cw-investment"),
        (
            "Nubia Brand International Corp.",
            "nubia-brand-international",
        ),
        ("KONINKLIJKE PHILIPS N V", "koninklijke-philips"),
        ("ASML Holding N.V.", "asml-holding"),
        ("TOTAL S.A.", "total"),
        ("America Movil S.A.B. de C.V.", "america-movil"),
        ("ORACLE CORP /DE/", "oracle"),
        ("MOODYS CORP /DE/", "moodys"),
        ("JPMORGAN CHASE & CO", "jpmorgan-chase"),
        ("Procter & Gamble Co", "procter-gamble"),
        ("BP PLC", "bp"),
        ("Foo Co., Ltd.", "foo"),
        ("Inc", "inc"),
        ("Co Ltd", "co"),
        ("S.A.", "s-a"),
        ("/CA/", "ca"),
        ("3M CO", "3m"),
        ("阿里巴巴 Ltd", "ltd"),
        ("Société Générale SA", "societe-generale"),
        ("Nestle\u{301} S.A.", "nestle"),
    ] {
        assert_eq!(slug_of_name(name).unwrap().as_str(), slug, "{name}");
    }
    assert_eq!(slug_of_name("阿里巴巴"), None);
}

#[test]
fn items_have_types() {
    for (code, expect) in [
        ("1.01", "agreement.entered"),
        ("1.05", "cyber_incident"),
        ("2.01", "merger.completed"),
        ("2.02", "earnings.reported"),
        ("4.02", "restatement"),
        ("5.02", "executive_change"),
        ("6.05", "asset_backed"),
        ("9.01", "exhibits"),
        ("9.99", "other"),
        ("x", "other"),
        ("1", "control_change"),
        ("5", "other"),
        ("7", "exhibits"),
        ("12", "earnings.reported"),
        ("13", "item"),
    ] {
        assert_eq!(item_type(code), expect, "{code}");
    }
}

#[test]
fn tickers_have_their_market() {
    for (exchange, expect) in [
        (Some("Nasdaq"), "XNAS:X"),
        (Some("NYSE"), "XNYS:X"),
        (Some("OTC"), "OTCM:X"),
        (Some("CBOE"), "XCBO:X"),
        (Some("NYSE American"), "XASE:X"),
        (Some("AMEX"), "XASE:X"),
        (Some("NYSE Arca"), "ARCX:X"),
        (Some("Tokyo"), "X"),
        (Some(""), "X"),
        (None, "X"),
    ] {
        assert_eq!(ticker("x", exchange), expect);
    }
}
