//! Batches over many companies, below and above the size at which they go past the
//! journal.

use anyhow::Result;

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    for _ in 0..session.random.between(2, 4) {
        let (lines, letters) = match session.random.percent(50) {
            true => (session.random.between(2, 8), 100),
            false => (session.random.between(10, 40), 900),
        };
        let batch = session.claims.batch(lines, letters);
        session.append(&batch)?;
        let claim = session.claims.claim();
        session.append(&[claim])?;
    }
    Ok(session)
}
