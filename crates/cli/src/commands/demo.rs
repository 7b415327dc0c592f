//! `annals demo`

use std::io;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::cli::{Cli, DemoArgs};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::Output;
use crate::render::words::quoted;
use crate::session::Session;
use crate::temporary;

/// The timeline that this project states in its own words.
const SAMPLE: &str = include_str!("../../../../data/alibaba.jsonl");

/// What is shown, and the command that shows it. `{sample}` and `{export}` are
/// files in the folder of the demo.
const STEPS: &[(&str, &str)] = &[
    (
        "Claims go in, each with its source and the day it was made public.",
        "append --quiet --file {sample}",
    ),
    (
        "What could be known before the news broke:",
        "at 2025-12-21 alibaba",
    ),
    ("And on the day of the article:", "at 2025-12-23 alibaba"),
    (
        "Eleven weeks and six changes of a date later:",
        "at 2026-03-08 alibaba",
    ),
    (
        "What is believed differently, and by which publication:",
        "diff 2025-12-23 2026-03-08 alibaba",
    ),
    (
        "Every date that the results have had, and from when on it was known:",
        "history alibaba earnings.next.date --at 2026-03-08",
    ),
    (
        "The answer as JSON, with the basis that makes it the same next year:",
        "export alibaba --at 2026-03-08 --format json -o {export}",
    ),
];

pub(crate) fn run(
    session: &Session,
    args: &DemoArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    // All of it is one page, of which each command writes a part.
    out.without_pager();
    let folder = folder(args.keep.as_deref())?;
    let (store, sample) = (folder.join("store"), folder.join("alibaba.jsonl"));
    let export = folder.join("alibaba.json");
    std::fs::write(&sample, SAMPLE).map_err(|error| refused(&sample, &error))?;
    let session = session.in_dir(&store);
    out.line("What was known when, of one company's chips and results. Every command")?;
    out.line("below can be typed as it stands.")?;
    if let Ok(program) = std::env::current_exe() {
        out.line(&format!(
            "\n$ alias annals={}",
            quoted(&program.display().to_string())
        ))?;
    }
    out.line(&format!(
        "$ export ANNALS_STORE={}",
        quoted(&store.display().to_string())
    ))?;
    for (about, command) in STEPS {
        let words = command.split(' ').map(|word| match word {
            "{sample}" => sample.display().to_string(),
            "{export}" => export.display().to_string(),
            word => word.to_owned(),
        });
        step(&session, about, &words.collect::<Vec<_>>(), out)?;
    }
    let bytes = std::fs::metadata(&export)
        .map_err(|error| refused(&export, &error))?
        .len();
    out.line(&format!(
        "{bytes} bytes of JSON are in {}.",
        export.display()
    ))?;
    out.line("\n# To go on from here:\n")?;
    out.line("$ annals why alibaba earnings.next.date --at 2026-03-08")?;
    out.line("$ annals check")?;
    out.line("$ annals log alibaba")?;
    out.line("$ annals at 2025-12-23 alibaba --on 2026-02-19")?;
    out.line("$ annals at 2025-12-21 alibaba --recorded 23")?;
    out.line("$ annals append chip-interest --help")?;
    out.line(&format!(
        "\nAll of it is in {}; remove that when you are done.",
        folder.display()
    ))?;
    out.finish()
}

/// A folder of the demo's own: the one that was asked for, which must not be
/// there yet, or a new one among the temporary ones.
fn folder(keep: Option<&Path>) -> Result<PathBuf, CommandError> {
    match keep {
        None => Ok(temporary::folder("annals-demo-")?.keep()),
        Some(folder) if folder.exists() => {
            let what = format!("{} is there already", folder.display());
            Err(CommandError::usage(what).hint("give a folder that is not there yet"))
        }
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| refused(folder, &error))?;
            folder
                .canonicalize()
                .map_err(|error| refused(folder, &error))
        }
    }
}

fn refused(path: &Path, error: &io::Error) -> CommandError {
    CommandError::new(
        ExitCode::Machine,
        format!("cannot write {}", path.display()),
    )
    .detail(error.to_string())
}

/// Says what a command is for, shows it as it is typed, and runs it.
fn step(
    session: &Session,
    about: &str,
    words: &[String],
    out: &mut Output,
) -> Result<(), CommandError> {
    out.line(&format!("\n\n# {about}\n"))?;
    let shown: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    out.line(&format!("$ annals {}\n", shown.join(" ")))?;
    out.finish()?;
    let typed = std::iter::once("annals").chain(words.iter().map(String::as_str));
    let cli = Cli::try_parse_from(typed).map_err(|error| {
        CommandError::new(ExitCode::Bug, "the demo has a step that cannot be typed")
            .detail(error.to_string())
    })?;
    super::run_in(session, &cli.command, out)?;
    out.finish()
}
