//! Every value that a field has had: [`Store::vintages`].

use std::sync::Arc;

use event_log::EventLog;
use event_model::event::Event;
use event_model::id::{Position, Slug};
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use projection::basis::{Basis, Placed};
use projection::fold::fold_without_events;
use projection::history::{self, AskedDay, History, Revision};
use projection::path::Path;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::kinds::kinds_of;
use crate::store::Store;

/// On which clock values follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VintageClock {
    /// As more was published. The day asked about goes along with what is known.
    Published,
    /// The same, and the day asked about stays that of the basis.
    PublishedOnDay,
    /// As the log grew. The question stays that of the basis.
    Recorded,
}

/// The values that a field has had, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Vintages {
    /// The clock.
    pub clock: VintageClock,
    /// The values.
    pub steps: Vec<Vintage>,
    /// The first release against the latest, if there were any.
    pub revision: Option<Revision>,
}

/// A value that a field has had.
#[derive(Debug, Clone, PartialEq)]
pub struct Vintage {
    /// The value.
    pub value: Value,
    /// From when on it stood.
    pub from: Point,
    /// From when on it did not stand any more; `None` if it stands.
    pub to: Option<Point>,
    /// The events that made it, one after the other.
    pub events: Vec<Arc<Event>>,
}

/// A point of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// An instant of publication.
    Known(Instant),
    /// A position of the log, and when it was recorded.
    Recorded(Position, Option<Instant>),
}

impl Store {
    /// Tells every value that a path has had, up to a basis.
    ///
    /// # Errors
    ///
    /// [`Error::NothingThere`] if it never had one; [`Error::Log`] or
    /// [`Error::StoredEvent`] if events cannot be read.
    pub fn vintages(
        &self,
        company: &Slug,
        basis: &Basis,
        clock: VintageClock,
        path: &Path,
    ) -> Result<Vintages, Error> {
        self.reaches(basis)?;
        let asked = match clock {
            VintageClock::Recorded => return self.recorded_vintages(company, basis, path),
            VintageClock::Published => AskedDay::GoAlong,
            VintageClock::PublishedOnDay => AskedDay::Stay(basis.cuts.on),
        };
        let events = self.history(company, basis.cuts.recorded)?;
        let read = (&basis.kinds, &basis.filter);
        let walk = (basis.cuts.known, asked);
        let told = history::as_published(company, &events, read, walk, path);
        let steps = steps(&told, |known| Ok(Point::Known(known)))?;
        let revision = told.revision(path, &basis.kinds);
        Self::vintages_of((clock, steps, revision), (company, &events, basis), path)
    }

    fn recorded_vintages(
        &self,
        company: &Slug,
        basis: &Basis,
        path: &Path,
    ) -> Result<Vintages, Error> {
        let events = self.history(company, basis.cuts.recorded)?;
        let declarations = self.declarations()?;
        let kinds = |recorded: Position| -> Kinds { kinds_of(&declarations, recorded) };
        let declared: Vec<Position> = declarations.iter().map(|it| it.position).collect();
        let question = (&basis.cuts, &basis.filter);
        let kinds = (&kinds as &dyn Fn(Position) -> Kinds, &*declared);
        let told = history::as_recorded(company, &events, kinds, question, path);
        let steps = steps(&told, |position| {
            let head = self.log().head_at(position)?;
            let recorded = head.and_then(|head| head.recorded);
            Ok(Point::Recorded(position, recorded))
        })?;
        let revision = told.revision(path, &basis.kinds);
        let told = (VintageClock::Recorded, steps, revision);
        Self::vintages_of(told, (company, &events, basis), path)
    }

    fn vintages_of(
        (clock, steps, revision): (VintageClock, Vec<Vintage>, Option<Revision>),
        (company, events, basis): (&Slug, &[Placed], &Basis),
        path: &Path,
    ) -> Result<Vintages, Error> {
        if steps.is_empty() {
            let timeline = fold_without_events(company, events, basis);
            // A thread that is there says nothing of it; others are no help.
            let is_there = !path.find(&timeline).values.is_empty();
            let threads = if is_there {
                Vec::new()
            } else {
                path.names(&timeline)
            };
            return Err(Error::NothingThere {
                path: path.to_string(),
                threads,
            });
        }
        Ok(Vintages {
            clock,
            steps,
            revision,
        })
    }
}

fn steps<C: Copy + Ord>(
    told: &History<C>,
    point: impl Fn(C) -> Result<Point, Error>,
) -> Result<Vec<Vintage>, Error> {
    let mut steps = Vec::with_capacity(told.steps.len());
    for (at, step) in told.steps.iter().enumerate() {
        let next = told.steps.get(at + 1).map(|next| point(next.from));
        steps.push(Vintage {
            value: step.value.clone(),
            from: point(step.from)?,
            to: next.transpose()?,
            events: step.events.clone(),
        });
    }
    Ok(steps)
}

impl Vintage {
    /// The first of the events that made it.
    #[must_use]
    pub fn event(&self) -> Option<&Arc<Event>> {
        self.events.first()
    }
}

impl Serialize for Vintages {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let clock = match self.clock {
            VintageClock::Recorded => "recorded",
            _ => "published",
        };
        json!({"clock": clock, "values": self.steps, "revision": self.revision})
            .serialize(serializer)
    }
}

impl Serialize for Vintage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = self.event();
        let mut fields = json!({
            "value": self.value,
            "event": first.map(|event| event.id),
            "source": first.map(|event| &event.source.name),
            "published": first.map(|event| event.published.text()),
            "events": history::ids(&self.events),
        });
        let mut put = |name: &str, value: Value| {
            if let Some(fields) = fields.as_object_mut() {
                fields.insert(name.to_owned(), value);
            }
        };
        match self.from {
            Point::Known(known) => {
                put("known_from", json!(known));
                put("known_to", json!(self.to.and_then(Point::known)));
            }
            Point::Recorded(position, recorded) => {
                let to = self.to.and_then(Point::recorded);
                put("position_from", json!(position));
                put("position_to", json!(to.map(|(position, _)| position)));
                put("recorded_from", json!(recorded));
                put("recorded_to", json!(to.and_then(|(_, recorded)| recorded)));
            }
        }
        fields.serialize(serializer)
    }
}

impl Point {
    fn known(self) -> Option<Instant> {
        match self {
            Self::Known(known) => Some(known),
            Self::Recorded(..) => None,
        }
    }

    fn recorded(self) -> Option<(Position, Option<Instant>)> {
        match self {
            Self::Known(_) => None,
            Self::Recorded(position, recorded) => Some((position, recorded)),
        }
    }
}
