//! `annals schema`

use annals::model::kind::Kind;
use annals::model::schema;

use crate::cli::SchemaArgs;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::kind_flags::kind_of;
use crate::output::Output;
use crate::render::table::Table;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &SchemaArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    if let Some(name) = &args.kind {
        let name = name.replace('-', "_");
        let kind = match Kind::named(&name) {
            Some(kind) => kind,
            None => kind_of(&name, &session.kinds()?)
                .map_err(|error| error.ending_with(ExitCode::NotFound))?,
        };
        out.json(&schema::of_event(kind))?;
        return out.finish();
    }
    let kinds = session.kinds()?;
    if args.json {
        for kind in kinds.iter() {
            out.json_line(&schema::of_event(kind))?;
        }
        return out.finish();
    }
    let mut table = Table::new(out.is_terminal());
    for kind in kinds.iter() {
        table.row([kind.name, kind.about]);
    }
    out.text(&table.to_string())?;
    out.line("\nNext: annals schema KIND, annals append KIND --help")?;
    out.finish()
}
