//! An [`Event`]: one claim that one source made about one company.

mod content_id;
mod json;
mod source;
#[cfg(test)]
pub(crate) mod tests;

use crate::data::Data;
use crate::edtf::{Bounds, Edtf};
use crate::id::{EventId, Slug};
use crate::kind::Kind;
use crate::kinds;
use crate::redaction;
use crate::text::Text;
use crate::time::Published;
use crate::vocabulary::{Certainty, Confirmation, Fault, Level};

pub use json::{SCHEMA, StoredEventError};
pub use source::Source;

/// An event as the log keeps it: checked, its company a slug, its thread named.
///
/// What the log alone gives (position, version, recorded) is not part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The company it is about.
    pub company: Slug,
    /// The name of its kind. Kinds from elsewhere are kept.
    pub kind: Text,
    /// The matter it belongs to, within its company and kind.
    pub thread: Text,
    /// When it happened, as exactly as the source says. `None`: unknown.
    pub occurred: Option<Edtf>,
    /// When the source made it public.
    pub published: Published,
    /// Who stands behind it.
    pub certainty: Certainty,
    /// What the parties say of it.
    pub confirmation: Confirmation,
    /// What sort of claim it is.
    pub level: Level,
    /// Where it is from.
    pub source: Source,
    /// What happened, in the fields of its kind.
    pub data: Data,
    /// The event that this one only tells again.
    pub repeats: Option<EventId>,
    /// The earlier event whose claim this one corrects.
    pub supersedes: Option<EventId>,
    /// Whose error a correction or retraction mends.
    pub fault: Option<Fault>,
    /// Why: of a correction, or of a step back.
    pub reason: Option<Text>,
}

impl Event {
    /// The names of its fields, in the order in which they are written.
    pub const FIELDS: &'static [&'static str] = &[
        "id",
        "company",
        "kind",
        "thread",
        "occurred",
        "published",
        "certainty",
        "confirmation",
        "level",
        "source",
        "data",
        "repeats",
        "supersedes",
        "fault",
        "reason",
    ];

    /// The description of its kind, if that is built in.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        Kind::named(&self.kind)
    }

    /// The stage that it says its thread has reached, if its kind is built in.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        let field = self.kind()?.life.as_ref()?.field;
        self.data.text(field)
    }

    /// A text of `data`.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.data.text(field)
    }

    /// A date of `data`.
    #[must_use]
    pub fn date(&self, field: &str) -> Option<Edtf> {
        Edtf::parse(self.text(field)?).ok()
    }

    /// The event that it strikes: the target of a retraction, or what it
    /// supersedes.
    #[must_use]
    pub fn strikes(&self) -> Option<EventId> {
        match self.is_retraction() {
            true => self.target(),
            false => self.supersedes,
        }
    }

    /// Whether it is a retraction, or what is left of one.
    #[must_use]
    pub fn is_retraction(&self) -> bool {
        redaction::was(&self.kind, &self.data) == kinds::RETRACTION
    }

    /// Whether it is what is left of an event that was redacted.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        &*self.kind == kinds::REDACTED
    }

    /// The event of which it says that it was redacted, and the hash of what is left
    /// of that.
    #[must_use]
    pub fn redacts(&self) -> Option<(EventId, &str)> {
        let is_redaction = redaction::was(&self.kind, &self.data) == kinds::REDACTION;
        is_redaction.then(|| Some((self.target()?, self.text("left")?)))?
    }

    fn target(&self) -> Option<EventId> {
        self.text("target")?.parse().ok()
    }

    /// The first and the last day on which it can have happened. It cannot have
    /// happened after it was published.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let stated = self.occurred.as_ref().map_or(Bounds::ANY, Edtf::bounds);
        stated.cut_latest(self.published.day())
    }
}
