//! `annals check`

use std::path::PathBuf;

use annals::Error;
use annals::Store;
use annals::model::id::Slug;
use annals::projection::basis::Basis;
use annals::projection::check::{CHECKS, Check, Finding, Severity};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use crate::cli::AskArgs;
use crate::commands::expectations;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::render;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals check
  annals check alibaba --at 2026-03-08
  annals check --only results-overdue --strict
  annals check --list
  annals check --assert expected.csv

A file of expectations has the columns company, path, expected and, where they
are wanted, op, at, known, on, recorded and zone. `docs/checks.md` tells more.")]
pub(crate) struct CheckArgs {
    /// Only this company: a slug, LEI, CIK, ISIN, ticker, or the start of a name
    #[arg(conflicts_with_all = ["all", "assert"])]
    company: Option<String>,
    /// Every company, as without a company
    #[arg(long)]
    all: bool,
    /// Only this check (repeatable)
    #[arg(long, value_name = "CHECK", value_parser = named(), hide_possible_values = true)]
    only: Vec<&'static Check>,
    /// Not this check (repeatable)
    #[arg(long, value_name = "CHECK", value_parser = named(), hide_possible_values = true)]
    skip: Vec<&'static Check>,
    /// List the checks
    #[arg(long, conflicts_with_all = ["company", "all", "assert"])]
    list: bool,
    /// End with exit code 5 if there is a warning
    #[arg(long)]
    strict: bool,
    /// Hold a file of expectations instead: CSV or JSON Lines, - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "skip", "all"])]
    assert: Option<PathBuf>,
    #[command(flatten)]
    ask: AskArgs,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

fn named() -> impl TypedValueParser<Value = &'static Check> {
    let names = PossibleValuesParser::new(CHECKS.iter().map(|check| check.name));
    names.try_map(|name| Check::named(&name).ok_or("no such check"))
}

pub(crate) fn run(
    session: &Session,
    args: &CheckArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    if args.list {
        return list(args, out);
    }
    let store = session.open_to_read()?;
    if let Some(file) = &args.assert {
        expectations::run(session, &store, (file, &args.ask, args.json), out)?;
        return Ok(store.close()?);
    }
    let basis = session.basis_of(&store, &args.ask)?;
    let mut told = Told::default();
    if !args.json {
        out.page();
    }
    let asked = checks(args);
    if asked.is_empty() {
        say("note: all checks are left out");
    }
    match &args.company {
        Some(key) => {
            let company = store.find(key, &basis.cuts)?;
            for check in asked.iter().filter(|check| check.is_across()) {
                // Of all checks nobody asked for it.
                if args.only.contains(check) {
                    let name = check.name;
                    say(&format!(
                        "note: {name} holds companies against each other, not one"
                    ));
                }
            }
            let found = store.check(&company, &basis, &asked)?;
            tell(&store, (&company, &found), args, out)?;
            told.count(&found);
        }
        None => all(&store, args, &basis, &mut told, out)?,
    }
    out.finish()?;
    store.close()?;
    told.conclude(args)
}

fn all(
    store: &Store,
    args: &CheckArgs,
    basis: &Basis,
    told: &mut Told,
    out: &mut Output,
) -> Result<(), CommandError> {
    store.check_all(basis, &checks(args), |company, found| {
        tell(store, (company, found), args, out)?;
        told.count(found);
        Ok(())
    })
}

/// The checks that are asked for.
fn checks(args: &CheckArgs) -> Vec<&'static Check> {
    let is_wanted = |check: &&'static Check| {
        (args.only.is_empty() || args.only.contains(check)) && !args.skip.contains(check)
    };
    CHECKS.iter().filter(is_wanted).collect()
}

fn list(args: &CheckArgs, out: &mut Output) -> Result<(), CommandError> {
    for check in checks(args) {
        match args.json {
            true => out.json_line(&json!({
                "check": check.name,
                "severity": check.severity,
                "about": check.about,
                "advice": check.advice,
            }))?,
            false => out.text(&render::findings::check(check))?,
        }
    }
    out.finish()
}

fn tell(
    store: &Store,
    (company, found): (&Slug, &[Finding]),
    args: &CheckArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    if !args.json {
        let shown: Vec<_> = found
            .iter()
            .flat_map(|finding| render::findings::shown(&finding.events))
            .copied()
            .collect();
        let ids = store.short_ids(&shown).map_err(|error: Error| error)?;
        let ids = shown.into_iter().zip(ids).collect();
        return out.text(&render::findings::findings(company, found, &ids));
    }
    for finding in found {
        out.json_line(&json!({
            "company": company,
            "check": finding.check.name,
            "severity": finding.check.severity,
            "kind": finding.kind,
            "thread": finding.thread,
            "events": finding.events,
            "text": finding.text,
            "advice": finding.check.advice,
        }))?;
    }
    Ok(())
}

/// How much was found.
#[derive(Default)]
struct Told {
    warnings: usize,
    notes: usize,
}

impl Told {
    fn count(&mut self, found: &[Finding]) {
        let is_warning = |finding: &&Finding| finding.check.severity == Severity::Warning;
        let warnings = found.iter().filter(is_warning).count();
        self.warnings += warnings;
        self.notes += found.len() - warnings;
    }

    fn conclude(&self, args: &CheckArgs) -> Result<(), CommandError> {
        let count = |count: usize, what: &str| match count {
            1 => format!("1 {what}"),
            many => format!("{many} {what}s"),
        };
        let sum = format!(
            "{} and {}",
            count(self.warnings, "warning"),
            count(self.notes, "note")
        );
        if args.strict && self.warnings > 0 {
            return Err(CommandError::new(ExitCode::CheckFailed, sum)
                .hint("`annals check --list` tells what each check means, and what to do"));
        }
        say(&match self.warnings + self.notes {
            0 => "nothing is doubtful".to_owned(),
            _ => format!("{sum}; `annals check --list` tells what to do about them"),
        });
        Ok(())
    }
}
