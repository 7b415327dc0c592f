//! What a row asks: [`Settling`].

use event_log::EventLog;
use event_model::id::{Position, Slug};
use event_model::time::Instant;
use foldhash::{HashMap, HashMapExt};
use projection::basis::{Basis, Cuts};

use super::keys::Keys;
use super::{JoinQuestion, Knowledge, RowProblem};
use crate::error::Error;
use crate::store::Store;

/// Of how many instants it is remembered how far the log went at them.
const INSTANTS_MAX: usize = 1 << 16;

/// From the texts of rows to their companies and cuts. What was looked up is remembered.
pub(super) struct Settling<'q> {
    store: &'q Store,
    question: &'q JoinQuestion,
    basis: &'q Basis,
    keys: Keys<'q>,
    positions: HashMap<Instant, Position>,
    /// How the log stands after it, nobody knows.
    recorded_until: Instant,
}

impl<'q> Settling<'q> {
    pub(super) fn new(store: &'q Store, question: &'q JoinQuestion, basis: &'q Basis) -> Self {
        Self {
            store,
            question,
            basis,
            keys: Keys::new(store),
            positions: HashMap::new(),
            recorded_until: store.recorded_until(),
        }
    }

    /// The companies by their numbers.
    pub(super) fn companies(&self) -> &[Slug] {
        self.keys.companies()
    }

    /// The number of the company of a row, and the cuts of its moment.
    pub(super) fn settle(
        &mut self,
        company: &str,
        moment: &str,
    ) -> Result<Result<(u32, Cuts), RowProblem>, Error> {
        let moment = match self.question.clock.read(moment.trim()) {
            Ok(moment) => moment,
            Err(_) if moment.trim().is_empty() => return Ok(Err(RowProblem::NoMoment)),
            Err(error) => return Ok(Err(error.into())),
        };
        let cuts = match self.cuts_at(moment)? {
            Ok(cuts) => cuts,
            Err(problem) => return Ok(Err(problem)),
        };
        // Whose a key is was said by the log as it stood, too.
        let company = self.keys.find(company.trim(), cuts.on, cuts.recorded)?;
        Ok(company.map(|company| (company, cuts)))
    }

    fn cuts_at(&mut self, moment: Instant) -> Result<Result<Cuts, RowProblem>, Error> {
        let known = moment.plus_micros(self.question.lag_us.max(0).saturating_neg());
        let recorded = self.basis.cuts.recorded;
        let recorded = match self.question.knowledge {
            Knowledge::Published => recorded,
            Knowledge::Recorded if known > self.recorded_until => {
                return Ok(Err(RowProblem::InFuture {
                    cut: known,
                    now: self.recorded_until,
                }));
            }
            Knowledge::Recorded => self.position_at(known)?.min(recorded),
        };
        Ok(Ok(Cuts {
            known,
            on: moment.day(),
            recorded,
        }))
    }

    fn position_at(&mut self, instant: Instant) -> Result<Position, Error> {
        if let Some(position) = self.positions.get(&instant) {
            return Ok(*position);
        }
        let position = self.store.log().position_at(instant)?;
        if self.positions.len() >= INSTANTS_MAX {
            self.positions.clear();
        }
        self.positions.insert(instant, position);
        Ok(position)
    }
}
