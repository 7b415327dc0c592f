//! `annals append`

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use annals::Expected;
use annals::append::{AppendOptions, Appended};
use annals::model::id::Version;
use annals::model::limits::UNKNOWN_KINDS_TOLD_MAX;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::json;

use crate::cli::AppendOptionArgs;
use crate::error::CommandError;
use crate::kind_flags;
use crate::output::{Output, say};
use crate::session::Session;

/// What `annals append` was given: a file of events, or the flags of one.
#[derive(Debug)]
pub(crate) struct AppendArgs {
    input: Input,
    new_company: bool,
    quiet: bool,
    options: AppendOptionArgs,
}

#[derive(Debug)]
enum Input {
    File(PathBuf),
    /// The name of a kind, and what was typed behind it.
    Flags(String, ArgMatches),
    Nothing,
}

const EXAMPLES: &str = "\
Examples:
  annals append chip-interest alibaba --vendor AMD --product MI308 \\
         --stage negotiating --quantity 40000..50000 \\
         --occurred 2025-12-22/2025-12-23 --published 2025-12-23 \\
         --certainty reported --confirmation pending --source-name 'Some paper'
  annals append --file data/alibaba.jsonl
  annals export alibaba --format jsonl | annals --store copy append --file -
  annals append earnings-date --help               the flags of one kind";

impl Args for AppendArgs {
    fn augment_args(command: Command) -> Command {
        let switch = |name: &'static str, help: &'static str| {
            Arg::new(name)
                .long(name)
                .action(ArgAction::SetTrue)
                .global(true)
                .help(help)
        };
        AppendOptionArgs::augment_args(command)
            .mut_args(|arg| arg.global(true))
            .arg(
                Arg::new("file")
                    .long("file")
                    .value_name("FILE")
                    .value_parser(clap::value_parser!(PathBuf))
                    .help("JSON Lines to append, all or nothing; - for standard input"),
            )
            .arg(switch(
                "new-company",
                "Declare companies that are not known",
            ))
            .arg(switch("quiet", "Tell the numbers only, not each event").short('q'))
            .subcommands(kind_flags::commands())
            // Kinds of one's own are known only once the store is.
            .allow_external_subcommands(true)
            .subcommand_value_name("KIND")
            .subcommand_help_heading("Kinds")
            .disable_help_subcommand(true)
            .after_help(EXAMPLES)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl AppendArgs {
    /// The kind and what was typed behind it, if the kind is not built in.
    pub(crate) fn kind_from_elsewhere(&self) -> Option<(&str, Vec<OsString>)> {
        let Input::Flags(name, flags) = &self.input else {
            return None;
        };
        let typed = flags.try_get_many::<OsString>("").ok()??;
        Some((name, typed.cloned().collect()))
    }
}

impl FromArgMatches for AppendArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let has_switches = |of_kind: &&ArgMatches| of_kind.try_contains_id("quiet").is_ok();
        let of_kind = matches.subcommand().map(|(_, of_kind)| of_kind);
        let given = of_kind.filter(has_switches).unwrap_or(matches);
        let input = match (matches.subcommand(), matches.get_one::<PathBuf>("file")) {
            (Some((kind, flags)), _) => Input::Flags(kind.to_owned(), flags.clone()),
            (None, Some(file)) => Input::File(file.clone()),
            (None, None) => Input::Nothing,
        };
        Ok(Self {
            input,
            new_company: given.get_flag("new-company"),
            quiet: given.get_flag("quiet"),
            options: AppendOptionArgs::from_arg_matches(given)?,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(
    session: &Session,
    args: &AppendArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let options = AppendOptions {
        new_company: args.new_company,
        ..options(&args.options)?
    };
    let told = |error: CommandError| match args.new_company {
        true => error.without_new_company(),
        false => error,
    };
    let appended = match &args.input {
        Input::Nothing => {
            return Err(CommandError::usage("nothing to append")
                .hint("give --file FILE, or a kind and its flags: `annals append --help`"));
        }
        Input::Flags(kind, flags) => session.appending(options.dry_run, |store| {
            let kinds = store.kinds(store.head().position)?;
            let kind = kind_flags::kind_of(kind, &kinds)?;
            let mut event = kind_flags::event(kind, flags);
            if let Some(fields) = event.as_object_mut() {
                fields.entry("id").or_insert_with(|| json!(store.new_id()));
            }
            let appended = store.append_value(&event, options);
            appended.map_err(|error| told(CommandError::from(error).in_flags()))
        })?,
        Input::File(path) => {
            let mut input = open_input(path)?;
            let name = name_of(path);
            session.appending(options.dry_run, |store| {
                let appended = store.append_lines(&name, &mut *input, options);
                appended.map_err(|error| told(CommandError::from(error).in_input(&name)))
            })?
        }
    };
    tell(&appended, &args.options, args.quiet, out)
}

/// How the library is to append.
pub(crate) fn options(args: &AppendOptionArgs) -> Result<AppendOptions, CommandError> {
    let expected = match args.expect_version.as_deref() {
        None | Some("any") => Expected::Any,
        Some("none") => Expected::None,
        Some(text) => {
            let version = text.parse().map_err(|_| {
                CommandError::usage(format!("--expect-version {text:?} is not a version"))
                    .hint("give any, none or a number")
            })?;
            Expected::Exactly(Version(version))
        }
    };
    Ok(AppendOptions {
        dry_run: args.dry_run,
        expected,
        new_company: false,
    })
}

/// Opens a file of lines, or standard input for `-`.
pub(crate) fn open_input(path: &Path) -> Result<Box<dyn BufRead>, CommandError> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| CommandError::input(path, &error))?;
    let is_dir = file.metadata().is_ok_and(|metadata| metadata.is_dir());
    if is_dir {
        return Err(CommandError::input(
            path,
            &io::ErrorKind::IsADirectory.into(),
        ));
    }
    Ok(Box::new(BufReader::new(file)))
}

/// What an input is called in messages.
pub(crate) fn name_of(path: &Path) -> String {
    match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => path.display().to_string(),
    }
}

/// Says what was done. The store is closed by then, and nothing more is written.
pub(crate) fn tell(
    appended: &Appended,
    args: &AppendOptionArgs,
    quiet: bool,
    out: &mut Output,
) -> Result<(), CommandError> {
    if !args.dry_run {
        out.tell_of_change();
    }
    for kind in appended.unknown_kinds.iter().take(UNKNOWN_KINDS_TOLD_MAX) {
        let names = annals::model::kinds::KINDS.iter().map(|kind| kind.name);
        let near = annals::model::problem::near(kind, names);
        let meant = match near.as_slice() {
            [] => String::new(),
            near => format!(" (did you mean {}?)", near.join(" or ")),
        };
        say(&format!(
            "note: kind {kind:?} is not known here; its events are kept as they are{meant}"
        ));
    }
    if appended.unknown_kinds.len() > UNKNOWN_KINDS_TOLD_MAX {
        say("note: more kinds are not known; their events are kept as they are");
    }
    for outcome in appended.outcomes()?.take_while(|_| !quiet) {
        let annals::Outcome {
            id,
            position,
            version,
            known,
        } = outcome?;
        let state = if known { "known" } else { "new" };
        if args.json {
            out.json_line(&json!({
                "id": id, "position": position, "version": version, "state": state,
            }))?;
        } else {
            out.line(&format!(
                "{id}  position {position}  version {version}  {state}"
            ))?;
        }
    }
    let Appended { new, known, .. } = appended;
    if args.dry_run && args.json {
        out.json_line(&json!({"dry_run": true, "new": new, "known": known}))?;
    }
    out.finish()?;
    match args.dry_run {
        true => say(&format!(
            "dry run: {new} new and {known} known; nothing was appended"
        )),
        false => say(&format!("{new} new, {known} known")),
    }
    Ok(())
}
