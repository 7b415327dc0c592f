//! PostgreSQL as a [`System`]: the same table as SQLite's, on a server.
//!
//! Each thread has a connection of its own; a single append is one transaction,
//! and the server lets those that wait share a sync. A file goes in by `COPY`,
//! 10,000 lines at a time, in one transaction. How the server is set up is up to
//! the user.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

use annals::model::draft::Referent;
use annals::model::event::{Event, SCHEMA};
use annals::model::id::{EventId, Position, Slug};
use annals::model::kinds;
use annals::projection::basis::Placed;
use annals::projection::fold::fold_without_events;
use annals::projection::timeline::Timeline;
use annals::{Clock, SystemClock};
use anyhow::{Context, Result, bail, ensure};
use postgres::{Client, GenericClient, NoTls, Statement};

use super::{Answers, Asked, Commit, Each, Kept, Past, System, check_line};

const NEW_TABLE: &str = "
    DROP SCHEMA IF EXISTS annals_bench CASCADE;
    CREATE SCHEMA annals_bench;
    CREATE TABLE annals_bench.events (
        position bigserial PRIMARY KEY,
        id text NOT NULL UNIQUE,
        company text NOT NULL,
        kind text NOT NULL,
        published bigint NOT NULL,
        payload text NOT NULL
    );
    CREATE INDEX ON annals_bench.events (company, position);
    CREATE INDEX ON annals_bench.events (published);";
const INSERT: &str = "INSERT INTO annals_bench.events (id, company, kind, published, payload)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
const COPY: &str = "COPY annals_bench.events (id, company, kind, published, payload) FROM STDIN";
const PAYLOAD: &str = "SELECT payload FROM annals_bench.events WHERE id = $1";
const DECLARED: &str = "SELECT EXISTS (SELECT 1 FROM annals_bench.events WHERE company = $1)";
const HISTORY: &str = "SELECT position, payload FROM annals_bench.events
    WHERE company = $1 AND position <= $2 ORDER BY position";

/// A server.
pub(super) struct Postgres {
    url: String,
    idle: Mutex<Vec<Session>>,
    declared: RwLock<HashSet<Slug>>,
}

/// A connection with its statements.
struct Session {
    client: Client,
    statements: Statements,
}

struct Statements {
    insert: Statement,
    payload: Statement,
    declared: Statement,
    history: Statement,
}

impl Session {
    fn open(url: &str) -> Result<Self> {
        let mut client = Client::connect(url, NoTls)?;
        let statements = Statements {
            insert: client.prepare(INSERT)?,
            payload: client.prepare(PAYLOAD)?,
            declared: client.prepare(DECLARED)?,
            history: client.prepare(HISTORY)?,
        };
        Ok(Self { client, statements })
    }
}

impl Postgres {
    /// The folder only says whether there is a store: without one, the schema is
    /// made anew.
    pub(super) fn open(dir: &Path, url: Option<&str>) -> Result<Self> {
        let url = url.context("PostgreSQL needs a URL")?;
        if !dir.exists() {
            Client::connect(url, NoTls)?.batch_execute(NEW_TABLE)?;
            std::fs::create_dir_all(dir)?;
        }
        Ok(Self {
            url: url.to_owned(),
            idle: Mutex::default(),
            declared: RwLock::default(),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let session = idle().pop();
        let mut session = session.map_or_else(|| Session::open(&self.url), Ok)?;
        let done = work(&mut session)?;
        idle().push(session);
        Ok(done)
    }
}

/// What a connection finds in the database, its own transaction included, and
/// what is to be copied there next.
struct Known<'s, C> {
    client: RefCell<&'s mut C>,
    statements: &'s Statements,
    declared: &'s RwLock<HashSet<Slug>>,
    next: &'s RefCell<HashMap<EventId, Event>>,
}

fn declare(declared: &RwLock<HashSet<Slug>>, slug: &Slug) {
    let mut declared = declared.write().unwrap_or_else(PoisonError::into_inner);
    declared.insert(slug.clone());
}

impl<C: GenericClient> Past for Known<'_, C> {
    fn has_company(&self, slug: &Slug) -> bool {
        let declared = || self.declared.read().unwrap_or_else(PoisonError::into_inner);
        if declared().contains(slug) {
            return true;
        }
        let mut client = self.client.borrow_mut();
        let row = client.query_one(&self.statements.declared, &[&slug.as_str()]);
        let found = row.and_then(|row| row.try_get(0)).unwrap_or_default();
        if found {
            declare(self.declared, slug);
        }
        found
    }

    fn referent(&self, id: EventId) -> Option<Referent> {
        if let Some(event) = self.next.borrow().get(&id) {
            return Some(Referent::of(event));
        }
        let mut client = self.client.borrow_mut();
        let row = client.query_opt(&self.statements.payload, &[&id.to_string()]);
        let payload: String = row.ok()??.try_get(0).ok()?;
        Event::from_stored(SCHEMA, payload.as_bytes())
            .ok()
            .map(|event| Referent::of(&event))
    }
}

impl System for Postgres {
    fn expect_threads(&self, threads: usize) -> Result<()> {
        let sessions = (0..threads).map(|_| Session::open(&self.url));
        let sessions = sessions.collect::<Result<Vec<_>>>()?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(sessions);
        Ok(())
    }

    fn append(&self, line: &str) -> Result<()> {
        self.with(|Session { client, statements }| {
            let known = Known {
                client: RefCell::new(client),
                statements,
                declared: &self.declared,
                next: &RefCell::default(),
            };
            let event = check_line(line, &known, SystemClock.now())?;
            let client = known.client.into_inner();
            let (id, payload) = (event.id.to_string(), event.to_json());
            let inserted = client.execute(
                &statements.insert,
                &[
                    &id,
                    &event.company.as_str(),
                    &&*event.kind,
                    &event.published.instant().micros(),
                    &payload,
                ],
            )?;
            if inserted == 0 {
                let there = client.query_one(&statements.payload, &[&id])?;
                let there: String = there.try_get(0)?;
                ensure!(there == payload, "id {id} is another event's");
            }
            Ok(())
        })
    }

    fn append_file(&self, path: &Path, _: Commit) -> Result<()> {
        let now = SystemClock.now();
        self.with(|Session { client, statements }| {
            let mut lines = BufReader::new(File::open(path)?).lines().peekable();
            let mut transaction = client.transaction()?;
            while lines.peek().is_some() {
                let next = RefCell::default();
                let mut rows = String::new();
                for line in lines.by_ref().take(Commit::Parts.lines()) {
                    let known = Known {
                        client: RefCell::new(&mut transaction),
                        statements,
                        declared: &self.declared,
                        next: &next,
                    };
                    let event = check_line(&line?, &known, now)?;
                    add_row(&mut rows, &event);
                    if &*event.kind == kinds::COMPANY {
                        declare(&self.declared, &event.company);
                    }
                    next.borrow_mut().insert(event.id, event);
                }
                let mut writer = transaction.copy_in(COPY)?;
                writer.write_all(rows.as_bytes())?;
                writer.finish()?;
            }
            Ok(transaction.commit()?)
        })
    }

    fn events(&self) -> Result<u64> {
        self.with(|session| {
            let select = "SELECT count(*) FROM annals_bench.events";
            let count: i64 = session.client.query_one(select, &[])?.try_get(0)?;
            Ok(count.unsigned_abs())
        })
    }

    fn answers(&self) -> Result<&dyn Answers> {
        Ok(self)
    }

    fn close(self: Box<Self>) -> Result<()> {
        let idle = self.idle.into_inner();
        for session in idle.unwrap_or_else(PoisonError::into_inner) {
            session.client.close()?;
        }
        Ok(())
    }
}

/// Adds a row in the text format of `COPY`.
fn add_row(rows: &mut String, event: &Event) {
    let published = event.published.instant().micros().to_string();
    let fields = [
        event.id.to_string(),
        event.company.to_string(),
        event.kind.to_string(),
        published,
        event.to_json().replace('\\', "\\\\"),
    ];
    rows.push_str(&fields.join("\t"));
    rows.push('\n');
}

impl Answers for Postgres {
    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline> {
        let cuts = asked.cuts()?;
        let recorded = i64::try_from(cuts.recorded.0)?;
        self.with(|Session { client, statements }| {
            let rows = client.query(&statements.history, &[&company.as_str(), &recorded])?;
            let event = |row: &postgres::Row| {
                let payload: &str = row.try_get(1)?;
                let position = Position(row.try_get::<_, i64>(0)?.unsigned_abs());
                let event = Event::from_stored(SCHEMA, payload.as_bytes())?;
                Ok(Placed::new(position, event))
            };
            let events = rows.iter().map(event).collect::<Result<Vec<_>>>()?;
            Ok(fold_without_events(company, &events, &cuts))
        })
    }

    fn at_all(&self, _: &Asked, _: Kept<'_>, _: Each<'_>) -> Result<()> {
        bail!("row (e) is not measured of PostgreSQL");
    }

    fn rebuild(&self) -> Result<()> {
        bail!("row (f) is not measured of PostgreSQL");
    }
}
