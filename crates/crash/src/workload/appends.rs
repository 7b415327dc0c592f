//! One claim after the other.

use anyhow::Result;

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    for _ in 0..session.random.between(5, 25) {
        let claim = session.claims.claim();
        session.append(&[claim])?;
    }
    Ok(session)
}
