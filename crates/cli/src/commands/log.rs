//! `annals log`

use std::collections::VecDeque;

use annals::Recorded;
use annals::model::id::Position;

use crate::cli::LogArgs;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::Output;
use crate::render;
use crate::session::Session;

pub(crate) fn run(session: &Session, args: &LogArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    let upto = basis.cuts.recorded;
    let company = match &args.company {
        Some(key) => Some(store.find(key, &basis.cuts)?),
        None => None,
    };
    let events: Box<dyn Iterator<Item = Result<Recorded, annals::Error>>> = match &company {
        Some(slug) => Box::new(store.read_stream(slug, upto)),
        None => Box::new(store.read(Position(0), upto)),
    };
    let is_wanted = |recorded: &Recorded| {
        args.kind
            .as_deref()
            .is_none_or(|kind| kind.replace('-', "_") == *recorded.event.kind)
    };
    let events = events.filter(|read| read.as_ref().map_or(true, is_wanted));
    let mut found = false;
    let mut last: VecDeque<Recorded> = VecDeque::new();
    let mut table = render::log::LogTable::new(out.is_terminal(), company.is_none());
    for recorded in events {
        let recorded = recorded?;
        found = true;
        match args.limit {
            None => table.event(&recorded, args.json, out)?,
            Some(limit) => {
                last.push_back(recorded);
                if last.len() > limit {
                    last.pop_front();
                }
            }
        }
    }
    for recorded in &last {
        table.event(recorded, args.json, out)?;
    }
    if let Some(kind) = args.kind.as_deref().filter(|_| !found) {
        let kind = kind.replace('-', "_");
        if basis.kinds.named(&kind).is_none() {
            let error = CommandError::unknown_kind(&kind, &basis.kinds);
            return Err(error.ending_with(ExitCode::NotFound));
        }
    }
    out.finish()?;
    Ok(store.close()?)
}
