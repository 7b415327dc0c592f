//! The store is closed and opened again between appends.

use anyhow::Result;

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    for _ in 0..session.random.between(2, 5) {
        for _ in 0..session.random.between(1, 6) {
            let claim = session.claims.claim_of(None, 600);
            session.append(&[claim])?;
        }
        session = session.reopen()?;
    }
    Ok(session)
}
