//! The kinds that the store knows. `docs/events.md` tells of them at length.

mod business;
mod record;
mod results;
mod words;

use crate::kind::{Field, Kind, Shape};

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
/// The kind of the events that say that another was redacted.
pub const REDACTION: &str = "redaction";
/// The kind of what is left of an event that was redacted.
pub const REDACTED: &str = "redacted";
/// The kind of the events that declare a kind.
pub const KIND_DECLARATION: &str = "kind_declaration";
/// The kind of the events by which two threads are one.
pub const THREAD_LINK: &str = "thread_link";
/// The kind of the events about when results come.
pub const EARNINGS_DATE: &str = "earnings_date";
/// The kind of the events that tell a price, or how it has moved.
pub const PRICE_OBSERVATION: &str = "price_observation";
/// The kind of the events with results.
pub const EARNINGS_RESULT: &str = "earnings_result";

/// Every kind, in the order in which help and documents list them.
pub static KINDS: &[Kind] = &[
    business::CHIP_INTEREST,
    business::STRATEGY_PIVOT,
    results::EARNINGS_DATE,
    results::EARNINGS_RESULT,
    words::REGULATORY_CHANGE,
    results::GUIDANCE,
    business::MERGER,
    business::PARTNERSHIP,
    business::CAPACITY_PROJECT,
    business::PRODUCT,
    business::EXECUTIVE_CHANGE,
    results::FILING,
    results::RESTATEMENT,
    words::STATEMENT,
    words::FORECAST,
    results::PRICE_OBSERVATION,
    record::COMPANY_KIND,
    record::RETRACTION_KIND,
    record::REDACTION_KIND,
    record::REDACTED_KIND,
    record::THREAD_LINK_KIND,
    record::KIND_DECLARATION_KIND,
];
