//! The house: which crate may know which, and that the documents say it all.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Each crate, and those of ours that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("event-model", &[]),
    ("event-log", &["event-model"]),
    // It checks proofs without a store, and so knows nothing of one.
    ("annals-proof", &[]),
    ("projection", &["event-model"]),
    ("exchange", &["event-model"]),
    (
        "annals",
        &[
            "annals-proof",
            "event-model",
            "event-log",
            "projection",
            "exchange",
        ],
    ),
    ("annals-cli", &["annals"]),
    // It measures the library, and nobody ships it.
    ("annals-bench", &["annals"]),
    // It feeds each of them with bad input, and nobody ships it.
    (
        "annals-fuzz",
        &[
            "event-model",
            "event-log",
            "projection",
            "exchange",
            "annals",
            "annals-proof",
        ],
    ),
    // It cuts its power, and nobody ships it.
    ("annals-crash", &["annals"]),
];

fn packages() -> Vec<Value> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn arrows_point_down_only() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| text(&package["name"]))
        .collect();
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for package in &packages {
        let name = text(&package["name"]);
        let allowed = allowed.get(name).copied();
        let allowed = allowed.unwrap_or_else(|| panic!("{name} is not in the list of crates"));
        // Tests may see more than what they test: only what is shipped counts.
        let shipped = package["dependencies"].as_array().unwrap().iter();
        let shipped = shipped.filter(|dependency| dependency["kind"] != "dev");
        for dependency in shipped.map(|dependency| text(&dependency["name"])) {
            assert!(
                !ours.contains(dependency) || allowed.contains(&dependency),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn tests_point_down_too() {
    let order: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let place = |name: &str| order.iter().position(|known| *known == name);
    for package in packages() {
        let name = text(&package["name"]);
        for dependency in package["dependencies"].as_array().unwrap() {
            let dependency = text(&dependency["name"]);
            assert!(place(dependency) <= place(name), "{name} uses {dependency}");
        }
    }
}

/// Every word of a list of texts, wherever it stands in a schema.
fn words(schema: &Value, name: &str, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(list) = fields.get(name).and_then(Value::as_array) {
                found.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            fields.values().for_each(|value| words(value, name, found));
        }
        Value::Array(list) => list.iter().for_each(|value| words(value, name, found)),
        _ => {}
    }
}

/// The part of a document under a heading, down to the next one.
fn section<'d>(document: &'d str, heading: &str) -> Option<&'d str> {
    let (_, rest) = document.split_once(&format!("\n{heading}\n"))?;
    let end = ["\n## ", "\n### "]
        .iter()
        .filter_map(|next| rest.find(next));
    rest.get(..end.min().unwrap_or(rest.len()))
}

#[test]
fn the_document_on_events_names_all_that_a_schema_allows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
    let document = std::fs::read_to_string(path).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_annals"))
        .env_clear()
        .env("HOME", "/nonexistent")
        .args(["schema", "--json"])
        .output()
        .unwrap();
    let schemas = String::from_utf8(output.stdout).unwrap();
    let schemas: Vec<Value> = schemas
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(schemas.len(), 22);
    for schema in &schemas {
        let kind = text(&schema["properties"]["kind"]["const"]);
        let section = section(&document, &format!("### `{kind}`"));
        let section = section.unwrap_or_else(|| panic!("no section on {kind}"));
        let data = &schema["properties"]["data"];
        let fields = data["properties"].as_object().unwrap();
        assert!(!fields.is_empty(), "{kind}");
        for field in fields.keys() {
            let row = format!("| `{field}` |");
            assert!(section.contains(&row), "{kind}: {field}");
        }
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        assert_eq!(rows.count(), fields.len(), "{kind}: a field too many");
        let mut allowed = BTreeSet::new();
        for field in ["stage", "status"] {
            words(
                &fields.get(field).cloned().unwrap_or_default(),
                "enum",
                &mut allowed,
            );
        }
        for stage in allowed {
            assert!(section.contains(&format!("`{stage}`")), "{kind}: {stage}");
        }
        let envelope = schema["properties"].as_object().unwrap();
        for field in envelope.keys() {
            let row = format!("| `{field}` |");
            assert!(document.contains(&row), "the envelope: {field}");
        }
        let mut allowed = BTreeSet::new();
        words(&schema["properties"], "enum", &mut allowed);
        for word in allowed {
            assert!(document.contains(&format!("`{word}`")), "{kind}: {word}");
        }
    }
}

/// The limits with their names.
macro_rules! limits {
    ($($name:ident),* $(,)?) => {
        [$((stringify!($name), annals::model::limits::$name as u64)),*]
    };
}

#[test]
fn the_document_on_limits_has_each_with_its_value() {
    let limits = limits![
        EVENT_BYTES_MAX,
        SLUG_BYTES_MAX,
        KIND_BYTES_MAX,
        THREAD_BYTES_MAX,
        EVENT_ID_BYTES_MAX,
        TEXT_CHARS_MAX,
        DATA_DEPTH_MAX,
        DATA_ITEMS_MAX,
        NUMBER_CHARS_MAX,
        NUMBER_EXPONENT_MAX,
        PUBLISHED_AHEAD_US_MAX,
        EDTF_BYTES_MAX,
        SCHEME_BYTES_MAX,
        VALUE_BYTES_MAX,
        SYMBOL_BYTES_MAX,
        COMPANY_KEY_BYTES_MAX,
        PATH_BYTES_MAX,
        LINE_BYTES_MAX,
        JSON_DEPTH_MAX,
        BATCH_EVENTS_MAX,
        BATCH_COMPANY_BYTES_MAX,
        AMENDMENTS_BYTES_MAX,
        KIND_FILE_BYTES_MAX,
        KIND_DECLARATIONS_MAX,
        KIND_EVENTS_MAX,
        IMPORT_FILE_BYTES_MAX,
        IMPORT_BYTES_MAX,
        TABLE_ROW_BYTES_MAX,
        TABLE_COLUMNS_MAX,
        LINES_TOLD_MAX,
        PROBLEMS_TOLD_MAX,
        PROBLEM_CHARS_MAX,
        FAULT_CHARS_MAX,
        NEAR_BYTES_MAX,
        SUGGESTIONS_MAX,
    ];
    let path = |file: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(file)
    };
    let read = |file: &str| std::fs::read_to_string(path(file)).unwrap();
    let document = read("docs/limits.md");
    let rows: BTreeMap<&str, &str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .collect();
    for (name, value) in limits {
        let row = rows.get(name).unwrap_or_else(|| panic!("no row on {name}"));
        let said = row.split([' ', '|']).next().unwrap().replace(',', "");
        assert_eq!(said, value.to_string(), "{name}");
    }
    let proof = format!("{} bytes of a proof", annals::proof::FILE_BYTES_MAX);
    // Wherever its lines end.
    let words: Vec<&str> = document.split_whitespace().collect();
    let text = words.join(" ").replace(',', "");
    assert!(text.contains(&proof), "{proof}");
    let years = annals::model::limits::YEARS;
    let years = format!("{} to {} |", years.start(), years.end());
    assert!(rows["YEARS"].starts_with(&years), "{}", rows["YEARS"]);
    let code = read("crates/event-model/src/limits.rs");
    let names = code
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "));
    let names: BTreeSet<&str> = names.map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, rows.keys().copied().collect());
}
