//! Claims that are redacted while others come in.

use annals::redact::Redaction;
use anyhow::{Context, Result};

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    let redaction = Redaction {
        reason: "a court order".to_owned(),
        ..Redaction::default()
    };
    for _ in 0..2 {
        let lines = session.random.between(2, 12);
        let batch = session.claims.batch(lines, 700);
        session.append(&batch)?;
        let (id, _) = session.claims.made.last().context("nothing was claimed")?;
        let ids = [id.clone()];
        session = session.redact(&ids, &redaction)?;
        let claim = session.claims.claim();
        session.append(&[claim])?;
    }
    Ok(session)
}
