//! What companies do: deals, strategy, products, people.

use super::{STAGE, field};
use crate::kind::{Kind, Life, Section, Shape};

pub(super) const CHIP_INTEREST: Kind = Kind {
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
        field(
            "licence",
            Shape::Text,
            "the licences that are needed, of export or import, and their state",
        ),
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
};

pub(super) const STRATEGY_PIVOT: Kind = Kind {
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
};

pub(super) const MERGER: Kind = Kind {
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
};

pub(super) const PARTNERSHIP: Kind = Kind {
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
};

pub(super) const CAPACITY_PROJECT: Kind = Kind {
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
};

pub(super) const PRODUCT: Kind = Kind {
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
};

pub(super) const EXECUTIVE_CHANGE: Kind = Kind {
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
};
