//! `annals rebuild`

use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(session: &Session, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open()?;
    store.rebuild()?;
    out.line(&format!(
        "the caches are made again, up to position {}",
        store.head().position
    ))?;
    out.finish()?;
    Ok(store.close()?)
}
