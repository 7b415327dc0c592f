//! Rules that are made, and what is said and foretold.

use super::{STAGE, field, required};
use crate::kind::{Kind, Life, Section, Shape};

pub(super) const REGULATORY_CHANGE: Kind = Kind {
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
};

pub(super) const STATEMENT: Kind = Kind {
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
};

pub(super) const FORECAST: Kind = Kind {
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
};
