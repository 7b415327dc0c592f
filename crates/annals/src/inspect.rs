//! One event: how it stands, and how it is called for short.

use event_log::Recorded;
use event_model::id::EventId;
use event_model::time::{Day, Instant};
use projection::basis::{Basis, Cuts};
use projection::inspection::{Inspection, inspect};

use crate::error::Error;
use crate::kinds::is_of_kinds;
use crate::store::Store;

/// How many digits of an id are shown at least.
const SHORT_ID_DIGITS_MIN: usize = 8;

/// An event, and how it stands under a basis.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The event, and what the log gave it.
    pub recorded: Recorded,
    /// How it stands.
    pub inspection: Inspection,
}

impl Store {
    /// The event of an id, or of the start of one, and how it stands under a basis.
    ///
    /// A declaration of a kind stands by the recorded cut alone.
    ///
    /// # Errors
    ///
    /// As [`Store::event`]; [`Error::RecordedLater`] if the log did not have it by
    /// the recorded cut; [`Error::StoredEvent`].
    pub fn inspect(&self, id: &str, basis: &Basis) -> Result<Inspected, Error> {
        self.reaches(basis)?;
        let recorded = self.event(id)?;
        let (id, company) = (recorded.event.id, &recorded.event.company);
        let cuts = match is_of_kinds(company) {
            true => Cuts {
                known: Instant::LAST,
                on: Day::MAX,
                ..basis.cuts
            },
            false => basis.cuts,
        };
        let basis = Basis {
            cuts,
            ..basis.clone()
        };
        let events = self.history(company, cuts.recorded)?;
        match inspect(company, &events, id, &basis) {
            Some(inspection) => Ok(Inspected {
                recorded,
                inspection,
            }),
            None => Err(Error::RecordedLater {
                id,
                position: recorded.position,
                cut: cuts.recorded,
            }),
        }
    }

    /// The starts of ids by which [`Store::event`] finds each of them and no other
    /// event of the log, eight digits long at least. Many at once are told sooner.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if the ids of the log cannot be read.
    pub fn short_ids(&self, ids: &[EventId]) -> Result<Vec<String>, Error> {
        let digits = self.log().digits_apart(ids)?;
        let shortened = ids.iter().zip(digits);
        Ok(shortened
            .map(|(id, digits)| shortened_to(*id, digits))
            .collect())
    }
}

/// So many digits of an id, with the hyphens between them.
fn shortened_to(id: EventId, digits: usize) -> String {
    let mut left = digits.max(SHORT_ID_DIGITS_MIN);
    let mut take = |digit: &char| {
        let takes = left > 0;
        left -= usize::from(takes && *digit != '-');
        takes
    };
    id.to_string().chars().take_while(|c| take(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shortened_between_its_hyphens() {
        let id: EventId = "0192abcd-1234-7def-8000-00000000000f".parse().unwrap();
        for (digits, expect) in [
            (1, "0192abcd"),
            (8, "0192abcd"),
            (9, "0192abcd-1"),
            (12, "0192abcd-1234"),
            (13, "0192abcd-1234-7"),
            (32, "0192abcd-1234-7def-8000-00000000000f"),
        ] {
            assert_eq!(shortened_to(id, digits), expect);
        }
    }
}
