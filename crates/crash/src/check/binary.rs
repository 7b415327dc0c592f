//! The same, asked of the program.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use annals::Recorded;

use super::Violation;
use crate::gate;
use crate::recording::Told;

/// Holds what the built program says of a store that was made.
///
/// # Errors
///
/// The first thing that does not hold.
pub fn check_by_program(
    program: &Path,
    dir: &Path,
    history: &[Recorded],
    told: &Told,
) -> Result<(), Violation> {
    const CHECK: &str = "the program agrees";
    if !told.made {
        return Ok(());
    }
    run(program, dir, &["at", "2026-06-30", "--all", "--json"])?;
    let head = run(program, dir, &["head"])?;
    run(program, dir, &["verify"])?;
    let again = run(program, dir, &["head"])?;
    let wrong = |what: String| Err(Violation::new(CHECK, what));
    if head != again {
        return wrong(format!("the head is {head}, and then {again}"));
    }
    let position = head.split(':').next().and_then(|text| text.parse().ok());
    let Some(position) = position.filter(|position: &u64| *position >= told.upto) else {
        return wrong(format!("{head}, and {} was acknowledged", told.upto));
    };
    let last = usize::try_from(position).unwrap_or_default().checked_sub(1);
    let hash = last
        .and_then(|last| history.get(last))
        .map(|last| last.hash);
    match hash {
        Some(hash) if format!("{position}:{hash}") != head.trim() => wrong(head),
        None if position > 0 => wrong(head),
        _ => Ok(()),
    }
}

fn run(program: &Path, dir: &Path, words: &[&str]) -> Result<String, Violation> {
    let mut command = Command::new(program);
    command.args(words).env("ANNALS_STORE", dir);
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = gate::start(&mut command).and_then(Child::wait_with_output);
    let failed = |what: String| Violation::new("the program works", what);
    let Output {
        status,
        stdout,
        stderr,
    } = output.map_err(|error| failed(format!("{}: {error}", program.display())))?;
    // An empty store has nothing to tell, which is no fault.
    if status.success() || status.code() == Some(3) {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&stderr);
    Err(failed(format!(
        "annals {} ended with {status}: {said}",
        words.join(" ")
    )))
}
