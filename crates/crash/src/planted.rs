//! Bugs put in on purpose, to see that each is caught: [`run`].
//!
//! The tree is copied to `target/planted/tree`, one patch after the other is put on it,
//! and the copy's own `annals-crash` is built and run until it finds something.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};

use crate::say::{say, tell};

/// What became of a bug.
struct Outcome {
    name: String,
    about: String,
    /// The first line that tells of a violation.
    caught: Option<String>,
    cycles: String,
}

/// Puts them in one after the other, and tells whether each was caught within so many
/// cycles.
///
/// # Errors
///
/// If the tree cannot be copied, patched or built.
pub fn run(only: Option<&str>, cycles: u64) -> Result<bool> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let project = project.canonicalize()?;
    let home = project.join("target/planted");
    let mut outcomes = Vec::new();
    for patch in patches(&project)? {
        let name = patch.file_stem().unwrap_or_default().to_string_lossy();
        if only.is_some_and(|only| only != name) {
            continue;
        }
        tell(&format!("{name} ..."));
        outcomes.push(plant(&project, &home, &patch, cycles)?);
    }
    say(&table(&outcomes))?;
    Ok(outcomes.iter().all(|outcome| outcome.caught.is_some()))
}

fn patches(project: &Path) -> Result<Vec<PathBuf>> {
    let folder = project.join("crates/crash/planted");
    let entries = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path()));
    let mut paths: Vec<PathBuf> = entries.collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "patch"));
    paths.sort_unstable();
    Ok(paths)
}

fn plant(project: &Path, home: &Path, patch: &Path, cycles: u64) -> Result<Outcome> {
    let tree = home.join("tree");
    copy_tree(project, &tree)?;
    // Within another repository, git would look for the files of that one.
    let mut git = Command::new("git");
    git.arg("apply").arg(patch).current_dir(&tree);
    succeeded(git.env("GIT_CEILING_DIRECTORIES", home))?;
    let mut build = Command::new("cargo");
    build.args(["build", "--locked", "--package", "annals-crash"]);
    build
        .arg("--target-dir")
        .arg(home.join("build"))
        .current_dir(&tree);
    succeeded(&mut build)?;
    let mut run = Command::new(home.join("build/debug/annals-crash"));
    let output = run.args(["cycles", "--first", "--cycles", &cycles.to_string()]);
    let output = output.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let count = said.lines().find_map(|line| line.split_once(" cycles, "));
    let text = fs::read_to_string(patch)?;
    let outcome = Outcome {
        name: patch
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        about: text.lines().next().unwrap_or_default().to_owned(),
        caught: said
            .lines()
            .find(|line| line.starts_with("cycle "))
            .map(str::to_owned),
        cycles: count.map_or("", |(count, _)| count).to_owned(),
    };
    match output.status.code() {
        Some(0 | 5) => Ok(outcome),
        // A bug that keeps a workload from its end is caught as well, but not by a cut.
        _ => bail!(
            "{}: {}",
            outcome.name,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// Copies what git knows of, as it stands, and leaves files alone that are the same, so
/// that little is built again.
fn copy_tree(project: &Path, tree: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let listed = succeeded(git.current_dir(project))?;
    let listed = String::from_utf8(listed.stdout).context("a name that is no text")?;
    let names: HashSet<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
    remove_others(tree, tree, &names)?;
    for name in names {
        let (from, to) = (project.join(name), tree.join(name));
        let Ok(bytes) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(tree))?;
        fs::write(to, bytes)?;
    }
    Ok(())
}

/// Removes what a tree that was copied before has too much.
fn remove_others(folder: &Path, tree: &Path, names: &HashSet<&str>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(tree)?.to_string_lossy().into_owned();
        match path.is_dir() {
            true => remove_others(&path, tree, names)?,
            false if names.contains(&*name) => {}
            false => fs::remove_file(&path)?,
        }
    }
    Ok(())
}

fn succeeded(command: &mut Command) -> Result<Output> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} ended with {}: {said}", output.status);
    }
    Ok(output)
}

fn table(outcomes: &[Outcome]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["bug", "what it does", "caught after", "by"]);
    for outcome in outcomes {
        // "cycle N (workload; model; before call N): check: what"
        let caught = outcome.caught.as_deref();
        let check = caught.and_then(|line| line.split_once("): ")?.1.split_once(": "));
        let (after, by) = match check {
            Some((check, _)) => (format!("{} cycles", outcome.cycles), check),
            None => (format!("not in {} cycles", outcome.cycles), ""),
        };
        table.add_row([&outcome.name, &outcome.about, &after, by]);
    }
    table.to_string()
}
