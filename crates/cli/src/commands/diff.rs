//! `annals diff`

use annals::Store;
use annals::model::id::Slug;
use annals::projection::basis::Basis;
use annals::projection::diff::{Change, Diff};
use annals::projection::section::SectionName;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::cli::{AskArgs, CutArgs};
use crate::commands::at::section;
use crate::error::CommandError;
use crate::output::{Output, say};
use crate::render::changes;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(
    override_usage = "annals diff <DATE> <DATE> <COMPANY> [OPTIONS]\n       \
                      annals diff <DATE> <DATE> --all [OPTIONS]\n       \
                      annals diff --on <DAY>..<DAY> [DATE] <COMPANY> [OPTIONS]",
    after_help = "\
Examples:
  annals diff 2025-12-23 2026-03-08 alibaba
  annals diff 'last friday' today --all --section earnings
  annals diff --on 2026-01-01..2026-02-20 alibaba    the world goes on, and
                                                     what is known stands still
  annals diff --known 2026-01-01..2026-02-01 --on 2025-12-09 alibaba
  annals diff --recorded 23..38 alibaba              what we have recorded since

Two dates compare what `annals at` answers at each. A range on one of the cuts
walks along that cut and holds the others still."
)]
pub(crate) struct DiffArgs {
    /// Two dates and a company; or, with a range on a cut, a date at most
    #[arg(value_name = "DATE|COMPANY", num_args = 0..=3)]
    what: Vec<String>,
    /// Every company
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    ask: AskArgs,
    /// Only what changed in this section: chips, earnings … (repeatable)
    #[arg(long, value_name = "NAME", value_parser = section())]
    section: Vec<SectionName>,
    /// Only changes of this kind: moved, stage, certainty … (repeatable)
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(CHANGES))]
    #[arg(hide_possible_values = true)]
    change: Vec<String>,
    /// Print JSON (JSON Lines with --all)
    #[arg(long)]
    json: bool,
}

/// The kinds of changes, as they are typed and told.
const CHANGES: &[&str] = &[
    "added",
    "withdrawn",
    "linked",
    "stage",
    "moved",
    "narrowed",
    "widened",
    "in_force",
    "overdue",
    "place",
    "certainty",
    "confirmation",
    "changed",
    "evidence",
];

pub(crate) fn run(
    session: &Session,
    args: &DiffArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let (company, compared) = understood(args)?;
    let store = session.open_to_read()?;
    let (before, after) = compared.bases(session, &store, &args.ask)?;
    if !args.json {
        out.page();
    }
    match company {
        Some(key) => {
            let company = store.find(&key, &after.cuts)?;
            of_one(&store, args, &company, (&before, &after), out)?;
        }
        None => of_all(&store, args, (&before, &after), out)?,
    }
    out.finish()?;
    Ok(store.close()?)
}

/// What is compared.
enum Compared {
    /// The answers at two dates.
    Dates(String, String),
    /// The answers along a cut, at a date or as the flags say.
    Along(Cut, String, String, Option<String>),
}

/// A cut that is walked along.
#[derive(Clone, Copy)]
enum Cut {
    Known,
    On,
    Recorded,
}

/// The company that is asked about, or all, and what is compared.
fn understood(args: &DiffArgs) -> Result<(Option<String>, Compared), CommandError> {
    let mut what = args.what.clone();
    let company = match args.all {
        true => None,
        false => Some(what.pop().ok_or_else(|| usage("which company?"))?),
    };
    let cuts = &args.ask.cuts;
    let ranges = [
        (Cut::Known, &cuts.known),
        (Cut::On, &cuts.on),
        (Cut::Recorded, &cuts.recorded),
    ];
    let mut ranges = ranges.into_iter().filter_map(|(cut, text)| {
        let (from, to) = range(text.as_deref()?)?;
        Some((cut, from.to_owned(), to.to_owned()))
    });
    let compared = match (ranges.next(), ranges.next(), what.as_slice()) {
        (Some(_), Some(_), _) => return Err(usage("only one of the cuts can be a range")),
        (None, _, [from, to]) if args.ask.at.is_none() => Compared::Dates(from.clone(), to.clone()),
        (None, _, [_, _]) => return Err(usage("--at goes with a range, not with two dates")),
        (None, ..) => return Err(usage("two dates are compared, or a range on a cut")),
        (Some((cut, from, to)), None, []) => Compared::Along(cut, from, to, None),
        (Some(_), None, _) if args.ask.at.is_some() => {
            return Err(usage("a date is given twice"));
        }
        (Some((cut, from, to)), None, [at]) => Compared::Along(cut, from, to, Some(at.clone())),
        (Some((cut, from, to)), None, [first, at, ..]) => {
            say(&format!(
                "note: with a range on a cut the question is held at {at:?}; {first:?} plays no part"
            ));
            Compared::Along(cut, from, to, Some(at.clone()))
        }
    };
    Ok((company, compared))
}

fn usage(what: &str) -> CommandError {
    CommandError::usage(what).hint(
        "annals diff DATE DATE COMPANY, or annals diff --on DAY..DAY COMPANY; \
         `annals diff --help` shows more",
    )
}

/// The two ends of a range. A set of EDTF, and a date with an open end, are none.
fn range(text: &str) -> Option<(&str, &str)> {
    let is_edtf = text.starts_with(['[', '{']) || text.contains('/');
    let (from, to) = text.split_once("..").filter(|_| !is_edtf)?;
    let is_given = |end: &str| !end.trim().is_empty();
    (is_given(from) && is_given(to)).then_some((from.trim(), to.trim()))
}

impl Compared {
    fn bases(
        &self,
        session: &Session,
        store: &Store,
        ask: &AskArgs,
    ) -> Result<(Basis, Basis), CommandError> {
        let at = |at: Option<&String>, cuts: CutArgs| {
            let at = at.or(ask.at.as_ref()).cloned();
            session.basis_of(store, &AskArgs { at, cuts })
        };
        match self {
            Self::Dates(from, to) => {
                let cuts = || ask.cuts.clone();
                Ok((at(Some(from), cuts())?, at(Some(to), cuts())?))
            }
            Self::Along(cut, from, to, held) => {
                let end = |end: &String| {
                    let mut cuts = ask.cuts.clone();
                    *cut.of(&mut cuts) = Some(end.clone());
                    at(held.as_ref(), cuts)
                };
                Ok((end(from)?, end(to)?))
            }
        }
    }
}

impl Cut {
    fn of(self, cuts: &mut CutArgs) -> &mut Option<String> {
        match self {
            Self::Known => &mut cuts.known,
            Self::On => &mut cuts.on,
            Self::Recorded => &mut cuts.recorded,
        }
    }
}

/// Whether a change is wanted.
fn is_wanted(change: &Change, args: &DiffArgs) -> bool {
    let section = change.section.split('.').next().unwrap_or_default();
    let of_section =
        args.section.is_empty() || args.section.iter().any(|it| it.as_str() == section);
    let kind = json!(change.change);
    of_section && (args.change.is_empty() || args.change.iter().any(|it| kind == **it))
}

fn of_one(
    store: &Store,
    args: &DiffArgs,
    company: &Slug,
    (before, after): (&Basis, &Basis),
    out: &mut Output,
) -> Result<(), CommandError> {
    let was = store.at_without_events(company, before)?;
    let is = store.at_without_events(company, after)?;
    let mut changes = Diff::between(&was.timeline, &is.timeline).changes();
    changes.retain(|change| is_wanted(change, args));
    if args.json {
        out.json(&as_json(company, &changes, (before, after)))
    } else {
        let name = is.timeline.company.name.as_deref();
        let name = name.unwrap_or(company.as_str());
        let heading = changes::heading(name, (before, after));
        out.text(&heading)?;
        match changes.is_empty() {
            true => out.text(nothing(args)),
            false => out.text(&changes::changes(&changes, out.is_terminal())),
        }
    }
}

fn of_all(
    store: &Store,
    args: &DiffArgs,
    (before, after): (&Basis, &Basis),
    out: &mut Output,
) -> Result<(), CommandError> {
    if !args.json {
        out.text(&changes::heading("All companies", (before, after)))?;
    }
    let is_terminal = out.is_terminal();
    let made = |company: &Slug, changes: &[Change]| {
        let wanted = changes.iter().filter(|change| is_wanted(change, args));
        let wanted: Vec<Change> = wanted.cloned().collect();
        if wanted.is_empty() {
            return None;
        }
        Some(match args.json {
            true => format!("{}\n", as_json(company, &wanted, (before, after))),
            false => {
                let told = changes::changes(&wanted, is_terminal);
                format!("{company}\n{told}\n")
            }
        })
    };
    let mut any = false;
    store.diff_all((before, after), made, |text: String| {
        any = true;
        out.text(&text)
    })?;
    match any || args.json {
        true => Ok(()),
        false => out.text(nothing(args)),
    }
}

fn nothing(args: &DiffArgs) -> &'static str {
    match args.section.is_empty() && args.change.is_empty() {
        true => changes::NOTHING,
        false => changes::NOTHING_OF_THAT,
    }
}

fn as_json(company: &Slug, changes: &[Change], (before, after): (&Basis, &Basis)) -> Value {
    json!({
        "company": company,
        "from": before,
        "to": after,
        "changes": changes,
    })
}
