//! `annals demo`

use clap::Parser;

use crate::cli::{Cli, DemoArgs};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::Output;
use crate::session::Session;

/// The timeline that this project states in its own words.
const ALIBABA: &str = include_str!("../../../../data/alibaba.jsonl");

pub(crate) fn run(
    session: &Session,
    args: &DemoArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let temporary;
    let dir = match &args.keep {
        Some(dir) => dir.clone(),
        None => {
            temporary = tempfile::Builder::new()
                .prefix("annals-demo-")
                .tempdir()
                .map_err(CommandError::output)?;
            temporary.path().join("store")
        }
    };
    if dir.exists() {
        return Err(
            CommandError::usage(format!("{} is there already", dir.display()))
                .hint("give a folder that is not there yet"),
        );
    }
    let session = session.in_dir(&dir);
    let refused = |error: std::io::Error| {
        CommandError::new(ExitCode::Machine, "cannot write the sample").detail(error.to_string())
    };
    let folder = dir.parent().unwrap_or(&dir).to_owned();
    let sample = folder.join("alibaba.jsonl");
    let sample_is_ours = !sample.exists();
    let export = folder.join("alibaba.json");
    std::fs::create_dir_all(&folder).map_err(refused)?;
    if sample_is_ours {
        std::fs::write(&sample, ALIBABA).map_err(refused)?;
    }
    out.line("An event-sourced store of corporate timelines, on one company's chips and")?;
    out.line("results. Every command below can be typed as it stands.")?;
    let shown = |path: &std::path::Path| path.display().to_string();
    let (store, sample, export) = (shown(&dir), shown(&sample), shown(&export));
    let steps: [(&str, &[&str]); 7] = [
        (
            "Claims go in, each with its source, and when it was made public.",
            &["append", "--quiet", "--file", &sample],
        ),
        ("Before the news broke:", &["at", "2025-12-21", "alibaba"]),
        (
            "On the day of the article:",
            &["at", "2025-12-23", "alibaba"],
        ),
        (
            "Eleven weeks and six changes of a date later:",
            &["at", "2026-03-08", "alibaba"],
        ),
        (
            "What is believed differently between the two:",
            &["diff", "2025-12-23", "2026-03-08", "alibaba"],
        ),
        (
            "What was known then of a day to come:",
            &["at", "2025-12-23", "alibaba", "--on", "2026-02-19"],
        ),
        (
            "The answer as JSON, with the basis that makes it the same next year:",
            &[
                "export",
                "alibaba",
                "--at",
                "2026-03-08",
                "--format",
                "json",
                "-o",
                &export,
            ],
        ),
    ];
    for (about, words) in steps {
        step(&session, about, words, &store, out)?;
    }
    out.line("")?;
    let written = std::fs::metadata(&export).map_or(0, |metadata| metadata.len());
    out.line(&format!("{export}: {written} bytes of JSON."))?;
    match args.keep {
        Some(_) => out.line(&format!("The store is kept in {store}."))?,
        None => {
            out.line("This store was in a temporary folder and is gone now; to keep one:")?;
            out.line("  annals demo --keep DIR")?;
        }
    }
    out.finish()
}

/// Says what a command is for, shows it as it is typed, and runs it.
fn step(
    session: &Session,
    about: &str,
    words: &[&str],
    store: &str,
    out: &mut Output,
) -> Result<(), CommandError> {
    out.line(&format!("\n\n# {about}"))?;
    out.line(&format!("$ annals --store {store} {}\n", words.join(" ")))?;
    out.finish()?;
    let typed = ["annals", "--store", store]
        .into_iter()
        .chain(words.iter().copied());
    let cli = Cli::try_parse_from(typed).map_err(|error| {
        CommandError::new(ExitCode::Bug, "the demo has a step that cannot be typed")
            .detail(error.to_string())
    })?;
    super::run_in(session, cli.command, out)?;
    out.finish()
}
