//! `annals at --happens`

use annals::projection::happening::{Days, happenings};
use annals::projection::section::SectionName;
use annals::projection::selection::Selected;

use crate::commands::at::{Question, Told};
use crate::error::CommandError;
use crate::output::Output;
use crate::render::happenings::HappeningTable;

pub(crate) fn run(
    question: &Question<'_>,
    days: Days,
    as_json: bool,
    out: &mut Output,
) -> Result<Told, CommandError> {
    if let [SectionName::Company] = question.selection.sections() {
        return Err(CommandError::usage("a company itself does not happen")
            .hint("ask for another section, or for none: then results are told"));
    }
    if as_json {
        return lines(question, days, out);
    }
    let mut table = HappeningTable::default();
    let rows = |selected: &Selected<'_>| HappeningTable::rows(&happenings(selected, days));
    question.each(rows, |rows| {
        table.put(rows);
        Ok(())
    })?;
    if table.is_empty() {
        return Ok(Told::Nothing);
    }
    let sections = question.selection.sections();
    out.text(&table.page(question.basis, sections, days, out.is_terminal()))?;
    Ok(Told::Something)
}

/// One line of JSON for each.
fn lines(question: &Question<'_>, days: Days, out: &mut Output) -> Result<Told, CommandError> {
    let lines = |selected: &Selected<'_>| {
        let rows = happenings(selected, days);
        let lines = rows.iter().map(serde_json::to_string);
        lines.collect::<Result<Vec<String>, _>>()
    };
    let mut is_any = false;
    question.each(lines, |lines| {
        for line in lines.map_err(CommandError::json)? {
            is_any = true;
            out.line(&line)?;
        }
        Ok(())
    })?;
    Ok(Told::if_any(is_any))
}
