//! The join as SQLite is asked it: a correlated query that gives the answers of
//! annals.
//!
//! What the question needs of each event stands in tables of its own, clustered by
//! company and publication, and narrow; they are made before the time counts, with
//! the date from which on an event is struck, so that the query looks for no
//! correction. That is more than an index gives, and SQLite is not charged for
//! keeping it up.
//!
//! Two rules are left out, since no event of the workload is subject to them: a
//! forecast yields to a fact, and dates are cancelled.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use annals::model::edtf::Bounds;
use annals::model::event::{Event, SCHEMA};
use annals::model::id::{EventId, Slug};
use annals::model::kinds;
use annals::model::time::{Day, Instant, Zone, parse_day};
use annals::model::vocabulary::{Certainty, Fault};
use anyhow::{Context, Result};
use rusqlite::{Connection, params};

const TABLES: &str = "
    DROP TABLE IF EXISTS dates;
    CREATE TABLE dates (
        company TEXT, period TEXT, came INTEGER, published INTEGER, struck INTEGER, stage TEXT,
        official INTEGER, begun INTEGER, over INTEGER, date TEXT, last INTEGER, listed INTEGER,
        PRIMARY KEY (company, period, came)) WITHOUT ROWID;
    DROP TABLE IF EXISTS results;
    CREATE TABLE results (
        company TEXT, period TEXT, published INTEGER, position INTEGER, struck INTEGER,
        PRIMARY KEY (company, period, published, position)) WITHOUT ROWID;";

/// Of each open period the claim that came last of those that none beats, and of
/// those the next date.
///
/// A claim that is alone in its period prevails. Of several, each may have been on the
/// days that the most precise claims of its stage leave open within its own. Where
/// one is official, only those count that are; and who was over before another had begun
/// is beaten. The last day that any had begun by is the same with or without that.
const JOIN: &str = "
    SELECT company, day, (
        SELECT date FROM (
            SELECT date, last, listed, max(came) FROM dates AS claim
            WHERE company = asked.company AND published <= known AND struck > known
                AND NOT EXISTS (SELECT 1 FROM results
                    WHERE company = asked.company AND period = claim.period
                        AND published <= known AND struck > known)
                AND CASE
                    WHEN NOT EXISTS (SELECT 1 FROM dates AS other
                        WHERE company = asked.company AND period = claim.period
                            AND published <= known AND struck > known
                            AND other.came <> claim.came) THEN TRUE
                    ELSE EXISTS (
                        SELECT 1 FROM (SELECT
                            (SELECT max(begun) FROM dates
                                WHERE company = asked.company AND period = claim.period
                                    AND published <= known AND struck > known) AS by_any,
                            (SELECT max((SELECT min(begun) FROM dates AS precise
                                    WHERE company = asked.company AND period = claim.period
                                        AND published <= known AND struck > known
                                        AND stage = rival.stage AND begun >= rival.begun
                                        AND over <= rival.over AND IS_PRECISE))
                                FROM dates AS rival
                                WHERE company = asked.company AND period = claim.period
                                    AND published <= known AND struck > known
                                    AND official) AS by_official) AS begun
                        CROSS JOIN dates AS precise
                        WHERE (by_official IS NULL OR claim.official)
                            AND claim.over >= ifnull(by_official, by_any)
                            AND company = asked.company AND period = claim.period
                            AND published <= known AND struck > known
                            AND stage = claim.stage AND precise.begun >= claim.begun
                            AND over <= claim.over AND over >= ifnull(by_official, by_any)
                            AND IS_PRECISE)
                END
            GROUP BY period)
        ORDER BY last < today, iif(last < today, -listed, listed) LIMIT 1)
    FROM temp.asked ORDER BY number";

/// That no claim of the stage leaves fewer days open than `precise`.
const IS_PRECISE: &str = "NOT EXISTS (SELECT 1 FROM dates AS closer
    WHERE company = asked.company AND period = precise.period
        AND published <= known AND struck > known
        AND stage = precise.stage AND begun >= precise.begun AND over <= precise.over
        AND (begun > precise.begun OR over < precise.over))";

/// From when on the events are struck that are, and where corrections stand.
#[derive(Default)]
struct Strikes {
    from: HashMap<EventId, i64>,
    places: HashMap<EventId, i64>,
}

/// Makes the tables.
pub(super) fn make_tables(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    let strikes = Strikes::among(&transaction)?;
    let mut dates = Vec::new();
    for_each(&transaction, &mut |position, event| {
        match &*event.kind {
            kinds::EARNINGS_DATE => dates.push(Claimed::of(event, &strikes, position)?),
            kinds::EARNINGS_RESULT => insert_result(&transaction, &strikes, position, event)?,
            _ => {}
        }
        Ok(())
    })?;
    insert_dates(&transaction, dates)?;
    transaction.commit()?;
    Ok(connection.execute_batch("ANALYZE")?)
}

/// The events that bear on the question, in the order of their positions.
fn for_each(
    connection: &Connection,
    each: &mut dyn FnMut(i64, &Event) -> Result<()>,
) -> Result<()> {
    const SELECT: &str = "SELECT position, payload FROM events
        WHERE kind IN ('earnings_date', 'earnings_result', 'retraction') ORDER BY position";
    let mut statement = connection.prepare(SELECT)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let event = Event::from_stored(SCHEMA, row.get_ref(1)?.as_str()?.as_bytes())?;
        each(row.get(0)?, &event)?;
    }
    Ok(())
}

impl Strikes {
    fn among(connection: &Connection) -> Result<Self> {
        let mut strikes = Self::default();
        for_each(connection, &mut |position, event| {
            strikes.places.insert(event.id, position);
            let Some(target) = event.strikes() else {
                return Ok(());
            };
            let from = match event.fault {
                Some(Fault::Record) => i64::MIN,
                _ => event.published.instant().micros(),
            };
            let first = strikes.from.entry(target).or_insert(from);
            *first = from.min(*first);
            if let Some(place) = strikes.places.get(&target).copied() {
                strikes.places.insert(event.id, place);
            }
            Ok(())
        })?;
        Ok(strikes)
    }

    /// From when on an event is struck; never, if it is not.
    fn of(&self, event: &Event) -> i64 {
        self.from.get(&event.id).copied().unwrap_or(i64::MAX)
    }
}

/// A date that is claimed.
struct Claimed {
    company: Slug,
    period: String,
    published: i64,
    certainty: Certainty,
    place: i64,
    position: i64,
    struck: i64,
    stage: Option<String>,
    /// When the company said so: the first and the last day.
    occurred: [i64; 2],
    date: String,
    days: [i64; 2],
}

impl Claimed {
    fn of(event: &Event, strikes: &Strikes, position: i64) -> Result<Self> {
        let date = event.date("date").context("no date")?;
        Ok(Self {
            company: event.company.clone(),
            period: event.text("period").context("no period")?.to_owned(),
            published: event.published.instant().micros(),
            certainty: event.certainty,
            place: strikes.places.get(&event.id).copied().unwrap_or(position),
            position,
            struck: strikes.of(event),
            stage: event.text("status").map(str::to_owned),
            occurred: numbers(event.bounds())?,
            date: date.text().to_owned(),
            days: numbers(date.bounds())?,
        })
    }
}

/// Stores dates, each with its number in the order in which they came and in that in
/// which they are listed.
fn insert_dates(connection: &Connection, mut dates: Vec<Claimed>) -> Result<()> {
    const INSERT: &str = "INSERT INTO dates
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    dates.sort_by_key(|it| (it.published, it.certainty, it.place, it.position));
    let mut dates: Vec<(usize, Claimed)> = dates.into_iter().enumerate().collect();
    dates.sort_by_key(|(_, it)| (it.days, it.published, it.place, it.position));
    for (listed, (came, it)) in dates.iter().enumerate() {
        connection.prepare_cached(INSERT)?.execute(params![
            it.company.as_str(),
            it.period,
            i64::try_from(*came)?,
            it.published,
            it.struck,
            it.stage,
            it.certainty == Certainty::Official,
            it.occurred[0],
            it.occurred[1],
            it.date,
            it.days[1],
            i64::try_from(listed)?,
        ])?;
    }
    Ok(())
}

fn insert_result(
    connection: &Connection,
    strikes: &Strikes,
    position: i64,
    event: &Event,
) -> Result<()> {
    const INSERT: &str = "INSERT INTO results VALUES (?1, ?2, ?3, ?4, ?5)";
    if event.text("stage") == Some("preliminary") {
        return Ok(());
    }
    connection.prepare_cached(INSERT)?.execute(params![
        event.company.as_str(),
        event.text("period"),
        event.published.instant().micros(),
        position,
        strikes.of(event),
    ])?;
    Ok(())
}

fn numbers(bounds: Bounds) -> Result<[i64; 2]> {
    Ok([number(bounds.earliest)?, number(bounds.latest)?])
}

/// A day as a number; a side that is open comes before all.
fn number(day: Option<Day>) -> Result<i64> {
    let first = parse_day("1900-01-01")?;
    Ok(day.map_or(i64::MIN, |day| day.signed_duration_since(first).num_days()))
}

/// Answers the rows of a file, and writes them into another.
pub(super) fn join(connection: &Connection, rows: &Path, out: &Path) -> Result<u64> {
    take_in(connection, rows)?;
    let mut out = BufWriter::new(File::create(out)?);
    let mut statement = connection.prepare(&JOIN.replace("IS_PRECISE", IS_PRECISE))?;
    let mut found = statement.query([])?;
    let mut count = 0;
    while let Some(row) = found.next()? {
        let (company, day) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        let date = row.get_ref(2)?.as_str_or_null()?.unwrap_or_default();
        writeln!(out, "{company},{day},{date}")?;
        count += 1;
    }
    out.flush()?;
    Ok(count)
}

fn take_in(connection: &Connection, rows: &Path) -> Result<()> {
    const INSERT: &str = "INSERT INTO temp.asked VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.execute_batch(
        "CREATE TEMP TABLE asked (number INTEGER PRIMARY KEY, company TEXT, day TEXT,
            known INTEGER, today INTEGER); BEGIN",
    )?;
    let mut insert = connection.prepare(INSERT)?;
    let lines = BufReader::new(File::open(rows)?).lines();
    for (at, line) in lines.enumerate().skip(1) {
        let line = line?;
        let (company, day) = line.split_once(',').context("a row has two fields")?;
        let today = parse_day(day)?;
        let known = Instant::start_of(today, Zone::UTC).micros();
        insert.execute(params![
            i64::try_from(at)?,
            company,
            day,
            known,
            number(Some(today))?
        ])?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}
