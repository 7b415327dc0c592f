//! `annals demo`: what it shows can be typed.

use crate::environment::Environment;

/// The commands that a demo shows.
fn shown(output: &str) -> Vec<&str> {
    output
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect()
}

/// Keeps a demo and types all that it shows.
fn replay(folder: &str) {
    let environment = Environment::new();
    let output = environment.run(["demo", "--keep", folder]).text();
    let commands = shown(&output);
    let annals = commands.iter().filter(|line| line.starts_with("annals "));
    assert!(annals.count() >= 6, "{output}");
    let mut settings = String::new();
    for command in commands {
        if !command.starts_with("annals ") {
            settings.push_str(&format!("{command}\n"));
        }
        // Each by itself, so that the one that fails is told.
        let run = environment
            .shell(&format!("set -e\n{settings}{command}"))
            .done();
        if command.starts_with("annals ") {
            let said = run.stdout.len() + run.stderr.len();
            assert_ne!(said, 0, "{command} said nothing");
        }
    }
    assert!(
        !environment.store().exists(),
        "a demo has a store of its own"
    );
}

#[test]
fn a_demo_needs_nothing() {
    let environment = Environment::new();
    let output = environment.type_in("demo").text();
    for word in ["alibaba", "MI308", "FY2026-Q3", "2026-03-08"] {
        assert!(output.contains(word), "{word}: {output}");
    }
    assert!(
        !environment.store().exists(),
        "a demo has a store of its own"
    );
}

#[test]
fn what_a_demo_shows_can_be_typed() {
    replay("kept");
}

#[test]
fn what_a_demo_shows_can_be_typed_where_a_path_has_a_space() {
    replay("kept here");
}

#[test]
fn a_demo_does_not_touch_a_folder_that_is_there() {
    let environment = Environment::with_sample();
    let files = environment.settled_files();
    environment
        .type_in("demo --keep store")
        .refused(2, &["store", "already"]);
    environment.assert_files(&files, "a demo");
}
