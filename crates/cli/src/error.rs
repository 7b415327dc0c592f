//! What went wrong with a command: what, where, why, and what to do next.

mod code;
mod ids;
mod machine;

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::Path;

use annals::Error;
use annals::error::{LineProblem, LineProblems};
use annals::log_errors::LogError;
use annals::model::own_kinds::Kinds;
use annals::model::problem::{Defect, brief, near};

use crate::error::code::code_of;
use crate::exit_code::ExitCode;
use crate::hints::{self, hint_for};
use crate::render::words::clean;

/// An error as a person is told of it.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// How the command ends.
    pub(crate) code: ExitCode,
    what: String,
    /// Lines below it: the causes, or all lines at fault.
    details: Vec<String>,
    hint: Option<String>,
    broken_pipe: bool,
    of_cache: bool,
    /// The store did not take what was appended.
    of_append: bool,
}

impl CommandError {
    pub(crate) fn new(code: ExitCode, what: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            details: Vec::new(),
            hint: None,
            broken_pipe: false,
            of_cache: false,
            of_append: false,
        }
    }

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, what)
    }

    /// No kind of this name among those that are known.
    pub(crate) fn unknown_kind(name: &str, kinds: &Kinds) -> Self {
        let near = near(name, kinds.iter().map(|kind| kind.name));
        let error = Self::usage(format!("no kind {name:?}"));
        match near.as_slice() {
            [] => error.hint("`annals schema` lists the kinds"),
            near => error.hint(format!("did you mean {}?", near.join(" or "))),
        }
    }

    pub(crate) fn ending_with(self, code: ExitCode) -> Self {
        Self { code, ..self }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Standard output, or the file that stands for it, cannot be written.
    pub(crate) fn output(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let told = Self::new(ExitCode::Machine, OUTPUT);
        Self {
            broken_pipe,
            ..told.because(&error)
        }
    }

    /// Says which file stood for the output that could not be written.
    pub(crate) fn naming_output(mut self, path: &Path) -> Self {
        if self.what == OUTPUT {
            self.what = format!("cannot write {}", path.display());
        }
        self
    }

    /// Says that what was asked is done all the same, where only telling of it failed.
    pub(crate) fn after_change(mut self) -> Self {
        if self.what == OUTPUT {
            self.what = format!("it is done and stays so, but {OUTPUT}");
            self.hint = Some("do not do it again: `annals log` tells what is there".to_owned());
        }
        self
    }

    /// Says what the system said, and what to do about it.
    pub(crate) fn because(self, error: &io::Error) -> Self {
        let told = self.detail(machine::plain(&error.to_string()));
        match machine::hint_for(error) {
            Some(hint) => told.hint(hint),
            None => told,
        }
    }

    pub(crate) fn json(error: serde_json::Error) -> Self {
        Self::output(io::Error::from(error))
    }

    /// An input file cannot be opened or read.
    pub(crate) fn input(path: &Path, error: &io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => ExitCode::Usage,
            _ => ExitCode::Machine,
        };
        Self::new(code, format!("cannot read {}", path.display()))
            .detail(error.to_string())
            .hint("give the path of a file, or - for standard input")
    }

    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.broken_pipe
    }

    /// What went wrong, in a line.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Whether something that can be made again from the log is damaged.
    pub(crate) fn is_of_cache(&self) -> bool {
        self.of_cache
    }

    /// Says which store it is about.
    pub(crate) fn in_store(self, dir: &Path) -> Self {
        let place = dir.display().to_string();
        match self.what.contains(&place) {
            true => self,
            false => self.detail(format!("store: {place}")),
        }
    }

    /// Says which store did not take an append that was sound.
    pub(crate) fn of_append_to(self, dir: &Path) -> Self {
        match self.code {
            ExitCode::Machine | ExitCode::Damaged if self.of_append => self.in_store(dir),
            _ => self,
        }
    }

    /// Says which input the lines at fault are of.
    pub(crate) fn in_input(mut self, name: &str) -> Self {
        for detail in &mut self.details {
            if let Some(rest) = detail.strip_prefix("line ") {
                *detail = format!("{name}:{rest}");
            }
        }
        self
    }

    /// Of flags there is only one event, and no line.
    pub(crate) fn in_flags(mut self) -> Self {
        for detail in &mut self.details {
            let rest = detail
                .strip_prefix("line ")
                .and_then(|rest| rest.split_once(": "));
            if let Some((_, rest)) = rest {
                *detail = rest.to_owned();
            }
        }
        // Each time the same flags are an event of a new id.
        if self.hint.as_deref() == Some(hints::UNKNOWN) {
            let hint = "see to the cause, and look with `annals log COMPANY` whether it is there \
                        before you append it again";
            self.hint = Some(hint.to_owned());
        }
        if self.what.starts_with("lines at fault: ") {
            self.what = "the event is at fault; nothing was appended".to_owned();
        }
        self
    }

    /// Says what to do about a company that there is not, where a flag cannot.
    pub(crate) fn without_new_company(mut self) -> Self {
        if self.hint.as_deref() == Some(DECLARE) {
            self.hint = Some("declare it with `annals append company SLUG --name …`".to_owned());
        }
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", clean(&brief(&self.what)))?;
        for detail in &self.details {
            writeln!(f, "  {}", clean(&brief(detail)))?;
        }
        match &self.hint {
            Some(hint) => writeln!(f, "hint: {}", clean(&brief(hint))),
            None => Ok(()),
        }
    }
}

impl From<LogError> for CommandError {
    fn from(error: LogError) -> Self {
        Error::from(error).into()
    }
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        let error = without_wrapping(error);
        let mut told = Self::new(code_of(&error), error.to_string());
        told.of_append = matches!(&error, Error::Append(_));
        told.of_cache = matches!(&error, Error::Log(LogError::Cache { .. }));
        match &error {
            Error::Lines {
                lines, at_fault, ..
            } => told
                .of_lines(lines)
                .and_more(*at_fault, lines.len(), "lines at fault")
                .hint(hint_for_lines(lines)),
            Error::IdsReused { conflicts, count } => told.of_ids_reused(conflicts, *count),
            Error::UnknownCompany { held, .. } if !held.is_empty() => {
                let slugs = held.iter().map(|held| held.slug.to_string());
                let mut slugs: Vec<String> = slugs.collect();
                slugs.sort_unstable();
                slugs.dedup();
                held.iter()
                    .fold(told, |told, held| told.detail(held.to_string()))
                    .hint(format!(
                        "ask with --on and one of those days, or by its slug: {}",
                        slugs.join(", ")
                    ))
            }
            Error::UnknownCompany { near, .. } if near.is_empty() => {
                told.hint("`annals companies` lists the companies")
            }
            Error::UnknownCompany { near, .. } => told.hint(format!(
                "did you mean {}? `annals companies` lists all",
                near.join(" or ")
            )),
            Error::AmbiguousCompany { matches, .. } => {
                let slugs: Vec<String> = matches.iter().take(8).map(ToString::to_string).collect();
                told.hint(format!("say which: {}", slugs.join(", ")))
            }
            Error::AmbiguousEvent { matches, .. } => {
                let ids: Vec<String> = matches.iter().map(ToString::to_string).collect();
                told.hint(format!("give more of it: {}", ids.join(", ")))
            }
            Error::NothingThere { threads, .. } if threads.is_empty() => {
                told.hint("`annals at DATE COMPANY` shows what is known")
            }
            Error::NothingThere { threads, .. } => {
                let some: Vec<&str> = threads.iter().take(8).map(String::as_str).collect();
                told.hint(format!("there are {}", some.join(", ")))
            }
            Error::CannotSet { settable, .. } => {
                told.hint(format!("what can be set: {}", settable.join(", ")))
            }
            Error::Import { files } => files
                .iter()
                .fold(told, |told, (file, why)| {
                    told.detail(format!("{file}: {why}"))
                })
                .hint("give the file as EDGAR has it; --cik tells whose an older page is"),
            other => match hint_for(other).or_else(|| machine::hint_of(other)) {
                Some(hint) => told.causes_of(other).hint(hint),
                None => told.causes_of(other),
            },
        }
    }
}

impl CommandError {
    /// Tells what is wrong with each line.
    fn of_lines(mut self, lines: &[LineProblems]) -> Self {
        for LineProblems { line, problems } in lines {
            self.details
                .extend(problems.iter().map(|problem| match problem.column() {
                    Some(column) => format!("line {line}:{column}: {problem}"),
                    None => format!("line {line}: {problem}"),
                }));
        }
        self
    }

    /// Says that there are more than are told.
    fn and_more(self, all: u64, told: usize, what: &str) -> Self {
        match all.saturating_sub(told as u64) {
            0 => self,
            more => self.detail(format!("and {more} more {what}")),
        }
    }

    fn causes_of(mut self, error: &Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            let text = machine::plain(&cause.to_string());
            if text != self.what && !self.details.contains(&text) {
                self.details.push(text);
            }
            source = cause.source();
        }
        self
    }
}

const OUTPUT: &str = "cannot write the output";

/// Where the log had to be opened and could not be, only why matters.
fn without_wrapping(error: Error) -> Error {
    match error {
        Error::Log(LogError::Open { source }) => Error::Open(*source),
        error => error,
    }
}

const DECLARE: &str = "declare it with `annals append company SLUG --name …`, or add --new-company";

fn hint_for_lines(lines: &[LineProblems]) -> &'static str {
    let all_are = |is_one: fn(&Defect) -> bool| {
        let mut problems = lines.iter().flat_map(|line| &line.problems);
        problems.all(|problem| match problem {
            LineProblem::Event(it) => is_one(&it.what),
            LineProblem::More { .. } => true,
            _ => false,
        })
    };
    if is_over_several_lines(lines) {
        "each line is one event, whole: `jq -c` writes JSON so"
    } else if all_are(
        |defect| matches!(defect, Defect::UnknownCompany { held, .. } if !held.is_empty()),
    ) {
        "an identifier means who had it on the day of publication; say the company by its slug"
    } else if all_are(|defect| matches!(defect, Defect::UnknownCompany { .. })) {
        DECLARE
    } else {
        "mend these and append again; `annals schema KIND` shows what a kind holds"
    }
}

/// Whether the first line begins an object or a list, and does not end it.
fn is_over_several_lines(lines: &[LineProblems]) -> bool {
    let first = lines.first().filter(|first| first.line == 1);
    let first = first.filter(|_| lines.len() > 1);
    first.is_some_and(|first| {
        let ends_within = |problem: &LineProblem| {
            matches!(problem, LineProblem::NotJson { message, .. } if message.contains("ends within"))
        };
        first.problems.iter().any(ends_within)
    })
}
