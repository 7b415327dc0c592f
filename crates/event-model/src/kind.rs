//! What a kind of event is: [`Kind`], its [`Field`]s and their [`Shape`]s, and
//! the [`Life`] that its threads lead.
//!
//! A kind is data. Validation, JSON Schema, the flags of the command line and
//! the projection all read the same description, so that they cannot differ.
//! The built-in kinds are in [`crate::kinds`], those that somebody declared in
//! [`crate::own_kinds`].

use crate::own_kinds::DataSchema;

/// A kind of event.
#[derive(Debug)]
pub struct Kind {
    /// The name in JSON: `chip_interest`.
    pub name: &'static str,
    /// What an event of this kind says, in a line.
    pub about: &'static str,
    /// The fields of `data`.
    pub fields: &'static [Field],
    /// The fields whose values together name the thread where none is given:
    /// of each group, the first that is there. Empty: each event is a thread of
    /// its own.
    pub thread_key: &'static [&'static [&'static str]],
    /// The stages, if its threads move through any.
    pub life: Option<Life>,
    /// Where a timeline shows it.
    pub section: Section,
    /// `data` of an example, as JSON.
    pub example: &'static str,
    /// The JSON Schema of `data`, of a kind that somebody declared; it then has no
    /// `fields`.
    pub schema: Option<&'static DataSchema>,
}

/// A field of `data`.
#[derive(Debug)]
pub struct Field {
    /// The name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether an event without it is refused.
    pub required: bool,
    /// What it means, in a line.
    pub about: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text that is not empty.
    Text,
    /// A list of texts.
    Texts,
    /// An EDTF date.
    Date,
    /// A stage of the kind's life.
    Stage,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A decimal number as a string: `"128.60"`.
    Decimal,
    /// An ISO 4217 currency code.
    Currency,
    /// A number as JSON.
    Number,
    /// How many: `{min, max, unit, hedge, shared_with}`.
    Quantity,
    /// How much money: `{value, min, max, currency, hedge}`, or a decimal string.
    Money,
    /// A month and a day, `MM-DD`.
    MonthDay,
    /// The id of an event.
    EventId,
    /// The name of a kind.
    KindName,
    /// A list of `{scheme, value, from, to}`.
    Identifiers,
    /// A list of `{code, type}`.
    Items,
    /// A slug, or an identifier with its scheme.
    Company,
    /// A JSON Schema.
    Schema,
}

/// The stages a thread moves through.
#[derive(Debug)]
pub struct Life {
    /// The field of `data` that holds the stage: `stage` or `status`.
    pub field: &'static str,
    /// The stages in their usual order. Skipping is normal.
    pub stages: &'static [&'static str],
    /// The stages that end a thread.
    pub ends: &'static [&'static str],
    /// The stages that stand beside the usual order (`paused`).
    pub aside: &'static [&'static str],
}

impl Life {
    /// Every stage: the usual ones, those beside them and the ends.
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        let more = self.aside.iter().chain(self.ends);
        let listed = self.stages.iter();
        listed
            .chain(more.filter(|stage| !self.stages.contains(stage)))
            .copied()
    }
}

/// Where a timeline shows the threads of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `strategy.pivots`
    Strategy,
    /// `earnings`, as a date to come
    EarningsDate,
    /// `earnings.reported`
    EarningsResult,
    /// `chips`
    Chips,
    /// `regulation`
    Regulation,
    /// `market`
    Market,
    /// `other`
    Other,
    /// `company`
    Company,
    /// Nowhere: it acts on other events.
    None,
}

/// Kinds are the same where their descriptions stand in the same place: each is
/// described once.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Kind {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The names of the fields of `data`, as far as the kind tells them.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        let names = self.fields.iter().map(|field| field.name);
        let of_schema = self.schema.into_iter().flat_map(DataSchema::field_names);
        names.chain(of_schema)
    }

    /// The built-in kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        crate::kinds::KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether a thread of this kind has come to its end.
    #[must_use]
    pub fn is_end(&self, stage: &str) -> bool {
        self.life
            .as_ref()
            .is_some_and(|life| life.ends.contains(&stage))
    }
}
