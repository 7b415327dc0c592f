//! What was known at the moment of each row of a table: [`Store::join`].
//!
//! Rows come and go in their order. They are taken in batches: those of a batch
//! are answered company by company, side by side, so that the events of a company
//! are read once for all of its rows, and only those that bear on the fields that
//! are asked for.
//!
//! - `moment`: from the text of a row to its instant
//! - `keys`: from the text of a row to its company
//! - `settling`: both, and the cuts that follow
//! - `batch`: rows that are answered at once, by their companies
//! - `company`: the rows of a company

mod batch;
mod company;
mod keys;
mod moment;
mod settling;

use event_model::id::Slug;
use event_model::text::Text;
use event_model::time::{Instant, TimeError};
use projection::basis::{Basis, Placed};
use projection::path::Path;
use serde_json::Value;

pub use self::moment::{RowClock, RowTime, parse_lag};

use self::batch::{Batch, Job};
use self::company::CompanyRows;
use self::settling::Settling;
use crate::error::Error;
use crate::store::Store;

/// What is asked of each row.
#[derive(Debug, Clone)]
pub struct JoinQuestion {
    /// The fields, each a path into the timeline of its company.
    pub fields: Vec<Path>,
    /// How moments are read.
    pub clock: RowClock,
    /// What was published in so many microseconds before the moment of a row is not known
    /// at it, nor on the clock of recording what was recorded in them. Below zero there is
    /// none: nothing is known before it was published.
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
    pub company: Text,
    /// A day, or an instant.
    pub moment: Text,
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
    /// It asks how the log will stand.
    #[error("asks how the log stood at {cut}, which is in the future: it is {now} now")]
    InFuture {
        /// Up to where the log was to be read.
        cut: Instant,
        /// What the clock of the store shows.
        now: Instant,
    },
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

impl Store {
    /// Answers each row of a table with what was known at its moment, and gives it
    /// back with what goes along, in the order of the rows.
    ///
    /// `basis` says how far the log is read and which claims are heard; its other
    /// cuts play no part. `made` makes something of the values of a row, one for each
    /// field, on one of several threads; rows of equal values share it. Memory is bounded,
    /// however many rows there are.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; what `rows` and `take` give. A row
    /// at fault is no error, and is told to `take`.
    pub fn join<R, T: Clone + Send, E: From<Error>>(
        &self,
        rows: impl Iterator<Item = Result<JoinRow<R>, E>>,
        question: &JoinQuestion,
        basis: &Basis,
        made: impl Fn(&[Value]) -> T + Sync,
        mut take: impl FnMut(R, Result<T, RowProblem>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.reaches(basis)?;
        let mut settling = Settling::new(self, question, basis);
        let mut batch = Batch::default();
        let mut answer = |batch: Batch<R>, companies: &[Slug]| {
            let answers = self.answers(&batch, companies, (question, basis), &made)?;
            for ((row, problem), answer) in batch.rows.into_iter().zip(answers) {
                let problem = || problem.map_or(RowProblem::NoMoment, |it| *it);
                take(row, answer.ok_or_else(problem))?;
            }
            Ok::<_, E>(())
        };
        for row in rows {
            let row = row?;
            let settled = settling.settle(&row.company, &row.moment)?;
            // What is wrong with a moment says it again.
            batch.push(
                (row.row, row.row_bytes.saturating_add(row.moment.len())),
                settled,
            );
            if batch.is_full() {
                answer(std::mem::take(&mut batch), settling.companies())?;
            }
        }
        answer(batch, settling.companies())
    }

    /// The answers to the rows of a batch; none where something is wrong with a row.
    fn answers<R, T: Clone + Send>(
        &self,
        batch: &Batch<R>,
        companies: &[Slug],
        asked: (&JoinQuestion, &Basis),
        made: &(impl Fn(&[Value]) -> T + Sync),
    ) -> Result<Vec<Option<T>>, Error> {
        let mut answers = vec![None; batch.rows.len()];
        let by_company = batch.by_company(companies);
        event_log::side_by_side(
            by_company.jobs().map(Ok),
            |job| self.answer(&job, asked, made),
            |told: Result<Vec<(u32, T)>, Error>| {
                for (at, answer) in told? {
                    if let Some(place) = answers.get_mut(at as usize) {
                        *place = Some(answer);
                    }
                }
                Ok::<_, Error>(())
            },
        )?;
        Ok(answers)
    }

    /// Answers the rows of some companies.
    fn answer<T: Clone>(
        &self,
        job: &Job<'_>,
        (question, basis): (&JoinQuestion, &Basis),
        made: &impl Fn(&[Value]) -> T,
    ) -> Result<Vec<(u32, T)>, Error> {
        let companies = job.companies();
        let mut answers = Vec::with_capacity(job.rows());
        let mut rows = job.each();
        let mut take = |slug: &Slug, events: Vec<Placed>| {
            let rows = rows.next().unwrap_or_default();
            let mut company = CompanyRows::of(slug, events, question, basis);
            // Rows of one moment follow each other, and have the same answer.
            for same in rows.chunk_by(|one, other| one.cuts == other.cuts) {
                let Some(first) = same.first() else { continue };
                let answer = company.at(self, &first.cuts, made)?;
                answers.extend(same.iter().map(|asked| (asked.at, answer.clone())));
            }
            Ok(())
        };
        company::each(self, &companies, &question.fields, basis, &mut take)?;
        Ok(answers)
    }
}
