//! Corrections and retractions of what was claimed.

use annals::amend::Amendment;
use annals::append::AppendOptions;
use annals::model::id::EventId;
use annals::model::vocabulary::Fault;
use anyhow::{Context, Result};

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    let amendment = Amendment {
        fault: Fault::Record,
        reason: Some("mistyped".to_owned()),
        published: None,
        source_name: None,
        source_url: None,
        options: AppendOptions::default(),
    };
    for number in 0..session.random.between(3, 10) {
        let claim = session.claims.claim();
        session.append(&[claim])?;
        let (id, _) = session.claims.made.last().context("nothing was claimed")?;
        let id: EventId = EventId(id.parse()?);
        let corrects = session.random.percent(60);
        session
            .grow(|store| {
                let target = store.target(id)?;
                // Who tries again finds it amended.
                if target.retracted_by().is_some() || target.corrected_by().is_some() {
                    return Ok(());
                }
                let settings = [("certainty".to_owned(), "asserted".to_owned())];
                match corrects {
                    true => drop(store.correct(&target, &settings, &amendment)?),
                    false => drop(store.retract(&target, &amendment)?),
                }
                Ok(())
            })
            .with_context(|| format!("amendment {number}"))?;
    }
    Ok(session)
}
