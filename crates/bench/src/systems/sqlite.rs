//! SQLite as a [`System`]: one table of the same events.
//!
//! It is set up as well as annals is: a write-ahead log that is synced at each
//! commit, statements prepared once, as much cache, one commit for all threads
//! that wait, and the declared companies in memory. Lines are checked by the
//! same code, and the same fold gives the answers.
//!
//! What annals does besides has no counterpart: versions of streams, a chain of
//! hashes, checksums, and telling every bad line of a file.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use annals::model::draft::Target;
use annals::model::event::{Event, SCHEMA};
use annals::model::id::{EventId, Position, Slug};
use annals::model::kinds;
use annals::model::time::Instant;
use annals::projection::basis::Placed;
use annals::projection::fold::fold;
use annals::projection::timeline::Timeline;
use annals::{Clock, SystemClock};
use anyhow::{Result, ensure};
use rusqlite::{Connection, OptionalExtension, params};

use super::intake::target_of;
use super::{Asked, Past, System, check_line};
use crate::group::Group;

/// annals gives sled this much.
const CACHE_KIB: i64 = 64 * 1024;
const STATEMENTS_MAX: usize = 32;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        company TEXT NOT NULL,
        kind TEXT NOT NULL,
        published INTEGER NOT NULL,
        payload TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS by_company ON events (company);";
const BY_PUBLICATION: &str = "CREATE INDEX IF NOT EXISTS by_publication ON events (published);";

/// Which indexes there are besides that of the ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indexes {
    /// By company (and position), and by publication.
    All,
    /// By company (and position).
    ByCompany,
}

/// A database.
pub(super) struct Sqlite {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    companies: RwLock<HashSet<Slug>>,
    group: Group<Event>,
}

impl Sqlite {
    pub(super) fn open(dir: &Path, indexes: Indexes) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let path = dir.join("events.sqlite");
        let writer = connect(&path)?;
        writer.execute_batch(TABLE)?;
        if indexes == Indexes::All {
            writer.execute_batch(BY_PUBLICATION)?;
        }
        let companies = RwLock::new(companies(&writer)?);
        Ok(Self {
            writer: Mutex::new(writer),
            reader: Mutex::new(connect(&path)?),
            companies,
            group: Group::default(),
        })
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores events in one transaction.
    fn commit(&self, events: &[Event]) -> Result<()> {
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        for event in events {
            insert(&transaction, event)?;
        }
        transaction.commit()?;
        self.declare(events);
        Ok(())
    }

    fn declare(&self, events: &[Event]) {
        for event in events {
            if &*event.kind == kinds::COMPANY {
                let companies = self.companies.write();
                companies
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(event.company.clone());
            }
        }
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

fn companies(connection: &Connection) -> Result<HashSet<Slug>> {
    let mut statement = connection.prepare_cached("SELECT DISTINCT company FROM events")?;
    let mut rows = statement.query([])?;
    let mut companies = HashSet::new();
    while let Some(row) = rows.next()? {
        companies.insert(row.get_ref(0)?.as_str()?.parse()?);
    }
    Ok(companies)
}

/// Stores an event; the same one again is no error.
fn insert(connection: &Connection, event: &Event) -> Result<()> {
    const INSERT: &str = "INSERT INTO events (id, company, kind, published, payload)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING";
    let payload = event.to_json();
    let inserted = connection.prepare_cached(INSERT)?.execute(params![
        event.id.0.as_bytes(),
        event.company.as_str(),
        &*event.kind,
        event.published.instant().micros(),
        payload,
    ])?;
    if inserted == 0 {
        let there = payload_of(connection, event.id)?;
        ensure!(there == Some(payload), "id {} is another event's", event.id);
    }
    Ok(())
}

fn payload_of(connection: &Connection, id: EventId) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT payload FROM events WHERE id = ?1")?;
    Ok(statement
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// What is in the database, and companies that are not in it yet.
struct Known<'s> {
    connection: &'s Mutex<Connection>,
    companies: &'s RwLock<HashSet<Slug>>,
}

impl Past for Known<'_> {
    fn has_company(&self, slug: &Slug) -> bool {
        let companies = self.companies.read();
        companies
            .unwrap_or_else(PoisonError::into_inner)
            .contains(slug)
    }

    fn target(&self, id: EventId) -> Option<Target> {
        let connection = self.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        target(&connection, id)
    }
}

fn target(connection: &Connection, id: EventId) -> Option<Target> {
    let payload = payload_of(connection, id).ok()??;
    Event::from_stored(SCHEMA, payload.as_bytes())
        .ok()
        .map(target_of)
}

/// The same within a transaction, which sees its own events.
struct Within<'t> {
    transaction: &'t Connection,
    companies: HashSet<Slug>,
}

impl Past for Within<'_> {
    fn has_company(&self, slug: &Slug) -> bool {
        self.companies.contains(slug)
    }

    fn target(&self, id: EventId) -> Option<Target> {
        target(self.transaction, id)
    }
}

fn now() -> Instant {
    SystemClock.now()
}

impl System for Sqlite {
    fn append(&self, line: &str) -> Result<()> {
        let known = Known {
            connection: &self.reader,
            companies: &self.companies,
        };
        let event = check_line(line, &known, now())?;
        self.group.submit(event, |events| self.commit(&events))
    }

    fn append_file(&self, path: &Path) -> Result<()> {
        let now = now();
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        let companies = self.companies.read();
        let companies = companies.unwrap_or_else(PoisonError::into_inner).clone();
        let mut within = Within {
            transaction: &transaction,
            companies,
        };
        for line in BufReader::new(File::open(path)?).lines() {
            let event = check_line(&line?, &within, now)?;
            insert(&transaction, &event)?;
            if &*event.kind == kinds::COMPANY {
                within.companies.insert(event.company);
            }
        }
        let companies = within.companies;
        transaction.commit()?;
        *self
            .companies
            .write()
            .unwrap_or_else(PoisonError::into_inner) = companies;
        Ok(())
    }

    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline> {
        // The index by company holds the positions in order, too.
        const SELECT: &str = "SELECT position, payload FROM events
            WHERE company = ?1 AND position <= ?2 ORDER BY position";
        let cuts = asked.cuts()?;
        let reader = self.reader();
        let mut statement = reader.prepare_cached(SELECT)?;
        let mut rows =
            statement.query(params![company.as_str(), i64::try_from(cuts.recorded.0)?])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let payload = row.get_ref(1)?.as_str()?;
            let position = Position(row.get::<_, i64>(0)?.unsigned_abs());
            let event = Event::from_stored(SCHEMA, payload.as_bytes())?;
            events.push(Placed::new(position, event));
        }
        Ok(fold(company, &events, &cuts))
    }

    fn companies(&self) -> Result<Vec<Slug>> {
        let mut slugs: Vec<Slug> = companies(&self.reader())?.into_iter().collect();
        slugs.sort_unstable();
        Ok(slugs)
    }

    /// Makes the indexes again, and replays all rows for what annals keeps in
    /// its directory: the events that tell what companies are called.
    fn rebuild(&self) -> Result<()> {
        const REPLAY: &str =
            "SELECT position, id, company, kind, published, payload FROM events ORDER BY position";
        let writer = self.writer();
        writer.execute_batch("REINDEX events")?;
        let mut found = HashSet::new();
        let mut statement = writer.prepare_cached(REPLAY)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let kind = row.get_ref(3)?.as_str()?;
            let payload = row.get_ref(5)?.as_str()?;
            if kind == kinds::COMPANY || kind == kinds::RETRACTION {
                let event = Event::from_stored(SCHEMA, payload.as_bytes())?;
                if kind == kinds::COMPANY {
                    found.insert(event.company);
                }
            }
        }
        *self
            .companies
            .write()
            .unwrap_or_else(PoisonError::into_inner) = found;
        Ok(())
    }

    fn events(&self) -> Result<u64> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached("SELECT count(*) FROM events")?;
        let count: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    fn close(self: Box<Self>) -> Result<()> {
        let close = |connection: Mutex<Connection>| {
            let connection = connection
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner);
            connection.close().map_err(|(_, error)| error)
        };
        close(self.reader)?;
        Ok(close(self.writer)?)
    }
}
