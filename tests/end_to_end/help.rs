//! The help: for every command, within the width, and with examples.

use crate::environment::Environment;

const WIDTH_MAX: usize = 100;
/// The columns of a narrow terminal.
const NARROW: usize = 80;

/// The names under a heading of a help.
fn listed(help: &str, heading: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    let section = lines.take_while(|line| line.starts_with("  "));
    // What is indented deeper goes on with the line before it.
    let entries = section.filter(|line| !line.starts_with("   "));
    entries
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command that has a help, as it is typed.
fn commands(environment: &Environment) -> Vec<String> {
    let help = |typed: &str| environment.type_in(typed).text();
    let mut commands = listed(&help("--help"), "Commands:");
    let kinds = listed(&help("append --help"), "Kinds:");
    commands.extend(kinds.iter().map(|kind| format!("append {kind}")));
    let formats = listed(&help("import --help"), "Commands:");
    commands.extend(formats.iter().map(|format| format!("import {format}")));
    commands
}

#[test]
fn every_command_has_a_help_within_the_width() {
    let environment = Environment::new();
    let commands = commands(&environment);
    for command in ["at", "demo", "append chip-interest", "import edgar"] {
        assert!(commands.iter().any(|known| known == command), "{command}");
    }
    let typed = commands
        .iter()
        .flat_map(|command| [format!("{command} --help"), format!("{command} -h")]);
    for typed in typed.chain(["--help".to_owned(), "-h".to_owned()]) {
        let help = environment.type_in(&typed).text();
        assert!(help.contains("Usage: annals"), "{typed}");
        for line in help.lines().filter(|line| !line.starts_with("Usage:")) {
            assert!(line.chars().count() <= WIDTH_MAX, "{typed}: {line}");
        }
    }
    assert!(!environment.store().exists(), "help needs no store");
}

/// What stands below the flags of a help: examples, and a word on them.
fn closing(help: &str) -> impl Iterator<Item = &str> {
    let below = help.lines().skip_while(|line| !line.contains("-h, --help"));
    let is_flags = |line: &&str| line.is_empty() || line.starts_with(' ');
    let mut below = below.skip(1).skip_while(is_flags).peekable();
    // Cuts, filters and fields are flags too.
    while below
        .next_if(|line| line.ends_with(':') && !line.starts_with("Example"))
        .is_some()
    {
        while below.next_if(is_flags).is_some() {}
    }
    below
}

/// Clap would break a longer line of it where the terminal ends, and nobody could paste
/// the example.
#[test]
fn what_closes_a_help_is_within_a_narrow_terminal() {
    let environment = Environment::new();
    let mut commands = commands(&environment);
    let kinds = ["kind add", "kind list", "kind show", "kind remove"];
    commands.extend(kinds.map(str::to_owned));
    let typed = commands.iter().map(|command| format!("{command} --help"));
    for typed in typed.chain(["--help".to_owned()]) {
        let help = environment.type_in(&typed).text();
        // A list of stages may be broken anywhere.
        let lines = closing(&help).take_while(|line| !line.starts_with("Stages: "));
        for line in lines {
            assert!(line.chars().count() <= NARROW, "{typed}: {line}");
        }
    }
    let help = environment.type_in("head --help").text();
    assert!(closing(&help).count() > 4, "{help}");
    let help = environment.type_in("at --help").text();
    assert!(closing(&help).count() > 4, "{help}");
}

#[test]
fn every_usage_line_is_within_the_width() {
    let environment = Environment::new();
    for command in commands(&environment) {
        let help = environment.type_in(&format!("{command} --help")).text();
        for line in help.lines().filter(|line| line.starts_with("Usage:")) {
            assert!(line.chars().count() <= WIDTH_MAX, "{command}: {line}");
        }
    }
}

#[test]
fn the_help_of_what_is_typed_most_has_examples() {
    let environment = Environment::new();
    for command in [
        "append",
        "at",
        "correct",
        "retract",
        "export",
        "import edgar",
        "head",
        "prove",
    ] {
        let help = environment.type_in(&format!("{command} --help")).text();
        let example = help.split("Example").nth(1).unwrap_or_default();
        assert!(
            example.contains(&format!("\n  annals {command} ")),
            "{command}: {help}"
        );
    }
}

#[test]
fn the_help_of_import_has_examples() {
    let help = Environment::new().type_in("import --help").text();
    assert!(help.contains("\n  annals import edgar "), "{help}");
}

#[test]
fn the_exit_codes_are_in_the_help() {
    let help = Environment::new().type_in("--help").text();
    let (_, codes) = help.split_once("Exit codes:").unwrap();
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "70"] {
        assert!(codes.contains(&format!("{code} ")), "{code}");
    }
}

/// The flags under a heading of a help.
fn flags<'h>(help: &'h str, heading: &str) -> Vec<&'h str> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    let section = lines.take_while(|line| line.starts_with("  "));
    let words = section.filter_map(|line| line.split_whitespace().next());
    words.filter(|word| word.starts_with('-')).collect()
}

#[test]
fn what_every_command_has_stands_last() {
    let environment = Environment::new();
    for command in commands(&environment) {
        let help = environment.type_in(&format!("{command} -h")).text();
        let options = flags(&help, "Options:");
        let last = ["--no-pager", "--store", "-v,", "-h,"];
        assert!(options.ends_with(&last), "{command}: {help}");
    }
}

#[test]
fn cuts_and_filters_stand_by_themselves() {
    let environment = Environment::new();
    for (command, others) in [
        (
            "log",
            &[
                "--kind",
                "--thread",
                "--published",
                "--occurred",
                "--recorded-in",
                "--text",
            ][..],
        ),
        ("show", &[]),
        ("companies", &[]),
        ("diff", &[]),
        ("why", &[]),
        ("history", &[]),
        ("export", &[]),
    ] {
        let help = environment.type_in(&format!("{command} -h")).text();
        let cuts = ["--at", "--on", "--known", "--recorded", "--zone"];
        assert_eq!(flags(&help, "Cuts:"), cuts, "{command}");
        let filters = [others, &["--source", "--min-certainty"]].concat();
        assert_eq!(flags(&help, "Filters:"), filters, "{command}");
    }
}
