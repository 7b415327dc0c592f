//! What companies report, and what their shares cost.

use super::{STAGE, field, required};
use crate::kind::{Kind, Life, Section, Shape};

pub(super) const EARNINGS_DATE: Kind = Kind {
    name: "earnings_date",
    about: "When results of a period are to come",
    fields: &[
        required("period", Shape::Text, "the fiscal period: FY2026-Q3"),
        field(
            "period_stated",
            Shape::Text,
            "the period in the source's words",
        ),
        field(
            "period_span",
            Shape::Date,
            "the first and last day of the period: 2025-10-01/2025-12-31",
        ),
        field(
            "period_basis",
            Shape::Word(&["stated", "inferred"]),
            "whether the source says the period",
        ),
        field(
            "date",
            Shape::Date,
            "the date of the results, as exactly as it is said",
        ),
        field("status", Shape::Stage, "how firm the date is"),
        field(
            "session",
            Shape::Word(&["before_open", "during", "after_close"]),
            "the part of the trading day",
        ),
        field(
            "market",
            Shape::Text,
            "the market (MIC) whose session and day it is: XNYS",
        ),
        field(
            "zone",
            Shape::Text,
            "the zone of the date: America/New_York",
        ),
    ],
    thread_key: &[&["period"]],
    life: Some(Life {
        field: "status",
        stages: &["projected", "tentative", "confirmed"],
        ends: &["cancelled"],
        aside: &[],
    }),
    section: Section::EarningsDate,
    example: r#"{"period":"FY2026-Q3","date":"2026-02-19","status":"projected","session":"before_open","market":"XNYS"}"#,
    schema: None,
};

pub(super) const EARNINGS_RESULT: Kind = Kind {
    name: "earnings_result",
    about: "Results of a period; they close its earnings date",
    fields: &[
        required("period", Shape::Text, "the fiscal period: FY2026-Q3"),
        STAGE,
        field("revenue", Shape::Money, "revenue"),
        field("eps", Shape::Money, "earnings per share"),
        field(
            "basis",
            Shape::Text,
            "the accounting basis: GAAP, non-GAAP, IFRS",
        ),
    ],
    thread_key: &[&["period"]],
    life: Some(Life {
        field: "stage",
        stages: &["preliminary", "reported", "restated"],
        ends: &[],
        aside: &[],
    }),
    section: Section::EarningsResult,
    example: r#"{"period":"FY2026-Q3","stage":"reported","revenue":{"value":"280.15","currency":"CNY"}}"#,
    schema: None,
};

pub(super) const GUIDANCE: Kind = Kind {
    name: "guidance",
    about: "What the company expects of a figure",
    fields: &[
        required(
            "metric",
            Shape::Text,
            "the figure: revenue, operating margin",
        ),
        field("period", Shape::Text, "the fiscal period"),
        field("range", Shape::Money, "the expected range"),
        field(
            "op",
            Shape::Word(&["raise", "cut", "affirm", "withdraw"]),
            "what is done to earlier guidance",
        ),
        STAGE,
    ],
    thread_key: &[&["metric"], &["period"]],
    life: Some(Life {
        field: "stage",
        stages: &["issued", "affirmed", "raised", "lowered"],
        ends: &["met", "missed", "withdrawn"],
        aside: &[],
    }),
    section: Section::Other,
    example: r#"{"metric":"revenue","period":"FY2027","range":{"min":"10","max":"12","currency":"USD"},"stage":"issued"}"#,
    schema: None,
};

pub(super) const FILING: Kind = Kind {
    name: "filing",
    about: "A document filed with an authority",
    fields: &[
        field("form", Shape::Text, "the form: 8-K, 10-Q, 6-K"),
        field(
            "accession",
            Shape::Text,
            "the accession number, with its dashes",
        ),
        field(
            "report_date",
            Shape::Date,
            "the day or period that it reports on",
        ),
        field(
            "filed",
            Shape::Date,
            "the day on which the authority counts it as filed",
        ),
        field("items", Shape::Items, "items of an 8-K, as code and type"),
        field("file_number", Shape::Text, "the authority's file number"),
        field("document", Shape::Text, "the main document's file name"),
        field("description", Shape::Text, "the main document's title"),
        field("size_bytes", Shape::Number, "its size, in bytes"),
    ],
    thread_key: &[&["accession"]],
    life: None,
    section: Section::Other,
    example: r#"{"form":"8-K","accession":"0001318605-26-000005","items":[{"code":"2.02","type":"earnings.reported"}]}"#,
    schema: None,
};

pub(super) const RESTATEMENT: Kind = Kind {
    name: "restatement",
    about: "Earlier figures are corrected by the company",
    fields: &[
        field("what", Shape::Text, "what is restated"),
        field("periods", Shape::Texts, "the fiscal periods"),
        STAGE,
    ],
    thread_key: &[&["what"], &["periods"]],
    life: Some(Life {
        field: "stage",
        stages: &["announced", "filed"],
        ends: &["filed"],
        aside: &[],
    }),
    section: Section::Other,
    example: r#"{"what":"revenue","periods":["FY2025-Q1"],"stage":"announced"}"#,
    schema: None,
};

pub(super) const PRICE_OBSERVATION: Kind = Kind {
    name: "price_observation",
    about: "A price, or how it has moved",
    fields: &[
        required(
            "measure",
            Shape::Word(&["price", "performance", "high", "low", "level"]),
            "what is observed",
        ),
        field("value", Shape::Decimal, "the figure, as a decimal string"),
        field("currency", Shape::Currency, "the currency of a price"),
        field(
            "unit",
            Shape::Word(&["percent"]),
            "the unit where it is no price",
        ),
        field(
            "hedge",
            Shape::Text,
            "about, over, above: as the source hedges it",
        ),
        field(
            "reference",
            Shape::Text,
            "what it is compared with: the 200-day average",
        ),
        field("span", Shape::Date, "the time that the figure is about"),
        field("market", Shape::Text, "where it is traded"),
    ],
    thread_key: &[],
    life: None,
    section: Section::Market,
    example: r#"{"measure":"price","value":"128.60","currency":"EUR","hedge":"about"}"#,
    schema: None,
};
