//! Events of the log, a line each.

use annals::model::event::Event;
use annals::model::id::EventId;
use annals::model::kinds;
use annals::model::own_kinds::Kinds;
use annals::model::time::{Day, Zone};
use annals::projection::identity::identifiers_of;
use annals::{Error, Recorded, Store};
use serde_json::{Value, json};

use crate::error::CommandError;
use crate::output::Output;
use crate::render::table::width;
use crate::render::words;

/// So many events are gathered before their ids are shortened: many at once are
/// cheaper.
const EVENTS_AT_ONCE: usize = 4_096;

/// Ids as short as they are still unique in the log; whole where that cannot be told.
pub(crate) fn short_ids(store: &Store) -> impl Fn(EventId) -> String {
    |id| {
        let short = store.short_ids(&[id]).ok();
        let short = short.and_then(|mut ids| ids.pop());
        short.unwrap_or_else(|| id.to_string())
    }
}

/// Lines as they come, under a heading; or JSON Lines.
pub(crate) struct LogTable<'s> {
    store: &'s Store,
    style: LogStyle,
    /// The width of the column of ids, once there was one.
    id_width: Option<usize>,
}

/// How events are written.
pub(crate) struct LogStyle {
    /// As JSON Lines.
    pub(crate) as_json: bool,
    /// Whether the lines say which company they are of.
    pub(crate) names_company: bool,
    /// The zone of the days of publication.
    pub(crate) zone: Zone,
    /// The kinds that are known.
    pub(crate) kinds: Kinds,
}

impl<'s> LogTable<'s> {
    pub(crate) fn new(store: &'s Store, style: LogStyle) -> Self {
        Self {
            store,
            style,
            id_width: None,
        }
    }

    /// Writes events, and tells whether there were any.
    pub(crate) fn list(
        &mut self,
        events: impl Iterator<Item = Result<Recorded, Error>>,
        out: &mut Output,
    ) -> Result<bool, CommandError> {
        let mut found = false;
        let mut gathered = Vec::new();
        for recorded in events {
            let recorded = recorded?;
            found = true;
            if self.style.as_json {
                out.line(&json_line(&recorded))?;
                continue;
            }
            gathered.push(recorded);
            if gathered.len() == EVENTS_AT_ONCE {
                self.lines(&gathered, out)?;
                gathered.clear();
            }
        }
        self.lines(&gathered, out)?;
        Ok(found)
    }

    fn lines(&mut self, events: &[Recorded], out: &mut Output) -> Result<(), CommandError> {
        let ids: Vec<_> = events.iter().map(|it| it.event.id).collect();
        let ids = self.store.short_ids(&ids)?;
        let Some(widest) = ids.iter().map(String::len).max() else {
            return Ok(());
        };
        let id_width = match self.id_width {
            Some(id_width) => id_width,
            None => {
                out.line(&format!(
                    "{:>8}  {:widest$}  {:10}  what",
                    "position", "id", "published"
                ))?;
                *self.id_width.insert(widest)
            }
        };
        let most = usize::from(width(out.is_terminal()));
        for (recorded, id) in events.iter().zip(ids) {
            let line = self.line(recorded, &format!("{id:id_width$}"));
            out.line(&words::shortened(&line, most))?;
        }
        Ok(())
    }

    fn line(&self, recorded: &Recorded, id: &str) -> String {
        let event = &recorded.event;
        let whole = Event::from_stored(event.schema, &event.payload).ok();
        let day = self.day_of(recorded, whole.as_ref());
        let company = match self.style.names_company {
            true => format!("{} ", event.company),
            false => String::new(),
        };
        let kind = words::spaced(&event.kind);
        let summary = match &whole {
            Some(event) => self.summary(event),
            None => event.thread.to_string(),
        };
        let position = recorded.position;
        words::clean(&format!(
            "{position:>8}  {id}  {day}  {company}{kind}: {summary}"
        ))
    }

    /// The day of publication as it is written; of an instant, that of the zone.
    fn day_of(&self, recorded: &Recorded, event: Option<&Event>) -> Day {
        let written = event.and_then(|event| event.published.written_day());
        written.unwrap_or_else(|| recorded.event.published.local(self.style.zone).date())
    }

    fn summary(&self, event: &Event) -> String {
        let life = self.style.kinds.named(&event.kind);
        let life = life.and_then(|kind| kind.life.as_ref());
        summary(event, life.and_then(|life| event.text(life.field)))
    }
}

fn summary(event: &Event, stage: Option<&str>) -> String {
    if &*event.kind == kinds::COMPANY {
        return of_company(event);
    }
    if event.is_redacted() {
        let was = event.text("was").unwrap_or_default();
        return format!("{}, was {}", event.thread, words::spaced(was));
    }
    let stage = stage.map(words::spaced);
    let told = ["date", "text", "name", "value", "form", "target"];
    let more = told
        .iter()
        .find_map(|name| event.text(name))
        .map(str::to_owned);
    let thread = [event.thread.to_string()]
        .into_iter()
        // Those of what acts on an event are called by its id.
        .filter(|_| !event.is_retraction() && event.redacts().is_none());
    thread
        .chain(stage)
        .chain(more)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What an event tells of the company itself.
fn of_company(event: &Event) -> String {
    let name = event.text("name").map(str::to_owned);
    let successor = event.text("successor");
    let successor = successor.map(|slug| format!("succeeded by {slug}"));
    let list = event.data.value("identifiers");
    let identifiers = identifiers_of(list.as_ref()).map(|it| format!("{} {}", it.scheme, it.value));
    let told: Vec<String> = name
        .into_iter()
        .chain(successor)
        .chain(identifiers)
        .collect();
    told.join(", ")
}

/// An event as export writes it, and after its fields what the log gave it.
fn json_line(recorded: &Recorded) -> String {
    let payload = String::from_utf8_lossy(&recorded.event.payload);
    let fields = payload.strip_suffix('}').unwrap_or(&payload);
    let Recorded {
        position,
        version,
        recorded: at,
        hash,
        ..
    } = recorded;
    let given =
        json!({"position": position, "version": version, "recorded": at, "hash": hash.to_string()});
    let given = given.to_string();
    format!("{fields},{}", given.strip_prefix('{').unwrap_or(&given))
}

/// An event with what the log gave it, as JSON.
pub(crate) fn recorded_json(recorded: &Recorded) -> Value {
    let mut value: Value =
        serde_json::from_slice(&recorded.event.payload).unwrap_or_else(|_| json!({}));
    if let Some(fields) = value.as_object_mut() {
        fields.insert("position".to_owned(), json!(recorded.position));
        fields.insert("version".to_owned(), json!(recorded.version));
        fields.insert("recorded".to_owned(), json!(recorded.recorded));
        fields.insert("hash".to_owned(), json!(recorded.hash.to_string()));
    }
    value
}
