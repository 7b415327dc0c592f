//! What can be typed.

use std::path::PathBuf;

use annals::model::identifier::Identifier;
use annals::model::vocabulary::Certainty;
use annals::proof::TreeHead;
use annals::{KeptHead, KeptHeadError};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::append::AppendArgs;
use crate::commands::at::AtArgs;
use crate::commands::backup::{BackupArgs, RestoreArgs};
use crate::commands::check::CheckArgs;
use crate::commands::companies::CompaniesArgs;
use crate::commands::diff::DiffArgs;
use crate::commands::history::HistoryArgs;
use crate::commands::join::JoinArgs;
use crate::commands::kind::KindArgs;
use crate::commands::log::LogArgs;
use crate::commands::prove::ProveArgs;
use crate::commands::redact::RedactArgs;
use crate::commands::salvage::SalvageArgs;
use crate::commands::show::ShowArgs;
use crate::commands::why::WhyArgs;
use crate::render::words::quoted;

/// What was known when: an event-sourced store of corporate timelines
///
/// Append what a source said about a company, ask what anyone could have known
/// on any date, and export the answer as JSON.
#[derive(Debug, Parser)]
#[command(name = "annals", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// Folder of the store [env: ANNALS_STORE] [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", display_order = LAST)]
    pub(crate) store: Option<PathBuf>,
    /// Say on standard error how the question was understood
    #[arg(short, long, global = true, display_order = LAST)]
    pub(crate) verbose: bool,
    /// Show nothing in a pager
    #[arg(long, global = true, display_order = LAST)]
    pub(crate) no_pager: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command has stand below those of the command.
const LAST: usize = 900;

/// What says as known when, of which day, and by which part of the log.
pub(crate) const CUTS: &str = "Cuts";
/// What says which claims or events.
pub(crate) const FILTERS: &str = "Filters";

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 the data is at fault, 2 usage, 3 nothing found,
4 conflict, 5 a check failed, 6 the store is damaged, 7 the machine is in the
way (disk, permission, lock), 70 our bug.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Append events, by flags or from JSON Lines
    Append(AppendArgs),
    /// Show what could have been known on a date
    At(AtArgs),
    /// Tell what is believed differently at two dates
    Diff(DiffArgs),
    /// Tell what a value follows from, and what lost against it
    Why(WhyArgs),
    /// Tell every value that a field has had
    History(HistoryArgs),
    /// Tell what was known at the moment of each row of a table
    Join(JoinArgs),
    /// List the events of the log, or follow it
    Log(Box<LogArgs>),
    /// Show one event, and how it stands
    Show(ShowArgs),
    /// List the companies
    Companies(CompaniesArgs),
    /// Tell what is legal and yet doubtful, or hold expectations against the store
    Check(CheckArgs),
    /// Say that an event does not hold
    Retract(RetractArgs),
    /// Say what an event should have said
    Correct(CorrectArgs),
    /// Erase what an event said, for good
    Redact(RedactArgs),
    /// Write timelines or events as JSON
    Export(ExportArgs),
    /// Read events from another format
    Import(ImportArgs),
    /// Declare kinds of one's own, list them, or take one back
    Kind(KindArgs),
    /// Show the kinds of events, or the JSON Schema of one
    Schema(SchemaArgs),
    /// Tell how much the store holds
    Stats(StatsArgs),
    /// Print the head of the log, to be kept elsewhere
    Head(HeadArgs),
    /// Walk the whole log and check it
    Verify(VerifyArgs),
    /// Prove an event, or that the log only grew, to who does not have the store
    Prove(ProveArgs),
    /// Add what came since to a backup
    Backup(BackupArgs),
    /// Make a store of a backup
    Restore(RestoreArgs),
    /// Bring out all that is whole of a damaged store
    Salvage(SalvageArgs),
    /// Make every cache again from the log
    Rebuild,
    /// Show what this program does, in a store of its own
    Demo(DemoArgs),
}

/// The cuts of a question that can be set apart from its date, and which claims
/// are heard.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CutArgs {
    /// Day in the world that is asked about
    #[arg(long, value_name = "DAY", help_heading = CUTS)]
    pub(crate) on: Option<String>,
    /// What was published after this is not known (a day: its end)
    #[arg(long, value_name = "DATE", help_heading = CUTS)]
    pub(crate) known: Option<String>,
    /// Read the log up to a position (digits) or an instant
    #[arg(long, value_name = "POSITION|DATE", help_heading = CUTS)]
    pub(crate) recorded: Option<String>,
    /// Zone in which a day ends: Asia/Shanghai, +08:00
    #[arg(long, value_name = "ZONE", default_value = "UTC", help_heading = CUTS)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) zone: String,
    /// Hear only claims of this source (repeatable)
    #[arg(long, value_name = "NAME", help_heading = FILTERS)]
    pub(crate) source: Vec<String>,
    /// Hear only claims that are so sure, or surer
    #[arg(long, value_name = "WORD", value_parser = certainty(), help_heading = FILTERS)]
    pub(crate) min_certainty: Option<Certainty>,
}

impl CutArgs {
    /// The flags by which another command asks at the same date under the same cuts.
    pub(crate) fn as_typed(&self, at: &str) -> String {
        let flag = |name: &str, value: &str| format!("--{name} {}", quoted(value));
        let cuts = [
            ("on", &self.on),
            ("known", &self.known),
            ("recorded", &self.recorded),
        ];
        let cuts = cuts.into_iter();
        let given = cuts.filter_map(|(name, value)| Some(flag(name, value.as_ref()?)));
        let zone = (self.zone != "UTC").then(|| flag("zone", &self.zone));
        let sources = self.source.iter().map(|source| flag("source", source));
        let least = self.min_certainty;
        let least = least.map(|least| flag("min-certainty", &least.to_string()));
        let at = std::iter::once(flag("at", at));
        let flags = at.chain(given).chain(zone).chain(sources).chain(least);
        flags.collect::<Vec<_>>().join(" ")
    }
}

/// Reads a word for who stands behind a claim.
pub(crate) fn certainty() -> impl TypedValueParser<Value = Certainty> {
    let words = PossibleValuesParser::new(Certainty::WORDS);
    words.try_map(|word| word.parse::<Certainty>())
}

/// Reads a CIK, with or without its zeros.
fn cik(text: &str) -> Result<String, String> {
    match Identifier::read("cik", text, None, None) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// How far the log is read, where nothing else is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordedArgs {
    /// Read the log up to a position (digits) or an instant
    #[arg(long, value_name = "POSITION|DATE", help_heading = CUTS)]
    pub(crate) recorded: Option<String>,
    /// Zone in which a day ends: Asia/Shanghai, +08:00
    #[arg(long, value_name = "ZONE", default_value = "UTC", help_heading = CUTS)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) zone: String,
}

/// A question that is asked now unless a date is given.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AskArgs {
    /// Ask at a date: a day, an instant, or words ('last friday') [default: now]
    #[arg(long, value_name = "DATE", help_heading = CUTS)]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) cuts: CutArgs,
}

/// What a retraction and a correction say besides.
#[derive(Debug, Args)]
pub(crate) struct AmendArgs {
    /// Whose error it was: ours (record) or theirs (source)
    #[arg(long, value_enum)]
    pub(crate) fault: FaultArg,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// When it was published [default: with the event for our own error, now
    /// for the source's]
    #[arg(long, value_name = "DATE")]
    pub(crate) published: Option<String>,
    /// Who says so [default: the source of the event]
    #[arg(long, value_name = "NAME")]
    pub(crate) source_name: Option<String>,
    /// Where to read it
    #[arg(long, value_name = "URL", requires = "source_name")]
    pub(crate) source_url: Option<String>,
    #[command(flatten)]
    pub(crate) options: AppendOptionArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaultArg {
    /// Our error: the world knew better all along
    #[value(alias = "ours")]
    Record,
    /// The source's error: until now the world was told so
    #[value(alias = "theirs")]
    Source,
}

/// How a batch is appended.
#[derive(Debug, Clone, Args)]
pub(crate) struct AppendOptionArgs {
    /// Check everything and append nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Refuse unless the company is at this version: any, none or a number
    #[arg(long, value_name = "N")]
    pub(crate) expect_version: Option<String>,
    /// Print JSON Lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals retract b1000004 --fault source \\
         --reason 'the outlet printed the wrong year'
  annals retract --file ids.txt --fault record \\
         --reason 'imported from the wrong file'

The file has an id a line, or is CSV or JSON Lines as that of `annals correct`.")]
pub(crate) struct RetractArgs {
    /// The id of the event, or its first digits
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(crate) id: Option<String>,
    /// Retract the events that a file lists, all or none; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) amend: AmendArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals correct a1000001 --fault record --set data.stage=considering \\
         --reason 'typed the wrong stage'
  annals correct a1000001 --fault source --set data.quantity.max=60000 \\
         --published 2026-01-05 --reason 'the paper corrected itself'
  annals correct a1000001 --fault record --set company=tencent \\
         --reason 'put under the wrong company'
  annals correct --file times.csv --fault record \\
         --reason 'Eastern time read as UTC'

The file is CSV with a column `id` and a column for each path (an empty field
changes nothing), or JSON Lines: {\"id\": …, \"set\": {\"data.stage\": …}}.")]
pub(crate) struct CorrectArgs {
    /// The id of the event, or its first digits
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(crate) id: Option<String>,
    /// A field and its value: data.stage=considering, company=tencent
    #[arg(long, value_name = "PATH=VALUE", required_unless_present = "file")]
    #[arg(conflicts_with = "file")]
    pub(crate) set: Vec<String>,
    /// Correct the events that a file lists, all or none; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) amend: AmendArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals export alibaba --at 2025-12-23 --format json -o alibaba.json
  annals export --all --at 2026-03-08 --format jsonl \\
         | annals --store copy append --file -

A company that is declared only after the date is not in the JSON Lines: append
those with --new-company.")]
pub(crate) struct ExportArgs {
    /// A slug, LEI, CIK, ISIN, ticker, or the start of a name
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) company: Option<String>,
    /// Every company
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
    /// The timeline as one object (json), or the visible events (jsonl)
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: ExportFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// The timeline
    Json,
    /// The visible events, one a line, as they can be appended. Where a correction or a
    /// repetition was published before what it names, and that is not visible yet, append
    /// that first
    Jsonl,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  annals import edgar CIK0001318605.json CIK0001318605-submissions-001.json")]
pub(crate) struct ImportArgs {
    #[command(subcommand)]
    pub(crate) format: ImportFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportFormat {
    /// Read submissions of the SEC (CIK##########.json and older pages)
    Edgar(EdgarArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals import edgar CIK0001318605.json CIK0001318605-submissions-001.json
  annals import edgar --times detected crawls/*.json

EDGAR has marked Eastern times as UTC, so that a filing seems to have been
public four or five hours before it was. A file with times at which nothing is
accepted in New York is told; a later crawl of the company corrects them.
Of a filing before about 2002 only the day is known: it was public by its end.")]
pub(crate) struct EdgarArgs {
    /// The files, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The CIK, for an older page whose name does not tell it
    #[arg(long, value_parser = cik)]
    pub(crate) cik: Option<String>,
    /// In which zone times of acceptance are
    #[arg(long, value_enum, default_value = "marked")]
    pub(crate) times: TimesArg,
    /// Check everything and append nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimesArg {
    /// UTC, as they are marked
    Marked,
    /// Eastern in files of which one in 20 or more cannot be UTC
    Detected,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The kind whose JSON Schema is wanted
    pub(crate) kind: Option<String>,
    /// Print the JSON Schemas of all kinds, one a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals head > /mnt/elsewhere/head
  annals head --tree > /mnt/elsewhere/tree

`annals verify --since` takes the head of the chain, `annals prove --since` that
of the tree, and `annals-proof check --head` the latter without the store.")]
pub(crate) struct HeadArgs {
    /// The head of the tree of RFC 6962 instead of that of the chain
    #[arg(long)]
    pub(crate) tree: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals verify
  annals head > /mnt/elsewhere/head
  annals verify --since $(cat /mnt/elsewhere/head)

Whoever can write the files of a store can make its chain anew. A head that was
kept where they cannot write proves that nothing up to it was changed since.")]
pub(crate) struct VerifyArgs {
    /// Prove that the log only grew since this head (repeatable)
    #[arg(long, value_name = "HEAD", value_parser = chain_head)]
    pub(crate) since: Vec<KeptHead>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads the head of a chain, and tells that of a tree from it.
fn chain_head(text: &str) -> Result<KeptHead, String> {
    match text.parse::<TreeHead>() {
        Ok(_) => Err("it is a tree head; `annals prove --since` takes it".to_owned()),
        Err(_) => text
            .parse()
            .map_err(|error: KeptHeadError| error.to_string()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Work in this new folder [default: a new one among the temporary ones]
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}
