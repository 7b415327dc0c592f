//! The pager: what is longer than the screen of a person is shown in it.

use std::path::Path;

use crate::environment::{ANNALS, Environment, Run, skip};

/// Makes a terminal; of util-linux.
const SCRIPT: &str = "/usr/bin/script";
/// A pager that marks the lines that it shows.
const MARKING: &str = "ANNALS_PAGER='sed s/^/paged:/'";

/// Runs a command line at a terminal of so many lines; nothing where no terminal can
/// be made.
fn at_terminal(environment: &Environment, rows: u32, line: &str) -> Option<String> {
    if !Path::new(SCRIPT).is_file() {
        skip("there is no script(1) that makes a terminal");
        return None;
    }
    let line = format!("stty rows {rows} cols 80; {line}");
    let mut command = environment.command_of(SCRIPT);
    let folder = Path::new(ANNALS).parent().unwrap().display();
    command
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("SHELL", "/bin/sh")
        .env("TERM", "dumb")
        .args(["-qec", &line, "/dev/null"]);
    let run: Run = Run::of(command, b"").done();
    Some(run.text().replace('\r', ""))
}

#[test]
fn what_is_longer_than_the_screen_is_paged() {
    let environment = Environment::with_sample();
    for typed in [
        "log",
        "log alibaba --reverse",
        "at 2026-03-08 alibaba",
        "at 2026-03-08 --all",
        "at 2026-03-08 --all --section chips",
        "diff 2025-12-23 2026-03-08 alibaba",
        "diff 2025-12-23 2026-03-08 --all",
        "why alibaba earnings.next.date",
        "history alibaba 'earnings[fy2026-q3].date'",
        "companies",
        "show b1000004",
    ] {
        let line = format!("{MARKING} annals {typed}");
        let Some(short) = at_terminal(&environment, 3, &line) else {
            return;
        };
        let all_are = short.lines().all(|line| line.starts_with("paged:"));
        assert!(all_are && short.lines().count() > 2, "{typed}: {short}");
        let tall = at_terminal(&environment, 200, &line).unwrap();
        assert!(!tall.contains("paged:"), "{typed}: {tall}");
        assert_eq!(tall, short.replace("paged:", ""), "{typed}");
    }
}

#[test]
fn whoever_wants_no_pager_gets_none() {
    let environment = Environment::with_sample();
    for line in [
        format!("{MARKING} annals log --no-pager"),
        format!("{MARKING} annals --no-pager log"),
        format!("{MARKING} annals log --json"),
        format!("{MARKING} annals log | cat"),
        "ANNALS_PAGER= PAGER='sed s/^/paged:/' annals log".to_owned(),
        "ANNALS_PAGER=cat annals log".to_owned(),
        "PAGER= annals log".to_owned(),
        // One that is not there is no error.
        "ANNALS_PAGER=/no/such/pager annals log".to_owned(),
    ] {
        let Some(told) = at_terminal(&environment, 5, &line) else {
            return;
        };
        assert!(!told.contains("paged:"), "{line}: {told}");
        assert!(!told.contains("error"), "{line}: {told}");
        assert!(told.contains("b1000015"), "{line}: {told}");
    }
}

#[test]
fn the_pager_is_named_by_a_variable() {
    let environment = Environment::with_sample();
    for line in [
        "PAGER='sed s/^/paged:/' annals log",
        "PAGER=false ANNALS_PAGER='sed s/^/paged:/' annals log",
    ] {
        let Some(told) = at_terminal(&environment, 5, line) else {
            return;
        };
        assert_eq!(told.matches("paged:").count(), 39, "{line}: {told}");
    }
    // Piped there is no person, whatever the variable says.
    let piped = environment.shell(&format!("{MARKING} annals log")).text();
    assert!(!piped.contains("paged:"), "{piped}");
}

#[test]
fn a_pager_that_is_quit_early_is_no_error() {
    let environment = Environment::with_sample();
    for pager in ["true", "head -n 2", "false"] {
        let line = format!("ANNALS_PAGER='{pager}' annals log; echo ended with $?");
        let Some(told) = at_terminal(&environment, 5, &line) else {
            return;
        };
        assert!(told.ends_with("ended with 0\n"), "{pager}: {told}");
        assert!(!told.contains("error"), "{pager}: {told}");
    }
}
