//! The caches are made again while claims come in.

use anyhow::Result;

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    for _ in 0..3 {
        let lines = session.random.between(3, 20);
        let batch = session.claims.batch(lines, 700);
        session.append(&batch)?;
        session.store.rebuild()?;
        let claim = session.claims.claim();
        session.append(&[claim])?;
    }
    Ok(session)
}
