//! Several clients at once, whose appends share a sync.

use std::thread;

use anyhow::{Result, anyhow};

use crate::session::Session;

const CLIENTS: usize = 4;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    let appends = session.random.between(2, 5);
    let claims = (0..CLIENTS).map(|client| {
        let of_client = (0..appends).map(|_| {
            let lines = session.random.between(1, 3);
            let claims = (0..lines).map(|_| session.claims.claim_of(Some(client), 120));
            claims.collect::<Vec<_>>()
        });
        of_client.collect::<Vec<_>>()
    });
    let claims: Vec<_> = claims.collect();
    let shared = &session;
    thread::scope(|scope| {
        let clients = claims.iter().map(|of_client| {
            scope.spawn(move || of_client.iter().try_for_each(|lines| shared.append(lines)))
        });
        let clients: Vec<_> = clients.collect();
        let mut ends = clients.into_iter().map(thread::ScopedJoinHandle::join);
        ends.try_for_each(|end| end.unwrap_or_else(|_| Err(anyhow!("a client panicked"))))
    })?;
    Ok(session)
}
