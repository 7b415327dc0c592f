//! What tells of the record itself: companies, what strikes, links, kinds.

use super::{
    COMPANY, KIND_DECLARATION, REDACTED, REDACTION, RETRACTION, THREAD_LINK, field, required,
};
use crate::kind::{Kind, Section, Shape};

pub(super) const COMPANY_KIND: Kind = Kind {
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
};

pub(super) const RETRACTION_KIND: Kind = Kind {
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
};

pub(super) const REDACTION_KIND: Kind = Kind {
    name: REDACTION,
    about: "Says that what an earlier event said was erased",
    fields: &[
        required(
            "target",
            Shape::EventId,
            "the id of the event that was redacted",
        ),
        required("left", Shape::Text, "the hash of what is left of it"),
    ],
    thread_key: &[&["target"]],
    life: None,
    section: Section::None,
    example: r#"{"target":"01890000-0000-7000-8000-000000000000","left":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#,
    schema: None,
};

pub(super) const REDACTED_KIND: Kind = Kind {
    name: REDACTED,
    about: "Is what is left of an event that was redacted",
    fields: &[
        required("was", Shape::Text, "the kind that it was of"),
        field(
            "target",
            Shape::EventId,
            "the event that it acted on, where it was a retraction or redaction",
        ),
        field(
            "left",
            Shape::Text,
            "the hash of what is left of that, where it was a redaction",
        ),
    ],
    thread_key: &[],
    life: None,
    section: Section::None,
    example: r#"{"was":"statement"}"#,
    schema: None,
};

pub(super) const THREAD_LINK_KIND: Kind = Kind {
    name: THREAD_LINK,
    about: "Says that two threads are about the same matter",
    fields: &[
        required("of", Shape::KindName, "the kind of the threads"),
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
};

pub(super) const KIND_DECLARATION_KIND: Kind = Kind {
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
};
