//! What was known at the moment of each row of a table: [`Store::join`].
//!
//! Rows come and go in their order. They are taken in batches: those of a batch
//! are answered company by company, side by side, so that the events of a company
//! are read once for all of its rows, and only those that bear on the fields that
//! are asked for.
//!
//! - `moment`: from the text of a row to its instant
//! - `keys`: from the text of a row to its company
//! - `company`: the rows of a company

mod company;
mod keys;
mod moment;

use event_log::EventLog;
use event_model::id::{Position, Slug};
use event_model::time::{Instant, TimeError};
use projection::basis::{Basis, Cuts, Placed};
use projection::path::Path;
use serde_json::Value;

pub use self::moment::{RowClock, RowTime, parse_lag};

use self::company::CompanyRows;
use self::keys::Keys;
use crate::error::Error;
use crate::store::Store;

/// The most rows that are answered at once. The more they are, the more of them
/// share what is read of a company; they are held in memory meanwhile.
const BATCH_ROWS: usize = 1 << 19;
/// The bytes of rows that are answered at once; rows are seldom so long that it counts.
const BATCH_BYTES: usize = 256 << 20;
/// About how many rows are one job for a thread.
const JOB_ROWS: usize = 1 << 12;

/// What is asked of each row.
#[derive(Debug, Clone)]
pub struct JoinQuestion {
    /// The fields, each a path into the timeline of its company.
    pub fields: Vec<Path>,
    /// How moments are read.
    pub clock: RowClock,
    /// What was published, or recorded, so many microseconds before the moment of a
    /// row is not known at it.
    pub lag_us: i64,
    /// On which clock the moment of a row is.
    pub knowledge: Knowledge,
}

/// What the moment of a row cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// What was published by then is known.
    Published,
    /// The log is read as it stood then.
    Recorded,
}

/// A row: whom and when it is about, and whatever goes along with it.
#[derive(Debug, Clone)]
pub struct JoinRow<R> {
    /// The key of a company: a slug, or an identifier that it had on that day.
    pub company: String,
    /// A day, or an instant.
    pub moment: String,
    /// What goes along.
    pub row: R,
    /// About what that takes in memory, in bytes.
    pub row_bytes: usize,
}

/// Why a row has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// It names no company.
    #[error("has no company")]
    NoCompany,
    /// No company had that key on that day.
    #[error("no company {key:?} on {on}{}", instead(near))]
    UnknownCompany {
        /// The key.
        key: String,
        /// The day.
        on: String,
        /// Names that look like it.
        near: Vec<String>,
    },
    /// Several companies had it.
    #[error("{key:?} is more than one company on {on}: {}", names(matches))]
    AmbiguousCompany {
        /// The key.
        key: String,
        /// The day.
        on: String,
        /// The companies.
        matches: Vec<Slug>,
    },
    /// It says no date.
    #[error("has no date")]
    NoMoment,
    /// It has no date that can be read.
    #[error(transparent)]
    Time(#[from] TimeError),
}

fn instead(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

fn names(slugs: &[Slug]) -> String {
    let names: Vec<&str> = slugs.iter().map(Slug::as_str).collect();
    names.join(", ")
}

/// A row that is waiting for its answer.
#[derive(Debug, Clone)]
struct Asked {
    company: Slug,
    cuts: Cuts,
    /// Which row of its batch it is.
    at: usize,
}

impl Store {
    /// Answers each row of a table with what was known at its moment, and gives it
    /// back with what goes along, in the order of the rows.
    ///
    /// `basis` says how far the log is read and which claims are heard; its other
    /// cuts play no part. `made` makes something of the values of a row, one for each
    /// field, on one of several threads. Memory is bounded, however many rows there
    /// are.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; what `rows` and `take` give. A row
    /// at fault is no error, and is told to `take`.
    pub fn join<R, T: Send, E: From<Error>>(
        &self,
        rows: impl Iterator<Item = Result<JoinRow<R>, E>>,
        question: &JoinQuestion,
        basis: &Basis,
        made: impl Fn(&[Value]) -> T + Sync,
        mut take: impl FnMut(R, Result<T, RowProblem>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut keys = Keys::new(self, basis.cuts.recorded);
        let mut batch = Batch::default();
        for row in rows {
            let row = row?;
            let asked = self.settle(&row.company, &row.moment, question, basis, &mut keys)?;
            // What is wrong with a moment says it again.
            batch.bytes += row.row_bytes + row.moment.len();
            batch.push(row.row, asked);
            if batch.rows.len() == BATCH_ROWS || batch.bytes >= BATCH_BYTES {
                let full = std::mem::take(&mut batch);
                self.answer_batch(full, question, basis, &made, &mut take)?;
            }
        }
        self.answer_batch(batch, question, basis, &made, &mut take)
    }

    fn answer_batch<R, T: Send, E: From<Error>>(
        &self,
        batch: Batch<R>,
        question: &JoinQuestion,
        basis: &Basis,
        made: &(impl Fn(&[Value]) -> T + Sync),
        take: &mut impl FnMut(R, Result<T, RowProblem>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Batch {
            rows, mut asked, ..
        } = batch;
        asked.sort_unstable_by(|one, other| {
            let by_moment = |it: &Asked| (it.cuts.known, it.cuts.on, it.at);
            let companies = one.company.cmp(&other.company);
            companies.then_with(|| by_moment(one).cmp(&by_moment(other)))
        });
        let mut answers: Vec<Option<T>> = Vec::new();
        answers.resize_with(rows.len(), || None);
        event_log::side_by_side(
            jobs(&asked).map(Ok),
            |job| self.answer(job, question, basis, made),
            |told: Result<Vec<(usize, T)>, Error>| {
                for (at, answer) in told? {
                    if let Some(place) = answers.get_mut(at) {
                        *place = Some(answer);
                    }
                }
                Ok::<_, Error>(())
            },
        )?;
        for ((row, problem), answer) in rows.into_iter().zip(answers) {
            match (answer, problem) {
                (Some(answer), _) => take(row, Ok(answer))?,
                (None, problem) => take(row, Err(problem.map_or(RowProblem::NoMoment, |it| *it)))?,
            }
        }
        Ok(())
    }

    /// The company of a row and the cuts of its moment.
    fn settle(
        &self,
        company: &str,
        moment: &str,
        question: &JoinQuestion,
        basis: &Basis,
        keys: &mut Keys<'_>,
    ) -> Result<Result<(Slug, Cuts), RowProblem>, Error> {
        let moment = match question.clock.read(moment.trim()) {
            Ok(moment) => moment,
            Err(_) if moment.trim().is_empty() => return Ok(Err(RowProblem::NoMoment)),
            Err(error) => return Ok(Err(error.into())),
        };
        let slug = match keys.find(company.trim(), moment.day())? {
            Ok(slug) => slug,
            Err(problem) => return Ok(Err(problem)),
        };
        let cuts = self.cuts_at(moment, question, basis)?;
        Ok(Ok((slug, cuts)))
    }

    fn cuts_at(
        &self,
        moment: Instant,
        question: &JoinQuestion,
        basis: &Basis,
    ) -> Result<Cuts, Error> {
        let by = moment.plus_micros(question.lag_us.saturating_neg());
        let on = moment.day();
        Ok(match question.knowledge {
            Knowledge::Published => Cuts {
                known: by,
                on,
                recorded: basis.cuts.recorded,
            },
            Knowledge::Recorded => Cuts {
                known: moment,
                on,
                recorded: self.log().position_at(by)?.min(basis.cuts.recorded),
            },
        })
    }

    /// Answers the rows of some companies.
    fn answer<T>(
        &self,
        job: &[Asked],
        question: &JoinQuestion,
        basis: &Basis,
        made: &impl Fn(&[Value]) -> T,
    ) -> Result<Vec<(usize, T)>, Error> {
        let mut companies: Vec<Slug> = job.iter().map(|asked| asked.company.clone()).collect();
        companies.dedup();
        let mut answers = Vec::with_capacity(job.len());
        let mut rest = job;
        let mut take = |slug: &Slug, events: Vec<Placed>| {
            let start = rest.partition_point(|asked| asked.company < *slug);
            let end = rest.partition_point(|asked| asked.company <= *slug);
            let rows = rest.get(start..end).unwrap_or_default();
            rest = rest.get(end..).unwrap_or_default();
            let mut company = CompanyRows::of(slug, events, question, basis);
            // Rows of one moment follow each other, and have the same answer.
            for same in rows.chunk_by(|one, other| one.cuts == other.cuts) {
                let Some(first) = same.first() else { continue };
                let values = company.at(self, &first.cuts)?;
                answers.extend(same.iter().map(|asked| (asked.at, made(&values))));
            }
            Ok(())
        };
        company::each(self, &companies, &question.fields, basis, &mut take)?;
        Ok(answers)
    }
}

/// Rows that are answered at once.
struct Batch<R> {
    /// What goes along with each, and what is wrong with it.
    rows: Vec<(R, Option<Box<RowProblem>>)>,
    asked: Vec<Asked>,
    /// About what all that takes.
    bytes: usize,
}

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            asked: Vec::new(),
            bytes: 0,
        }
    }
}

impl<R> Batch<R> {
    fn push(&mut self, row: R, settled: Result<(Slug, Cuts), RowProblem>) {
        let at = self.rows.len();
        let problem = match settled {
            Ok((company, cuts)) => {
                self.asked.push(Asked { company, cuts, at });
                None
            }
            Err(problem) => Some(Box::new(problem)),
        };
        self.rows.push((row, problem));
    }
}

/// Rows in the order of their companies, cut between companies into jobs of about
/// the same size.
fn jobs(asked: &[Asked]) -> impl Iterator<Item = &[Asked]> {
    let mut rest = asked;
    std::iter::from_fn(move || {
        let last = rest.get(..JOB_ROWS.min(rest.len()))?.last()?;
        let end = rest.partition_point(|asked| asked.company <= last.company);
        let (job, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(job)
    })
}

/// Everything that the log holds.
const ALL: Position = Position(u64::MAX);
