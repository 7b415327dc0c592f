//! `annals import`

use std::io::Read;
use std::path::Path;

use annals::import::{EasternFile, ImportFile, ImportOptions, Imported, Imports, Times};
use annals::model::limits::{IMPORT_BYTES_MAX, IMPORT_FILE_BYTES_MAX};
use serde_json::json;

use crate::cli::{EdgarArgs, TimesArg};
use crate::commands::append::{name_of, open_input};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::render::table::Table;
use crate::session::Session;

/// Of how much in a file that is not read it is told.
const UNREAD_MAX: usize = 5;

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
    let imports = session.appending(args.dry_run, |store| {
        let options = ImportOptions {
            cik: args.cik.clone(),
            times: match args.times {
                TimesArg::Marked => Times::Marked,
                TimesArg::Detected => Times::Detected,
            },
            dry_run: args.dry_run,
        };
        Ok(store.import_edgar(&files, &options)?)
    })?;
    if !args.dry_run {
        out.tell_of_change();
    }
    tell(&imports, args);
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
    } in &imports.companies
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
    sum_up(&imports, args);
    Ok(())
}

/// Says how much came of all of it.
fn sum_up(imports: &Imports, args: &EdgarArgs) {
    if args.dry_run {
        return say("dry run: nothing was appended");
    }
    let total = |count: fn(&Imported) -> usize| imports.companies.iter().map(count).sum::<usize>();
    let new = total(|one| one.report.new + one.report.facts_new);
    let corrected = total(|one| one.report.corrected);
    let older = match total(|one| one.report.older) {
        0 => String::new(),
        older => format!(", {older} kept aside"),
    };
    let files = args.files.len();
    say(&format!(
        "{new} new, {corrected} corrected{older}, of {files} files"
    ));
}

/// Tells of the files that are not quite what they seem.
fn tell(imports: &Imports, args: &EdgarArgs) {
    for (file, why) in &imports.left_out {
        say(&format!("note: {file}: {why}; left out"));
    }
    for (file, unread) in &imports.unread {
        for why in unread.iter().take(UNREAD_MAX) {
            say(&format!("note: {file}: {why}; not read"));
        }
        if let Some(more) = unread
            .len()
            .checked_sub(UNREAD_MAX)
            .filter(|more| *more > 0)
        {
            say(&format!("note: {file}: and {more} more that are not read"));
        }
    }
    for eastern in &imports.eastern {
        let EasternFile {
            file,
            impossible,
            times,
            is_eastern,
        } = eastern;
        let read = match (args.times, is_eastern) {
            (TimesArg::Detected, true) => "it is read in Eastern time",
            (TimesArg::Detected, false) => "they are too few for Eastern time",
            (TimesArg::Marked, _) => "see --times",
        };
        say(&format!(
            "note: {file}: {impossible} of {times} times cannot be UTC; {read}"
        ));
    }
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
