//! The sizes of the product: more than 4 MiB of journal, and a batch above 1 MiB.

use anyhow::Result;

use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    let batch = session.claims.batch(150, 7_500);
    session.append(&batch)?;
    // Below a mebibyte each, so that they go into the journal.
    for _ in 0..6 {
        let batch = session.claims.batch(100, 7_900);
        session.append(&batch)?;
        let claim = session.claims.claim();
        session.append(&[claim])?;
    }
    Ok(session)
}
