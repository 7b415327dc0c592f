//! So much that the journal is sealed into blocks again and again.

use anyhow::Result;

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    for _ in 0..session.random.between(20, 45) {
        let claim = session.claims.claim_of(None, 900);
        session.append(&[claim])?;
    }
    Ok(session)
}
