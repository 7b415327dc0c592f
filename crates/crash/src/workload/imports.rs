//! Filings of the SEC, crawled twice, with claims in between.

use annals::import::{ImportFile, ImportOptions};
use anyhow::Result;

use crate::claims::submissions;
use crate::session::Session;

pub(super) fn run(mut session: Session) -> Result<Session> {
    session.found()?;
    let mut filings = session.random.between(1, 20);
    for _ in 0..2 {
        let file = ImportFile {
            name: "CIK0000009999.json".to_owned(),
            bytes: submissions(filings).to_string().into_bytes(),
        };
        session.grow(|store| {
            store.import_edgar(std::slice::from_ref(&file), &ImportOptions::default())?;
            Ok(())
        })?;
        let claim = session.claims.claim();
        session.append(&[claim])?;
        filings += session.random.between(1, 20);
    }
    Ok(session)
}
