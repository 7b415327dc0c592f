//! Questions to a store, and whether an error says that it is damaged: [`all`],
//! [`is_damage`].

use std::fmt::Write;
use std::io;
use std::path::Path;

use annals::listing::{Count, LogQuery, Order};
use annals::log_errors::{AppendError, EngineError, LogError, OpenError};
use annals::model::id::Position;
use annals::projection::event_filter::EventFilter;
use annals::{Error, Moment, Question, Recorded, Store};

use crate::claims::{COMPANIES, slug};
use crate::session::clock;

/// What a store answers to each question.
pub(super) type Answers = Vec<(&'static str, Result<String, Error>)>;

/// A question, and what it is called.
type Asked = (&'static str, fn(&Store) -> Result<String, Error>);

const QUESTIONS: &[Asked] = &[
    ("head", |store| Ok(format!("{:?}", store.head()))),
    ("head --tree", |store| Ok(store.tree_head()?.to_string())),
    ("at", at),
    ("find", find),
    ("log", log),
    ("show", show),
    ("export", export),
];

/// Days that are asked about.
const DAYS: [&str; 2] = ["2025-06-15", "2026-06-30"];

/// Asks a store as the program does: a cache that is found damaged is made again, and
/// all is asked once more.
pub(super) fn all(dir: &Path) -> Result<Answers, Error> {
    let answers = once(dir)?;
    if !answers.iter().any(|(_, answer)| is_of_cache(answer)) {
        return Ok(answers);
    }
    let store = Store::open(dir, clock())?;
    store.rebuild()?;
    store.close()?;
    once(dir)
}

fn once(dir: &Path) -> Result<Answers, Error> {
    let store = Store::open_to_read(dir, clock())?;
    let answers = QUESTIONS.iter().map(|(name, ask)| (*name, ask(&store)));
    Ok(answers.collect())
}

/// All events, as the log itself has them.
pub(super) fn export(store: &Store) -> Result<String, Error> {
    texts(store.read(Position(0), store.head().position))
}

/// All events, as the caches have them.
pub(super) fn log(store: &Store) -> Result<String, Error> {
    let query = everything(store);
    texts(store.listing(&query)?)
}

fn everything(store: &Store) -> LogQuery {
    LogQuery {
        company: None,
        filter: EventFilter::default(),
        known: None,
        after: Position(0),
        upto: store.head().position,
        count: Count::All,
        order: Order::OldestFirst,
    }
}

fn texts(events: impl Iterator<Item = Result<Recorded, Error>>) -> Result<String, Error> {
    let mut text = String::new();
    for event in events {
        let it = event?;
        let payload = String::from_utf8_lossy(&it.event.payload);
        let (position, version) = (it.position, it.version);
        let line = writeln!(
            text,
            "{position} {version} {} {} {payload}",
            it.recorded, it.hash
        );
        line.unwrap_or_default();
    }
    Ok(text)
}

fn at(store: &Store) -> Result<String, Error> {
    let mut text = String::new();
    for day in DAYS {
        let basis = store.basis(&Question::at(Moment::parse(day)?))?;
        for company in store.companies(&basis)? {
            let answer = store.at(&company, &basis)?;
            text.push_str(&serde_json::to_string(&answer).unwrap_or_default());
        }
    }
    Ok(text)
}

fn find(store: &Store) -> Result<String, Error> {
    let mut text = String::new();
    for day in DAYS {
        let basis = store.basis(&Question::at(Moment::parse(day)?))?;
        for company in 0..COMPANIES {
            let keys = [
                slug(company),
                format!("cik:{:010}", 7 + company),
                format!("Company {company}"),
            ];
            for key in keys {
                match store.find(&key, &basis.cuts) {
                    Err(error @ Error::Log(_)) => return Err(error),
                    found => text.push_str(&format!("{found:?}\n")),
                }
            }
        }
    }
    Ok(text)
}

/// Events by their ids: those of the sample that the log itself lists.
fn show(store: &Store) -> Result<String, Error> {
    let query = everything(store);
    let events: Vec<Recorded> = store.listing(&query)?.collect::<Result<_, _>>()?;
    let mut text = String::new();
    for event in events.iter().step_by(7) {
        let found = store.event(&event.event.id.to_string())?;
        let placed = store.placed(event.event.id)?.map(|placed| placed.position);
        text.push_str(&format!("{} {placed:?}\n", found.hash));
    }
    Ok(text)
}

fn is_of_cache(answer: &Result<String, Error>) -> bool {
    matches!(answer, Err(Error::Log(LogError::Cache { .. })))
}

/// Whether an error says that the store is damaged, for which the program ends with 6.
pub(super) fn is_damage(error: &Error) -> bool {
    match error {
        Error::StoredEvent { .. } => true,
        Error::Open(error) => of_open(error),
        Error::Log(error) => of_log(error),
        Error::Append(AppendError::Read { source }) => of_log(source),
        Error::Append(AppendError::OutcomeUnknown { source }) => of_engine(source),
        _ => false,
    }
}

fn of_open(error: &OpenError) -> bool {
    match error {
        OpenError::Damaged { .. }
        | OpenError::Cache { .. }
        | OpenError::FormatDamaged { .. }
        | OpenError::FormatMissing { .. }
        | OpenError::LogMissing { .. }
        | OpenError::Rewritten { .. }
        | OpenError::JournalForeign { .. }
        | OpenError::OtherEngine { .. } => true,
        OpenError::Engine { source } => of_engine(source),
        OpenError::Io { source, .. } => is_of_another_sort(source),
        _ => false,
    }
}

fn of_log(error: &LogError) -> bool {
    match error {
        LogError::Damaged { .. } | LogError::Cache { .. } => true,
        LogError::Engine { source } => of_engine(source),
        LogError::Open { source } => of_open(source),
        LogError::Io { source, .. } => is_of_another_sort(source),
        _ => false,
    }
}

fn of_engine(error: &EngineError) -> bool {
    match error {
        EngineError::Damaged(_) | EngineError::Sled(_) => true,
        EngineError::TurnOver(error) => of_log(error),
        _ => false,
    }
}

/// A folder where a file should be, or the reverse.
fn is_of_another_sort(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::IsADirectory || kind == io::ErrorKind::NotADirectory
}

/// What an error says, with all that led to it.
pub(super) fn told(error: &Error) -> String {
    let mut told = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        told.push_str(&format!(": {error}"));
        source = error.source();
    }
    told
}
