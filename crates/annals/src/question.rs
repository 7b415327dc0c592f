//! From what a person asks to the three cuts of a basis: [`Question`].

use event_log::EventLog;
use event_model::id::Position;
use event_model::time::{Day, Instant, Zone};
use projection::basis::{Basis, Cuts, Filter};

use crate::error::Error;
use crate::moment::{Moment, MomentError};
use crate::store::Store;

/// How far the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedCut {
    /// Up to this position.
    Position(Position),
    /// What was recorded up to this instant.
    Moment(Moment),
}

impl RecordedCut {
    /// Reads a position (digits only), or what [`Moment::read`] reads.
    ///
    /// # Errors
    ///
    /// [`MomentError`] if it is none of them.
    pub fn read(text: &str, now: Instant, zone: Zone) -> Result<Self, MomentError> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = text.parse().unwrap_or(u64::MAX);
            return Ok(Self::Position(Position(number)));
        }
        Moment::read(text, now, zone).map(Self::Moment)
    }
}

/// What is asked: a date, and the cuts that differ from what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The date: known up to its end, and on that day.
    pub at: Moment,
    /// Published up to here instead.
    pub known: Option<Moment>,
    /// On this day in the world instead.
    pub on: Option<Day>,
    /// The log read up to here instead of its head.
    pub recorded: Option<RecordedCut>,
    /// The zone in which a day ends.
    pub zone: Zone,
    /// Which claims are heard.
    pub filter: Filter,
}

impl Question {
    /// Asks at a date, with nothing set apart and days ending in UTC.
    #[must_use]
    pub fn at(at: Moment) -> Self {
        Self {
            at,
            known: None,
            on: None,
            recorded: None,
            zone: Zone::UTC,
            filter: Filter::default(),
        }
    }
}

impl Store {
    /// Settles the cuts of a question, and pins them by the hash of the log.
    ///
    /// # Errors
    ///
    /// [`Error::PastHead`] and [`Error::CutInFuture`] for a recorded cut that
    /// later appends could change; [`Error::Log`] if the log cannot be read.
    pub fn basis(&self, question: &Question) -> Result<Basis, Error> {
        let head = self.log().head().position;
        let recorded = match question.recorded {
            None => head,
            Some(RecordedCut::Position(cut)) if cut > head => {
                return Err(Error::PastHead { cut, head });
            }
            Some(RecordedCut::Position(cut)) => cut,
            Some(RecordedCut::Moment(moment)) => {
                let cut = moment.known(question.zone);
                let now = self.recorded_until();
                if cut > now {
                    return Err(Error::CutInFuture { cut, now });
                }
                self.log().position_at(cut)?
            }
        };
        let hash = self.log().head_at(recorded)?.map(|head| head.hash);
        let cuts = Cuts {
            known: question.known.unwrap_or(question.at).known(question.zone),
            on: question.on.unwrap_or_else(|| question.at.on()),
            recorded,
        };
        Ok(Basis {
            cuts,
            head: hash.unwrap_or(event_log::Hash::ZERO).to_string(),
            kinds: self.kinds(recorded)?,
            filter: question.filter.clone(),
            is_head: recorded == head,
        })
    }

    /// Holds that the log goes as far as a basis, as this store sees it: another store
    /// may see more of it.
    pub(crate) fn reaches(&self, basis: &Basis) -> Result<(), Error> {
        let head = self.head().position;
        match basis.cuts.recorded {
            cut if cut > head => Err(Error::PastHead { cut, head }),
            _ => Ok(()),
        }
    }

    /// The last instant at which it is settled how the log stood.
    pub(crate) fn recorded_until(&self) -> Instant {
        let now = self.now();
        // The clock may be behind the log, which never goes back.
        let last = self.log().head().recorded;
        last.map_or(now, |last| last.max(now))
    }
}
