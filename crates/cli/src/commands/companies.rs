//! `annals companies`

use crate::cli::CompaniesArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render::overview::company_list;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &CompaniesArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    let mut rows = Vec::new();
    store.companies_known(&basis, |(company, events)| {
        if !args.json {
            rows.push((company, events));
            return Ok(());
        }
        let mut value = serde_json::to_value(&company).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("events".to_owned(), events.into());
        }
        out.json_line(&value)
    })?;
    if !args.json {
        out.text(&company_list(&rows, out.is_terminal()))?;
    }
    out.finish()?;
    Ok(store.close()?)
}
