//! `annals import`

use std::io::Read;
use std::path::Path;

use annals::import::{ImportFile, Imported};
use annals::model::limits::{IMPORT_BYTES_MAX, IMPORT_FILE_BYTES_MAX};
use serde_json::json;

use crate::cli::EdgarArgs;
use crate::commands::append::{name_of, open_input};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::render::table::Table;
use crate::session::Session;

pub(crate) fn edgar(
    session: &Session,
    args: &EdgarArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let mut files = Vec::with_capacity(args.files.len());
    let mut room = IMPORT_BYTES_MAX;
    for path in &args.files {
        let file = read(path)?;
        room = room
            .checked_sub(file.bytes.len())
            .ok_or_else(too_much_at_once)?;
        files.push(file);
    }
    let imported = session.appending(args.dry_run, |store| {
        Ok(store.import_edgar(&files, args.cik.as_deref(), args.dry_run)?)
    })?;
    let mut table = Table::new(out.is_terminal());
    table.header([
        "company",
        "rows",
        "new",
        "known",
        "corrected",
        "older",
        "facts",
    ]);
    for Imported {
        company,
        files,
        report,
    } in &imported
    {
        if args.json {
            out.json_line(&json!({
                "company": company,
                "files": files,
                "rows": report.rows,
                "new": report.new,
                "known": report.known,
                "corrected": report.corrected,
                "older": report.older,
                "told_again": report.told_again,
                "facts_new": report.facts_new,
                "facts_known": report.facts_known,
            }))?;
        } else {
            let counts = [
                report.rows,
                report.new,
                report.known,
                report.corrected,
                report.older,
                report.facts_new,
            ];
            let mut row = vec![company.to_string()];
            row.extend(counts.map(|count| count.to_string()));
            table.row(row);
        }
    }
    if !args.json {
        out.text(&table.to_string())?;
    }
    out.finish()?;
    let total = |count: fn(&Imported) -> usize| imported.iter().map(count).sum::<usize>();
    let new = total(|one| one.report.new + one.report.facts_new);
    let corrected = total(|one| one.report.corrected + one.report.older);
    match args.dry_run {
        true => say("dry run: nothing was appended"),
        false => say(&format!(
            "{new} new, {corrected} corrected, of {} files",
            files.len()
        )),
    }
    Ok(())
}

fn too_much_at_once() -> CommandError {
    let what = format!(
        "the files have more than {IMPORT_BYTES_MAX} bytes together, the most of one import"
    );
    CommandError::new(ExitCode::Data, what).hint("import some of them, and then the others")
}

/// Reads a file, of one that is too long only so much that it is seen.
fn read(path: &Path) -> Result<ImportFile, CommandError> {
    let mut bytes = Vec::new();
    open_input(path)?
        .take(IMPORT_FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| CommandError::input(path, &error))?;
    let name = match path == Path::new("-") {
        true => name_of(path),
        false => {
            let name = path.file_name().unwrap_or(path.as_os_str());
            name.to_string_lossy().into_owned()
        }
    };
    Ok(ImportFile { name, bytes })
}
