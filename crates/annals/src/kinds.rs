//! The kinds that a store knows: [`Store::kinds`], and how they become more:
//! [`Store::declare_kind`].
//!
//! They are declared by events in a stream of their own, and known from the
//! position of their declaration on, whatever is asked about and whenever it was
//! published.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use event_model::data::Data;
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::kind::Kind;
use event_model::kinds;
use event_model::limits::{KIND_DECLARATIONS_MAX, KIND_EVENTS_MAX};
use event_model::own_kinds::{self, Kinds, declared};
use event_model::problem::{Defect, Problem};
use event_model::time::{Day, Instant};
use projection::basis::{Cuts, Placed};
use projection::standing::Standing;
use serde_json::{Map, Value, json};

use crate::amend::{Amending, Amendment};
use crate::append::{AppendOptions, Appended};
use crate::error::{Error, LineProblem};
use crate::store::Store;

/// A kind of one's own, and the event that declares it.
#[derive(Debug, Clone)]
pub struct DeclaredKind {
    /// The kind.
    pub kind: &'static Kind,
    /// Its declaration.
    pub declaration: Placed,
}

/// The events that declare kinds, once somebody asked, with the version of their stream.
#[derive(Debug, Default)]
pub(crate) struct Declarations(Mutex<Option<(u64, Arc<[Placed]>)>>);

impl Store {
    /// The kinds that are known by a recorded cut: the built-in ones, and those
    /// that were declared by then.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn kinds(&self, recorded: Position) -> Result<Kinds, Error> {
        Ok(kinds_of(&self.declarations()?, recorded))
    }

    /// The kinds of one's own that are known by a recorded cut, by their names.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn declared_kinds(&self, recorded: Position) -> Result<Vec<DeclaredKind>, Error> {
        let declarations = self.declarations()?;
        let kinds = kinds_of(&declarations, recorded);
        let counting = counting(&declarations, recorded);
        let told = kinds.own().filter_map(|kind| {
            let mut last_first = counting.iter().rev();
            let declares = |placed: &&&Placed| placed.event.text("name") == Some(kind.name);
            let declaration = Placed::clone(last_first.find(declares)?);
            Some(DeclaredKind { kind, declaration })
        });
        Ok(told.collect())
    }

    /// Declares a kind, given what a `kind_declaration` holds. One that is declared
    /// just so already is told as known.
    ///
    /// # Errors
    ///
    /// As [`Store::append_lines`].
    pub fn declare_kind(
        &self,
        data: &Value,
        source: &str,
        options: AppendOptions,
    ) -> Result<Appended, Error> {
        let mut declaration = json!({
            "company": own_kinds::COMPANY,
            "kind": kinds::KIND_DECLARATION,
            "certainty": "official",
            "source": {"name": source},
            "data": data,
        });
        let mut put = |name: &str, value: Value| {
            if let Some(fields) = declaration.as_object_mut() {
                fields.insert(name.to_owned(), value);
            }
        };
        match self.declared_as(data)? {
            Some(event) => {
                let event = serde_json::to_value(&*event.event).unwrap_or_default();
                return self.append_value(&event, options);
            }
            None => {
                put("id", json!(self.new_id()));
                put("published", json!(self.now()));
            }
        }
        self.append_value(&declaration, options)
    }

    /// Takes the declarations of a kind back, all that there are of its name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKind`], or as [`Store::amend_file`].
    pub fn remove_kind(&self, name: &str, amendment: &Amendment) -> Result<Appended, Error> {
        let declarations = self.declarations()?;
        let declared = counting(&declarations, self.head().position);
        let declared = declared.into_iter().map(|placed| &*placed.event);
        let named = declared.filter(|event| event.text("name") == Some(name));
        // With the first version of each all of it goes; otherwise that would hold again.
        let mut firsts: BTreeSet<EventId> = BTreeSet::new();
        for event in named {
            let target = self.target(event.id)?;
            firsts.extend(target.versions().first().map(|first| first.id));
        }
        let ids: String = firsts.iter().map(|id| format!("{id}\n")).collect();
        if ids.is_empty() {
            return Err(Error::UnknownKind {
                name: name.to_owned(),
            });
        }
        let ids = &mut ids.as_bytes();
        self.amend_file("the declarations", ids, Amending::Retract, amendment)
    }

    /// The declaration that is in force and says just this.
    fn declared_as(&self, data: &Value) -> Result<Option<Placed>, Error> {
        let fields = data.as_object().cloned().unwrap_or_default();
        let fields: Map<String, Value> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect();
        let data = Data::from(fields);
        let declared = self.declared_kinds(self.head().position)?;
        let same = declared.into_iter().map(|own| own.declaration);
        Ok(same.into_iter().find(|placed| placed.event.data == data))
    }

    /// The events of the stream of declarations, as far as the log goes now.
    pub(crate) fn declarations(&self) -> Result<Arc<[Placed]>, Error> {
        let Ok(stream) = own_kinds::COMPANY.parse::<Slug>() else {
            return Ok([].into());
        };
        let kept = &self.kept_declarations().0;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.version(&stream)?;
        match &*kept {
            Some((of, declarations)) if *of == version => Ok(Arc::clone(declarations)),
            _ => {
                let declarations = self.history(&stream, self.head().position)?;
                let declarations: Arc<[Placed]> = declarations.into();
                *kept = Some((version, Arc::clone(&declarations)));
                Ok(declarations)
            }
        }
    }
}

/// The kinds that are declared by some events, which are in the order of their
/// positions.
pub(crate) fn kinds_of(events: &[Placed], recorded: Position) -> Kinds {
    let mut kinds = Kinds::built_in();
    if events.is_empty() {
        return kinds;
    }
    for placed in counting(events, recorded) {
        // One that an earlier version of this software took and this one refuses is
        // as good as none: its events are kept as those of an unknown kind. One whose
        // schema it cannot read lets them be what they are.
        if let Ok(kind) = declared(&placed.event.data) {
            kinds.add(kind);
        }
    }
    kinds
}

/// What is wrong with an event about kinds where there are as many as may be, since each
/// is read whenever a store is opened, and kept. When there are no more declarations, those
/// that are there can be taken back still.
pub(crate) fn one_too_many(declarations: &[Placed], event: &Event) -> Option<LineProblem> {
    let declares = |event: &Event| &*event.kind == kinds::KIND_DECLARATION;
    let told = |count: usize, unit, most| {
        (count >= most).then(|| {
            LineProblem::Event(Box::new(Problem {
                path: "kind".to_owned(),
                what: Defect::TooMuch {
                    actual: count + 1,
                    unit,
                    most,
                },
            }))
        })
    };
    if !declares(event) && !is_of_kinds(&event.company) {
        return None;
    }
    let all = "events about kinds in this store";
    let too_many = || told(declarations.len(), all, KIND_EVENTS_MAX);
    if !declares(event) {
        return too_many();
    }
    let declared = declarations.iter().filter(|it| declares(&it.event));
    let unit = "declarations in this store, those included that were taken back";
    told(declared.count(), unit, KIND_DECLARATIONS_MAX).or_else(too_many)
}

/// The declarations among some events that hold by a recorded cut.
fn counting(events: &[Placed], recorded: Position) -> Vec<&Placed> {
    let cuts = Cuts {
        known: Instant::LAST,
        on: Day::MAX,
        recorded,
    };
    let standing = Standing::of(events, &cuts);
    let placed = standing.counting().map(|stood| stood.placed);
    let declares = |placed: &&Placed| &*placed.event.kind == kinds::KIND_DECLARATION;
    placed.filter(declares).collect()
}

/// Whether a stream is that of declarations, and of no company.
pub(crate) fn is_of_kinds(stream: &Slug) -> bool {
    stream.as_str() == own_kinds::COMPANY
}
