//! `annals at`

mod happens;

use annals::Store;
use annals::model::id::Slug;
use annals::projection::basis::Basis;
use annals::projection::condition::Condition;
use annals::projection::happening::Days;
use annals::projection::section::SectionName;
use annals::projection::selection::{Selected, Selection};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::cli::CutArgs;
use crate::error::CommandError;
use crate::output::{Output, say};
use crate::render;
use crate::render::overview::Overview;
use crate::render::threads::ThreadTable;
use crate::render::words;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals at 2025-12-23 alibaba
  annals at 2026-02-16T12:00:00Z ticker:XNYS:BABA --json
  annals at 2025-12-23 alibaba --on 2026-02-19     known then, of a day to come
  annals at 2025-12-21 alibaba --recorded 23       as the log stood at event 23
  annals at 'last friday' alibaba --min-certainty attributed
  annals at 2026-03-08 --all --json
  annals at 2026-03-08 --all --section chips --where chips.vendor=AMD
  annals at 2026-03-08 --all --where 'chips.stage>=agreed' \\
         --where chips.open=true
  annals at 2025-12-23 --all --happens 2026-02-19  who may report on that day
  annals at 2026-03-08 --all --happens 2026-03-16..2026-03-20 --section other")]
pub(crate) struct AtArgs {
    /// A day (known up to its end), an instant with its offset, or words
    #[arg(value_name = "DATE")]
    date: String,
    /// A slug, LEI, CIK, ISIN, ticker, or the start of a name
    #[arg(conflicts_with = "all")]
    company: Option<String>,
    /// Every company
    #[arg(long)]
    all: bool,
    /// Show only this section (repeatable)
    #[arg(long, value_name = "NAME", value_parser = section())]
    section: Vec<SectionName>,
    /// Keep the companies with a thread of which this holds (repeatable): = != < <= >
    /// >= or ~ (contains); on one section, of the same thread
    #[arg(long = "where", value_name = "PATH=VALUE")]
    conditions: Vec<Condition>,
    /// Tell what happens on a day or from one to another (FIRST..LAST): results, or
    /// what the sections hold
    #[arg(long, value_name = "DAY")]
    happens: Option<String>,
    /// Print JSON (JSON Lines with --all or --happens)
    #[arg(long)]
    json: bool,
    /// Leave the list of events out of the JSON, as --section does
    #[arg(long)]
    no_events: bool,
    /// Keep the list of events in the JSON of sections
    #[arg(long, conflicts_with = "no_events")]
    events: bool,
    #[command(flatten)]
    cuts: CutArgs,
}

/// Reads the name of a section.
pub(crate) fn section() -> impl TypedValueParser<Value = SectionName> {
    let names = PossibleValuesParser::new(SectionName::NAMES);
    names.try_map(|name| name.parse::<SectionName>())
}

pub(crate) fn run(session: &Session, args: &AtArgs, out: &mut Output) -> Result<(), CommandError> {
    if args.company.is_none() && !args.all {
        let what = format!("no COMPANY after the DATE, which is {:?}", args.date);
        return Err(
            CommandError::usage(what).hint("annals at DATE COMPANY, or annals at DATE --all")
        );
    }
    let store = session.open_to_read()?;
    let basis = session.basis(&store, &args.date, &args.cuts)?;
    if !args.json {
        out.page();
    }
    let company = match &args.company {
        Some(key) => Some(store.find(key, &basis.cuts)?),
        None => None,
    };
    let question = Question {
        store: &store,
        basis: &basis,
        selection: Selection::new(&args.section, args.conditions.clone()),
        company,
    };
    let days = args.happens.as_ref();
    let days = days
        .map(|days| session.days(days, &args.cuts))
        .transpose()?;
    let told = match (days, &question.company) {
        (Some(days), _) => happens::run(&question, days, args.json, out)?,
        (None, Some(company)) => one(&question, company, args, out)?,
        (None, None) if args.json => all_as_json(&question, args, out)?,
        (None, None) if question.selection.asks_for_threads() => threads(&question, out)?,
        (None, None) => overview(&question, out)?,
    };
    out.finish()?;
    if let Told::Nothing = told {
        say(&nothing(args, days));
    }
    Ok(store.close()?)
}

/// What is asked of which companies.
struct Question<'q> {
    store: &'q Store,
    basis: &'q Basis,
    selection: Selection,
    /// `None` asks about all.
    company: Option<Slug>,
}

/// Whether there was anything to tell.
enum Told {
    Something,
    Nothing,
}

impl Told {
    fn if_any(is_any: bool) -> Self {
        match is_any {
            true => Self::Something,
            false => Self::Nothing,
        }
    }
}

/// What is said where nothing is told.
fn nothing(args: &AtArgs, days: Option<Days>) -> String {
    match (days, &args.company, args.conditions.is_empty()) {
        (Some(days), ..) => format!(
            "note: nothing that was known can happen {}",
            words::days(days)
        ),
        (None, _, true) => "note: nothing of that was known".to_owned(),
        (None, None, false) => "note: no company meets these conditions".to_owned(),
        (None, Some(company), false) => format!("note: {company} does not meet these conditions"),
    }
}

fn one(
    question: &Question<'_>,
    company: &Slug,
    args: &AtArgs,
    out: &mut Output,
) -> Result<Told, CommandError> {
    let Question { store, basis, .. } = question;
    let with_events = args.json && !args.no_events && (args.section.is_empty() || args.events);
    let answer = match with_events {
        true => store.at(company, basis)?,
        false => store.at_without_events(company, basis)?,
    };
    let selected = question.selection.select(&answer);
    match &selected {
        None => {}
        Some(selected) if args.json => out.json(selected)?,
        Some(selected) => {
            let tenures = store.tenures(company, &basis.cuts)?;
            let asked = args.cuts.as_typed(&args.date);
            let page = render::timeline::timeline(selected, &tenures, &asked, out.is_terminal());
            out.text(&page)?;
        }
    }
    Ok(Told::if_any(selected.is_some()))
}

fn all_as_json(
    question: &Question<'_>,
    args: &AtArgs,
    out: &mut Output,
) -> Result<Told, CommandError> {
    let with_events = !args.no_events && (args.section.is_empty() || args.events);
    let Question {
        store,
        basis,
        selection,
        ..
    } = question;
    let line = |selected: &Selected<'_>| serde_json::to_string(selected);
    // No company at all is no news to whoever asks for all of them.
    let mut is_any = args.conditions.is_empty();
    store.select_all(basis, with_events, selection, line, |line| {
        is_any = true;
        out.line(&line.map_err(CommandError::json)?)
    })?;
    Ok(Told::if_any(is_any))
}

/// A row for each company.
fn overview(question: &Question<'_>, out: &mut Output) -> Result<Told, CommandError> {
    let mut table = Overview::new(out.is_terminal());
    question.each(Overview::row, |row| {
        table.put(row);
        Ok(())
    })?;
    out.text(&table.page(question.basis))?;
    Ok(Told::Something)
}

/// A row for each thread.
fn threads(question: &Question<'_>, out: &mut Output) -> Result<Told, CommandError> {
    let basis = question.basis;
    let mut table = ThreadTable::new(out.is_terminal());
    question.each(ThreadTable::rows, |rows| table.put(rows, basis, out))?;
    Ok(Told::if_any(table.finish(basis, out)?))
}

impl Question<'_> {
    /// Makes something of what is selected of each company that is asked about,
    /// without its list of events, and gives it to `take` in the order of the
    /// companies.
    fn each<T: Send>(
        &self,
        made: impl Fn(&Selected<'_>) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        let Self {
            store,
            basis,
            selection,
            company,
        } = self;
        match company {
            Some(company) => {
                let answer = store.at_without_events(company, basis)?;
                match selection.select(&answer) {
                    Some(selected) => take(made(&selected)),
                    None => Ok(()),
                }
            }
            None => store.select_all(basis, false, selection, made, take),
        }
    }
}
