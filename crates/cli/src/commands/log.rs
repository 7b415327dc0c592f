//! `annals log`

use std::time::Duration;

use annals::date_range::DateRange;
use annals::listing::{Count, Following, LogQuery, Order};
use annals::model::id::Position;
use annals::model::time::Zone;
use annals::projection::basis::Basis;
use annals::projection::event_filter::EventFilter;
use annals::{Recorded, Store};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::cli::{AskArgs, FILTERS};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::render::log::{LogStyle, LogTable};
use crate::session::{Session, zone};

/// How often it is looked whether there is more.
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
#[command(after_help = "\
A range is A..B with either side left out, each side a date or words; or one
date.

Examples:
  annals log alibaba
  annals log --kind earnings_date --limit 20
  annals log --published 2025-12-23..2026-01-31 --min-certainty attributed
  annals log alibaba --occurred 2025-12 --text 'h200'
  annals log --recorded-in yesterday.. --reverse
  annals log alibaba --at 2025-12-23 --json
  annals log --follow --json | jq .data")]
pub(crate) struct LogArgs {
    /// Only this company: a slug, LEI, CIK, ISIN, ticker, or the start of a name
    company: Option<String>,
    /// At most so many events, the last ones
    #[arg(long, value_name = "N", conflicts_with = "first")]
    limit: Option<u64>,
    /// At most so many events, the first ones
    #[arg(long, value_name = "N")]
    first: Option<u64>,
    /// The newest first
    #[arg(long)]
    reverse: bool,
    /// Go on with every event that is appended, until interrupted
    #[arg(long, conflicts_with_all = ["first", "reverse", "recorded_in"])]
    #[arg(conflicts_with_all = ["at", "known", "on", "recorded"])]
    follow: bool,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    ask: AskArgs,
}

/// Which events are listed, beside --source and --min-certainty.
#[derive(Debug, Args)]
struct FilterArgs {
    /// Only of this kind (repeatable)
    #[arg(long, help_heading = FILTERS)]
    kind: Vec<String>,
    /// Only of this thread (repeatable)
    #[arg(long, value_name = "NAME", help_heading = FILTERS)]
    thread: Vec<String>,
    /// Only what was published within this range
    #[arg(long, value_name = "A..B", help_heading = FILTERS)]
    published: Option<String>,
    /// Only what can have happened within this range
    #[arg(long, value_name = "A..B", help_heading = FILTERS)]
    occurred: Option<String>,
    /// Only what was recorded within this range, of dates or positions (digits)
    #[arg(long, value_name = "A..B", help_heading = FILTERS)]
    recorded_in: Option<String>,
    /// Only what has this text in its source, thread, reason or data
    #[arg(long, value_name = "WORDS", help_heading = FILTERS)]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    text: Option<String>,
}

pub(crate) fn run(session: &Session, args: &LogArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    if args.follow && session.has_caches_elsewhere() {
        let what = "a log whose caches are made elsewhere cannot be followed";
        let hint = "`annals rebuild` where the store can be written, or leave --follow out";
        return Err(CommandError::new(ExitCode::Machine, what).hint(hint));
    }
    let basis = session.basis_of(&store, &args.ask)?;
    let query = query(session, &store, args, &basis)?;
    for kind in &query.filter.kinds {
        known_kind(&store, kind, &basis, args.follow)?;
    }
    if !args.json && !args.follow {
        out.page();
    }
    let style = LogStyle {
        as_json: args.json,
        names_company: query.company.is_none(),
        zone: zone(&args.ask.cuts)?,
        kinds: basis.kinds.clone(),
    };
    let mut table = LogTable::new(&store, style);
    let found = table.list(store.listing(&query)?, out)?;
    if args.follow {
        follow(store.follow(query), &mut table, out)?;
    } else if !found && args.limit != Some(0) && args.first != Some(0) {
        say("note: no event of the log is like that");
    }
    out.finish()?;
    Ok(store.close()?)
}

fn query(
    session: &Session,
    store: &Store,
    args: &LogArgs,
    basis: &Basis,
) -> Result<LogQuery, CommandError> {
    let (ask, filter) = (&args.ask, &args.filter);
    let zone = zone(&ask.cuts)?;
    let range = |text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| session.range(text, zone)).transpose()
    };
    let (published, occurred) = (range(&filter.published)?, range(&filter.occurred)?);
    let company = args.company.as_deref();
    let company = company.map(|key| store.find(key, &basis.cuts));
    let (after, upto) = match &filter.recorded_in {
        Some(text) => recorded_in(session, store, text, zone)?,
        None => (Position(0), Position::LAST),
    };
    // What is in the log is listed, whenever it is made public, unless it is asked
    // what was known.
    let is_cut = ask.at.is_some() || ask.cuts.known.is_some();
    Ok(LogQuery {
        company: company.transpose()?,
        filter: EventFilter {
            kinds: filter.kind.iter().map(|it| it.replace('-', "_")).collect(),
            threads: filter.thread.clone(),
            sources: ask.cuts.source.clone(),
            min_certainty: ask.cuts.min_certainty,
            published_days: published.as_ref().and_then(DateRange::whole_days),
            published: published.map(|it| it.instants()).unwrap_or_default(),
            occurred: occurred.map(|it| it.days()).unwrap_or_default(),
            text: filter.text.clone(),
        },
        known: is_cut.then_some(basis.cuts.known),
        after,
        upto: upto.min(basis.cuts.recorded),
        count: match (args.first, args.limit) {
            (Some(count), _) => Count::First(count),
            (None, Some(count)) => Count::Last(count),
            (None, None) => Count::All,
        },
        order: match args.reverse {
            true => Order::NewestFirst,
            false => Order::OldestFirst,
        },
    })
}

/// The positions that were recorded within a range: after the first, up to the
/// second.
fn recorded_in(
    session: &Session,
    store: &Store,
    text: &str,
    zone: Zone,
) -> Result<(Position, Position), CommandError> {
    let range = session.recorded_range(text, zone)?;
    let (after, upto) = store.recorded_within(&range)?;
    let last = upto.min(store.head().position);
    session.explain(&match last > after {
        true => format!("{text:?} is position {} to {last}", after.0 + 1),
        false => format!("{text:?} has no position of the log"),
    });
    Ok((after, upto))
}

/// Lists what is appended, until nobody reads it any more.
fn follow(
    mut following: Following<'_>,
    table: &mut LogTable<'_>,
    out: &mut Output,
) -> Result<(), CommandError> {
    loop {
        table.list(following.more()?, out)?;
        out.finish()?;
        if !out.wait(LOOK_EVERY) {
            return Ok(());
        }
    }
}

/// Refuses a kind that is not known, and of which there is no event. Who follows
/// the log is told so, and may wait for one.
fn known_kind(
    store: &Store,
    kind: &str,
    basis: &Basis,
    may_come: bool,
) -> Result<(), CommandError> {
    if basis.kinds.named(kind).is_some() {
        return Ok(());
    }
    let of_kind = LogQuery {
        company: None,
        filter: EventFilter {
            kinds: vec![kind.to_owned()],
            ..EventFilter::default()
        },
        known: None,
        after: Position(0),
        upto: basis.cuts.recorded,
        count: Count::First(1),
        order: Order::OldestFirst,
    };
    let first: Option<Result<Recorded, _>> = store.listing(&of_kind)?.next();
    match first.transpose()? {
        Some(_) => Ok(()),
        None if may_come => {
            say(&format!("note: there is no kind {kind:?} yet"));
            Ok(())
        }
        None => {
            let error = CommandError::unknown_kind(kind, &basis.kinds);
            Err(error.ending_with(ExitCode::NotFound))
        }
    }
}
