//! Which claims have a say in a field, and what each states: [`Matter`].

use event_model::event::Event;
use event_model::kind::Kind;
use event_model::vocabulary::Confirmation;
use serde_json::{Value, json};

use crate::item::{Item, is_of_every_thread};
use crate::same::say_the_same;
use crate::thread::Thread;

/// What is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matter {
    /// A field of `data`.
    Data(String),
    /// What the parties say.
    Confirmation,
    /// The leading claim: a field that is read off it, or all of it. It is the one
    /// that decides the stage, where any tells one.
    Lead {
        /// The field that holds the stage.
        stage: Option<String>,
        /// The field that is read off it.
        shown: Option<String>,
    },
    /// The identifiers of a company, of a scheme or of all.
    Identifiers(Option<String>),
}

impl Matter {
    /// All that a claim says.
    pub(super) const LEAD: Self = Self::Lead {
        stage: None,
        shown: None,
    };

    /// The matter behind a field of a thread.
    pub(super) fn of(item: Item<'_>, field: Option<&str>) -> Self {
        let view = item.view();
        let life = view.kind().and_then(|kind| kind.life.as_ref());
        let stage = life.map(|life| life.field.to_owned());
        let lead = |shown: Option<&str>| Self::Lead {
            stage: stage.clone(),
            shown: shown.map(str::to_owned),
        };
        match (item, field) {
            (Item::Date(_), None | Some("earliest" | "latest" | "overdue" | "moves")) => {
                Self::Data("date".to_owned())
            }
            (Item::Rule(_), Some("force" | "in_force")) => Self::Data("effective".to_owned()),
            (_, Some("confirmation")) => Self::Confirmation,
            (_, Some("stage" | "open")) => match &stage {
                Some(stage) => Self::Data(stage.clone()),
                None => lead(None),
            },
            (_, Some(field)) if view.fields.get(field).is_some() => Self::Data(field.to_owned()),
            (_, Some(field)) if is_of_every_thread(field) => lead(Some(field)),
            // Nobody states it, or it is `data` as a whole.
            (_, Some("data") | None) => lead(None),
            (_, Some(field)) => Self::Data(field.to_owned()),
        }
    }

    /// The same in a thread: where no claim tells a stage, the leading one is found
    /// among all.
    pub(super) fn in_thread(&self, thread: &Thread) -> Self {
        match self {
            Self::Lead {
                stage: Some(stage),
                shown,
            } if !thread
                .counting()
                .any(|claim| claim.event.data.contains(stage)) =>
            {
                Self::Lead {
                    stage: None,
                    shown: shown.clone(),
                }
            }
            matter => matter.clone(),
        }
    }

    /// Whether two claims of a kind state the same of it.
    pub(super) fn is_alike(
        &self,
        kind: Option<&Kind>,
        one: Option<Value>,
        other: Option<&Value>,
    ) -> bool {
        match (self, &one, other) {
            (Self::Data(field), Some(one), Some(other)) => say_the_same(kind, field, one, other),
            _ => one.as_ref() == other,
        }
    }

    /// What an event states of it, if it has a say.
    pub(super) fn states(&self, event: &Event) -> Option<Value> {
        match self {
            Self::Data(field) => event.data.value(field),
            Self::Confirmation => {
                let says = event.confirmation != Confirmation::Unstated;
                says.then(|| json!(event.confirmation))
            }
            Self::Lead { stage, shown } => {
                if stage
                    .as_ref()
                    .is_some_and(|stage| !event.data.contains(stage))
                {
                    return None;
                }
                Some(match (shown.as_deref(), stage) {
                    (Some("certainty"), _) => json!(event.certainty),
                    (Some("source"), _) => json!(event.source.name),
                    (Some("published"), _) => json!(event.published.text()),
                    (Some("occurred" | "earliest" | "latest" | "occurrence"), _) => {
                        json!(event.occurred)
                    }
                    (_, Some(stage)) => event.data.value(stage)?,
                    (_, None) => Value::Object(event.data.to_map()),
                })
            }
            Self::Identifiers(scheme) => {
                let list = event.data.value("identifiers")?;
                let is_wanted = |item: &&Value| {
                    scheme
                        .as_ref()
                        .is_none_or(|scheme| item["scheme"] == **scheme)
                };
                let wanted = list.as_array()?.iter().filter(is_wanted);
                let wanted: Vec<Value> = wanted.cloned().collect();
                (!wanted.is_empty()).then_some(Value::Array(wanted))
            }
        }
    }

    pub(super) fn is_quantity(&self) -> bool {
        matches!(self, Self::Data(field) if field == "quantity")
    }

    /// Whether it is about when something happened.
    pub(super) fn is_of_dates(&self) -> bool {
        let dates = ["occurred", "earliest", "latest", "occurrence"];
        matches!(self, Self::Lead { shown: Some(shown), .. } if dates.contains(&shown.as_str()))
    }

    /// The field by which it is decided.
    pub(super) fn decided_by(&self) -> Option<String> {
        match self {
            Self::Data(field) => Some(field.clone()),
            Self::Confirmation => Some("confirmation".to_owned()),
            Self::Lead { stage, .. } => stage.clone(),
            Self::Identifiers(_) => Some("identifiers".to_owned()),
        }
    }
}
