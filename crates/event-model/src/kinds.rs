//! The kinds that the store knows. `docs/events.md` tells of them at length.

use crate::kind::{Field, Kind, Life, Section, Shape};

const fn field(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        shape,
        required: false,
        about,
    }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        shape,
        required: true,
        about,
    }
}

const STAGE: Field = field(
    "stage",
    Shape::Stage,
    "the stage that the matter has reached",
);

/// The kind of the events that declare a company.
pub const COMPANY: &str = "company";
/// The kind of the events that strike others without a claim of their own.
pub const RETRACTION: &str = "retraction";
/// The kind of the events that declare a kind.
pub const KIND_DECLARATION: &str = "kind_declaration";
/// The kind of the events by which two threads are one.
pub const THREAD_LINK: &str = "thread_link";
/// The kind of the events about when results come.
pub const EARNINGS_DATE: &str = "earnings_date";
/// The kind of the events with results.
pub const EARNINGS_RESULT: &str = "earnings_result";

/// Every kind, in the order in which help and documents list them.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "chip_interest",
        about: "Interest in chips, from a rumour to their delivery",
        fields: &[
            field("vendor", Shape::Text, "who makes the chips"),
            field("product", Shape::Text, "which chips"),
            STAGE,
            field("quantity", Shape::Quantity, "how many"),
            field("value", Shape::Money, "what they cost"),
            field("purpose", Shape::Text, "what they are for"),
            field("destination", Shape::Text, "where they go"),
            field("licence", Shape::Text, "the export licence and its state"),
        ],
        thread_key: &[&["vendor"], &["product"]],
        life: Some(Life {
            field: "stage",
            stages: &[
                "rumoured",
                "interest_expressed",
                "considering",
                "negotiating",
                "agreed",
                "ordered",
                "licensed",
                "shipping",
                "delivered",
            ],
            ends: &["delivered", "denied", "cancelled", "lapsed", "blocked"],
            aside: &[],
        }),
        section: Section::Chips,
        example: r#"{"vendor":"AMD","product":"MI308","stage":"negotiating","quantity":{"min":40000,"max":50000,"unit":"units"}}"#,
        schema: None,
    },
    Kind {
        name: "strategy_pivot",
        about: "A change of strategy, from one thing to another",
        fields: &[
            field("from", Shape::Text, "what the company was"),
            field("to", Shape::Text, "what it is to become"),
            STAGE,
            field("scope", Shape::Text, "the part of the company that changes"),
            field("horizon", Shape::Text, "by when, in words or as a date"),
        ],
        thread_key: &[&["to"]],
        life: Some(Life {
            field: "stage",
            stages: &["rumoured", "announced", "under_way", "completed"],
            ends: &["completed", "abandoned", "reversed", "denied"],
            aside: &["paused"],
        }),
        section: Section::Strategy,
        example: r#"{"from":"e-commerce","to":"AI-first enterprise","stage":"under_way"}"#,
        schema: None,
    },
    Kind {
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
    },
    Kind {
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
    },
    Kind {
        name: "regulatory_change",
        about: "A rule that eases or tightens what the company may do",
        fields: &[
            field("authority", Shape::Text, "who makes the rule"),
            field("instrument", Shape::Text, "the rule's name or number"),
            field("scope", Shape::Text, "what and whom it covers"),
            field(
                "direction",
                Shape::Word(&["eased", "tightened"]),
                "which way it goes",
            ),
            STAGE,
            field(
                "effective",
                Shape::Date,
                "the day from which this stage has its effect",
            ),
            field("citation", Shape::Text, "where it is published"),
            field("terms", Shape::Text, "conditions, such as a fee"),
        ],
        thread_key: &[&["authority"], &["instrument", "scope"]],
        life: Some(Life {
            field: "stage",
            stages: &["signalled", "proposed", "announced", "published", "amended"],
            ends: &["repealed", "expired", "withdrawn", "struck_down", "denied"],
            aside: &[],
        }),
        section: Section::Regulation,
        example: r#"{"authority":"US BIS","instrument":"2026-00789","direction":"eased","stage":"published","effective":"2026-01-15"}"#,
        schema: None,
    },
    Kind {
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
    },
    Kind {
        name: "merger",
        about: "A merger or an acquisition",
        fields: &[
            field("acquirer", Shape::Text, "who buys"),
            field("target", Shape::Text, "who or what is bought"),
            field("seller", Shape::Text, "who sells"),
            field("consideration", Shape::Money, "the price"),
            field("stake", Shape::Text, "the part that is bought: 51 %"),
            field(
                "expected_close",
                Shape::Date,
                "when it is expected to close",
            ),
            field("approvals", Shape::Texts, "the authorities that must agree"),
            STAGE,
        ],
        thread_key: &[&["acquirer"], &["target"]],
        life: Some(Life {
            field: "stage",
            stages: &[
                "rumoured",
                "considering",
                "offered",
                "agreed",
                "approvals",
                "completed",
            ],
            ends: &["completed", "terminated", "withdrawn", "denied"],
            aside: &[],
        }),
        section: Section::Other,
        example: r#"{"acquirer":"A","target":"B","stage":"offered","consideration":{"value":"1.2","currency":"USD"}}"#,
        schema: None,
    },
    Kind {
        name: "partnership",
        about: "A contract or a partnership with another company",
        fields: &[
            field("partner", Shape::Text, "the other party"),
            field(
                "partners",
                Shape::Texts,
                "the other parties, where there are several",
            ),
            field("scope", Shape::Text, "what it is about"),
            field("value", Shape::Money, "what it is worth"),
            field("term", Shape::Text, "how long it runs"),
            STAGE,
        ],
        thread_key: &[&["partner", "partners"]],
        life: Some(Life {
            field: "stage",
            stages: &["rumoured", "negotiating", "signed", "amended", "renewed"],
            ends: &["expired", "terminated", "denied"],
            aside: &[],
        }),
        section: Section::Other,
        example: r#"{"partner":"SAP","scope":"cloud","stage":"signed"}"#,
        schema: None,
    },
    Kind {
        name: "capacity_project",
        about: "A data centre, a plant, or capacity of another sort",
        fields: &[
            field("project", Shape::Text, "its name"),
            field("site", Shape::Text, "where it is"),
            field("capacity_mw", Shape::Decimal, "its power, in megawatts"),
            field("chips", Shape::Text, "the chips in it"),
            field("quantity", Shape::Quantity, "how many"),
            field("cost", Shape::Money, "what it costs"),
            field("expected", Shape::Date, "when it is to be ready"),
            field("purpose", Shape::Text, "what it is for"),
            STAGE,
        ],
        thread_key: &[&["project", "site"]],
        life: Some(Life {
            field: "stage",
            stages: &[
                "rumoured",
                "planned",
                "permitted",
                "building",
                "operational",
            ],
            ends: &["decommissioned", "cancelled", "denied"],
            aside: &["delayed"],
        }),
        section: Section::Other,
        example: r#"{"project":"cloud and AI infrastructure","stage":"building","expected":"2026-41"}"#,
        schema: None,
    },
    Kind {
        name: "product",
        about: "A product, from its announcement to its end",
        fields: &[
            field("product", Shape::Text, "its name"),
            field("version", Shape::Text, "its version"),
            field("region", Shape::Text, "where"),
            field("expected", Shape::Date, "when it is to come"),
            STAGE,
        ],
        thread_key: &[&["product"]],
        life: Some(Life {
            field: "stage",
            stages: &["rumoured", "announced", "released", "updated", "recalled"],
            ends: &["discontinued", "cancelled", "denied"],
            aside: &["delayed"],
        }),
        section: Section::Other,
        example: r#"{"product":"Qwen","version":"3","stage":"released"}"#,
        schema: None,
    },
    Kind {
        name: "executive_change",
        about: "Somebody takes or leaves an office",
        fields: &[
            field("person", Shape::Text, "who"),
            field("role", Shape::Text, "the office"),
            field(
                "from",
                Shape::Text,
                "whom they follow, or the office they leave",
            ),
            field(
                "to",
                Shape::Text,
                "who follows them, or the office they take",
            ),
            field("effective", Shape::Date, "from when on"),
            STAGE,
        ],
        thread_key: &[&["person"], &["role"]],
        life: Some(Life {
            field: "stage",
            stages: &["rumoured", "announced", "effective"],
            ends: &["reversed", "denied"],
            aside: &["interim"],
        }),
        section: Section::Other,
        example: r#"{"person":"A. Person","role":"CFO","stage":"announced","effective":"2026-04-01"}"#,
        schema: None,
    },
    Kind {
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
    },
    Kind {
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
    },
    Kind {
        name: "statement",
        about: "Somebody says something",
        fields: &[
            field("speaker", Shape::Text, "who says it"),
            field(
                "about",
                Shape::Text,
                "the id of an event, or the name of a thread",
            ),
            required("text", Shape::Text, "what is said, in your words"),
            field(
                "polarity",
                Shape::Word(&["positive", "neutral", "negative"]),
                "for or against",
            ),
        ],
        thread_key: &[],
        life: None,
        section: Section::Other,
        example: r#"{"speaker":"the company","text":"AI spending in e-commerce pays for itself"}"#,
        schema: None,
    },
    Kind {
        name: "forecast",
        about: "Somebody says what will be",
        fields: &[
            field(
                "about",
                Shape::Text,
                "the id of an event, the name of a thread, or a theme",
            ),
            field("horizon", Shape::Date, "by when"),
            required("text", Shape::Text, "what is foretold, in your words"),
            STAGE,
        ],
        thread_key: &[],
        life: Some(Life {
            field: "stage",
            stages: &["open"],
            ends: &["came_true", "failed", "lapsed"],
            aside: &[],
        }),
        section: Section::Other,
        example: r#"{"about":"amd-mi308","horizon":"2026/..","text":"more capacity to train models","stage":"open"}"#,
        schema: None,
    },
    Kind {
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
    },
    Kind {
        name: COMPANY,
        about: "Declares a company, or changes what is known of it",
        fields: &[
            field("name", Shape::Text, "its name"),
            field("aliases", Shape::Texts, "other names"),
            field(
                "identifiers",
                Shape::Identifiers,
                "its identifiers, each with the span in which it is its own",
            ),
            field(
                "fiscal_year_end",
                Shape::MonthDay,
                "the last day of its fiscal year: 03-31",
            ),
            field("successor", Shape::Company, "the company that follows it"),
        ],
        thread_key: &[],
        life: None,
        section: Section::Company,
        example: r#"{"name":"Alibaba Group","identifiers":[{"scheme":"ticker","value":"XNYS:BABA"}],"fiscal_year_end":"03-31"}"#,
        schema: None,
    },
    Kind {
        name: RETRACTION,
        about: "Says that an earlier event does not hold",
        fields: &[required(
            "target",
            Shape::EventId,
            "the id of the event that does not hold",
        )],
        thread_key: &[&["target"]],
        life: None,
        section: Section::None,
        example: r#"{"target":"01890000-0000-7000-8000-000000000000"}"#,
        schema: None,
    },
    Kind {
        name: THREAD_LINK,
        about: "Says that two threads are about the same matter",
        fields: &[
            required("of", Shape::Text, "the kind of the threads"),
            required(
                "from",
                Shape::Text,
                "the thread that is told under another name",
            ),
            required(
                "into",
                Shape::Text,
                "the thread under whose name both are told",
            ),
        ],
        thread_key: &[&["of"], &["from"], &["into"]],
        life: None,
        section: Section::None,
        example: r#"{"of":"chip_interest","from":"amd-instinct","into":"amd-mi308"}"#,
        schema: None,
    },
    Kind {
        name: KIND_DECLARATION,
        about: "Declares a kind of one's own, in the stream of the company annals",
        fields: &[
            required("name", Shape::Text, "the name of the kind: patent_grant"),
            field("about", Shape::Text, "what its events say, in a line"),
            required("schema", Shape::Schema, "the JSON Schema (2020-12) of data"),
            field(
                "thread",
                Shape::Texts,
                "the fields of data that together name the thread",
            ),
            field(
                "stage_field",
                Shape::Text,
                "the field of data that holds the stage; stage if it is not said",
            ),
            field("stages", Shape::Texts, "the stages in their usual order"),
            field("ends", Shape::Texts, "the stages that end a thread"),
            field("aside", Shape::Texts, "the stages beside the usual order"),
        ],
        thread_key: &[&["name"]],
        life: None,
        section: Section::None,
        example: r#"{"name":"patent_grant","schema":{"properties":{"number":{"type":"string"}},"required":["number"],"type":"object"},"thread":["number"]}"#,
        schema: None,
    },
];
