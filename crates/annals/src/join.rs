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
use projection::basis::{Basis, Cuts};
use projection::path::Path;
use serde_json::Value;

pub use self::moment::{RowClock, RowTime, parse_lag};

use self::company::CompanyRows;
use self::keys::Keys;
use crate::error::Error;
use crate::store::Store;

/// The most rows that are answered at once. More of them share what is read of a
/// company, and are held in memory meanwhile.
const BATCH_ROWS: usize = 1 << 17;
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

/// The values of a row, one for each field; or why there are none.
pub type Answered = Result<Vec<Value>, RowProblem>;

impl Store {
    /// Answers each row of a table with what was known at its moment, and gives it
    /// back with what goes along, in the order of the rows.
    ///
    /// `basis` says how far the log is read and which claims are heard; its other
    /// cuts play no part. Memory is bounded, however many rows there are.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; what `rows` and `take` give. A row
    /// at fault is no error, and is told to `take`.
    pub fn join<R: Send, E: From<Error> + Send>(
        &self,
        rows: impl Iterator<Item = Result<JoinRow<R>, E>>,
        question: &JoinQuestion,
        basis: &Basis,
        mut take: impl FnMut(R, Answered) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = rows.peekable();
        let mut keys = Keys::new(self, basis.cuts.recorded);
        while rows.peek().is_some() {
            let mut failed = None;
            let batch = rows
                .by_ref()
                .map_while(|row| row.map_err(|e| failed = Some(e)).ok());
            let batch: Vec<JoinRow<R>> = batch.take(BATCH_ROWS).collect();
            self.join_batch(batch, question, basis, &mut keys, &mut take)?;
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(())
    }

    fn join_batch<R: Send, E: From<Error> + Send>(
        &self,
        batch: Vec<JoinRow<R>>,
        question: &JoinQuestion,
        basis: &Basis,
        keys: &mut Keys<'_>,
        take: &mut impl FnMut(R, Answered) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut answers: Vec<Answered> = Vec::with_capacity(batch.len());
        let mut asked: Vec<(Slug, Cuts, usize)> = Vec::with_capacity(batch.len());
        for (at, row) in batch.iter().enumerate() {
            let settled = self.settle(row, question, basis, keys)?;
            answers.push(settled.as_ref().map(|_| Vec::new()).map_err(Clone::clone));
            asked.extend(settled.ok().map(|(slug, cuts)| (slug, cuts, at)));
        }
        asked.sort_unstable_by(|(slug, cuts, at), (other, others, and)| {
            let by_moment = || (cuts.known, cuts.on, at).cmp(&(others.known, others.on, and));
            slug.cmp(other).then_with(by_moment)
        });
        event_log::side_by_side(
            jobs(&asked).map(Ok),
            |job| self.answer(job, question, basis),
            |told: Result<Vec<(usize, Vec<Value>)>, Error>| {
                for (at, values) in told? {
                    if let Some(answer) = answers.get_mut(at) {
                        *answer = Ok(values);
                    }
                }
                Ok::<_, E>(())
            },
        )?;
        let mut rows = batch.into_iter().zip(answers);
        rows.try_for_each(|(row, answer)| take(row.row, answer))
    }

    /// The company of a row and the cuts of its moment.
    fn settle<R>(
        &self,
        row: &JoinRow<R>,
        question: &JoinQuestion,
        basis: &Basis,
        keys: &mut Keys<'_>,
    ) -> Result<Result<(Slug, Cuts), RowProblem>, Error> {
        let moment = match question.clock.read(row.moment.trim()) {
            Ok(moment) => moment,
            Err(_) if row.moment.trim().is_empty() => return Ok(Err(RowProblem::NoMoment)),
            Err(error) => return Ok(Err(error.into())),
        };
        let slug = match keys.find(row.company.trim(), moment.day())? {
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
    fn answer(
        &self,
        job: &[(Slug, Cuts, usize)],
        question: &JoinQuestion,
        basis: &Basis,
    ) -> Result<Vec<(usize, Vec<Value>)>, Error> {
        let of_companies = || job.chunk_by(|one, other| one.0 == other.0);
        let companies: Vec<Slug> = of_companies()
            .filter_map(|rows| rows.first().map(|(slug, ..)| slug.clone()))
            .collect();
        let events = company::events(self, &companies, &question.fields, basis)?;
        let mut answers = Vec::with_capacity(job.len());
        for ((rows, slug), events) in of_companies().zip(&companies).zip(events) {
            let mut company = CompanyRows::of(slug, events, question, basis);
            // Rows of one moment follow each other, and have the same answer.
            for same in rows.chunk_by(|one, other| one.1 == other.1) {
                let Some((_, cuts, _)) = same.first() else {
                    continue;
                };
                let values = company.at(self, cuts)?;
                answers.extend(same.iter().map(|(.., at)| (*at, values.clone())));
            }
        }
        Ok(answers)
    }
}

/// Rows in the order of their companies, cut between companies into jobs of about
/// the same size.
fn jobs(asked: &[(Slug, Cuts, usize)]) -> impl Iterator<Item = &[(Slug, Cuts, usize)]> {
    let mut rest = asked;
    std::iter::from_fn(move || {
        let mut end = JOB_ROWS.min(rest.len());
        while let (Some(last), Some(next)) = (end.checked_sub(1), rest.get(end))
            && rest.get(last).is_some_and(|last| last.0 == next.0)
        {
            end += 1;
        }
        let (job, after) = rest.split_at_checked(end)?;
        rest = after;
        (!job.is_empty()).then_some(job)
    })
}

/// Everything that the log holds.
const ALL: Position = Position(u64::MAX);
