//! `annals schema`

use annals::model::kind::Kind;
use annals::model::kinds::KINDS;
use annals::model::schema;

use crate::cli::SchemaArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render::table::Table;

pub(crate) fn run(args: &SchemaArgs, out: &mut Output) -> Result<(), CommandError> {
    match &args.kind {
        Some(name) => {
            let name = name.replace('-', "_");
            let kind = Kind::named(&name).ok_or_else(|| CommandError::unknown_kind(&name))?;
            out.json(&schema::of_event(kind))?;
        }
        None if args.json => {
            for kind in KINDS {
                out.json_line(&schema::of_event(kind))?;
            }
        }
        None => {
            let mut table = Table::new(out.is_terminal());
            for kind in KINDS {
                table.row([kind.name, kind.about]);
            }
            out.text(&table.to_string())?;
            out.line("\nNext: annals schema KIND, annals append KIND --help")?;
        }
    }
    out.finish()
}
