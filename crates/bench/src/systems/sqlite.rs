//! SQLite as a [`System`]: one table of the same events.
//!
//! It is set up as well as annals is: a write-ahead log that is synced at each
//! commit, statements prepared once, as much cache. Lines are checked by the
//! same code, and the same fold gives the answers. A single append is one
//! transaction; threads check their lines at the same time and take turns at the
//! one connection that writes, which is faster than connections of their own
//! that wait for its lock asleep.
//!
//! What annals does besides has no counterpart: versions of streams, a chain of
//! hashes, checksums, and telling every bad line of a file.

mod join;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use annals::model::draft::Referent;
use annals::model::event::{Event, SCHEMA};
use annals::model::id::{EventId, Position, Slug};
use annals::model::time::Instant;
use annals::projection::basis::Placed;
use annals::projection::fold::fold_without_events;
use annals::projection::timeline::Timeline;
use annals::{Clock, SystemClock};
use anyhow::{Result, ensure};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Answers, Asked, Commit, Each, Kept, Past, System, check_line};

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
    CREATE INDEX IF NOT EXISTS by_company ON events (company);
    CREATE INDEX IF NOT EXISTS by_publication ON events (published);";

/// A database.
pub(super) struct Sqlite {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    /// Companies that are known to be declared; others are looked for.
    declared: RwLock<HashSet<Slug>>,
}

impl Sqlite {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let path = dir.join("events.sqlite");
        let writer = connect(&path)?;
        writer.execute_batch(TABLE)?;
        Ok(Self {
            writer: Mutex::new(writer),
            reader: Mutex::new(connect(&path)?),
            declared: RwLock::default(),
        })
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
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

/// What a connection finds in the database, its own transaction included.
struct Known<'s> {
    connection: &'s Connection,
    declared: &'s RwLock<HashSet<Slug>>,
}

impl Past for Known<'_> {
    fn has_company(&self, slug: &Slug) -> bool {
        const SELECT: &str = "SELECT EXISTS (SELECT 1 FROM events WHERE company = ?1)";
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        if declared.contains(slug) {
            return true;
        }
        drop(declared);
        let find = || -> rusqlite::Result<bool> {
            self.connection
                .prepare_cached(SELECT)?
                .query_row([slug.as_str()], |row| row.get(0))
        };
        let found = find().unwrap_or_default();
        if found {
            let declared = self.declared.write();
            declared
                .unwrap_or_else(PoisonError::into_inner)
                .insert(slug.clone());
        }
        found
    }

    fn referent(&self, id: EventId) -> Option<Referent> {
        let payload = payload_of(self.connection, id).ok()??;
        Event::from_stored(SCHEMA, payload.as_bytes())
            .ok()
            .map(|event| Referent::of(&event))
    }
}

/// The same of a connection that is only taken where it is needed.
struct Looked<'s>(&'s Sqlite);

impl Looked<'_> {
    fn known<T>(&self, ask: impl FnOnce(&Known<'_>) -> T) -> T {
        ask(&Known {
            connection: &self.0.reader(),
            declared: &self.0.declared,
        })
    }
}

impl Past for Looked<'_> {
    fn has_company(&self, slug: &Slug) -> bool {
        let declared = self.0.declared.read();
        let declared = declared.unwrap_or_else(PoisonError::into_inner);
        if declared.contains(slug) {
            return true;
        }
        drop(declared);
        self.known(|known| known.has_company(slug))
    }

    fn referent(&self, id: EventId) -> Option<Referent> {
        self.known(|known| known.referent(id))
    }
}

fn now() -> Instant {
    SystemClock.now()
}

impl System for Sqlite {
    fn append(&self, line: &str) -> Result<()> {
        let event = check_line(line, &Looked(self), now())?;
        let mut writer = self.writer();
        let transaction = writer.transaction()?;
        insert(&transaction, &event)?;
        Ok(transaction.commit()?)
    }

    fn append_file(&self, path: &Path, commit: Commit) -> Result<()> {
        let now = now();
        let mut writer = self.writer();
        let mut lines = BufReader::new(File::open(path)?).lines().peekable();
        while lines.peek().is_some() {
            let transaction = writer.transaction()?;
            let known = Known {
                connection: &transaction,
                declared: &self.declared,
            };
            for line in lines.by_ref().take(commit.lines()) {
                insert(&transaction, &check_line(&line?, &known, now)?)?;
            }
            transaction.commit()?;
        }
        Ok(())
    }

    fn events(&self) -> Result<u64> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached("SELECT count(*) FROM events")?;
        let count: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    fn answers(&self) -> Result<&dyn Answers> {
        Ok(self)
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

impl Answers for Sqlite {
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
        Ok(fold_without_events(company, &events, &cuts))
    }

    fn at_all(&self, asked: &Asked, kept: Kept<'_>, each: Each<'_>) -> Result<()> {
        const SELECT: &str = "SELECT DISTINCT company FROM events ORDER BY company";
        let companies = {
            let reader = self.reader();
            let mut statement = reader.prepare_cached(SELECT)?;
            let slugs = statement.query_map([], |row| row.get(0))?;
            slugs.collect::<rusqlite::Result<Vec<String>>>()?
        };
        for company in companies {
            let company = company.parse()?;
            let answer = self.at(&company, asked)?;
            if answer.tally.visible > 0 {
                each(kept(&company).then_some(answer))?;
            }
        }
        Ok(())
    }

    /// Makes the indexes again, and replays all rows in order into a small state
    /// of each company.
    fn rebuild(&self) -> Result<()> {
        const REPLAY: &str = "SELECT position, payload FROM events ORDER BY position";
        let writer = self.writer();
        writer.execute_batch("REINDEX events")?;
        let mut states: HashMap<Slug, State> = HashMap::new();
        let mut statement = writer.prepare_cached(REPLAY)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let position = row.get::<_, i64>(0)?;
            let event = Event::from_stored(SCHEMA, row.get_ref(1)?.as_str()?.as_bytes())?;
            match states.get_mut(&event.company) {
                Some(state) => state.feed(position, &event),
                None => {
                    let mut state = State::default();
                    state.feed(position, &event);
                    states.insert(event.company, state);
                }
            }
        }
        std::hint::black_box(states);
        Ok(())
    }

    fn expect_join(&self) -> Result<()> {
        join::make_tables(&mut self.writer())
    }

    fn join(&self, rows: &Path, out: &Path) -> Result<u64> {
        join::join(&self.writer(), rows, out)
    }
}

/// What a replay keeps of a company: for each thread, how many claims it has
/// and which came last. It is less than annals keeps.
#[derive(Default)]
struct State {
    threads: HashMap<u64, (u32, i64)>,
}

impl State {
    fn feed(&mut self, position: i64, event: &Event) {
        let mut hasher = DefaultHasher::new();
        (&event.kind, &event.thread).hash(&mut hasher);
        let (count, last) = self.threads.entry(hasher.finish()).or_default();
        *count += 1;
        *last = position;
    }
}
