//! Events that were redacted: what they said is gone, all else stays.

use std::path::Path;

use serde_json::{Value, json};

use crate::environment::{Environment, company, large, sample_events, statement, talks, thread};

const SECRET: &str = "Q7ZK9 Jane Doe of Elm Street X4WV2";
const ID: &str = "a0000001-0000-4000-8000-000000000001";
const REDACT: &str = "redact a0000001 --reason court-order";

fn with_id(mut event: Value, id: &str) -> Value {
    event["id"] = json!(id);
    event
}

fn secret() -> Value {
    with_id(statement("alibaba", "2025-12-23", SECRET), ID)
}

/// A store that holds the secret; in the journal, or in blocks with much else.
fn holding(in_blocks: bool) -> Environment {
    let environment = Environment::with_sample();
    environment.append(&[secret()]);
    if in_blocks {
        environment.append(&large());
    }
    // Every cache is there.
    environment.at("2026-03-08 alibaba");
    environment
}

/// Everything that is told of all that there is.
fn told(environment: &Environment) -> String {
    let commands = [
        "export --all --at 2030-01-01 --format jsonl",
        "log --json",
        "show a0000001 --json",
        "at 2026-03-08 alibaba --json",
        "history alibaba statements --json",
        "salvage store",
    ];
    let outputs = commands.map(|typed| {
        let run = environment.type_in(typed);
        String::from_utf8(run.stdout).unwrap()
    });
    outputs.concat()
}

/// How many files of the store, caches and all, hold the secret as it is.
fn files_with_secret(environment: &Environment) -> usize {
    let mut folders = vec![environment.store()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(8).any(|part| part == &SECRET.as_bytes()[..8]);
            count += usize::from(found);
        }
    }
    count
}

#[test]
fn what_was_redacted_is_told_by_nothing_and_in_no_file() {
    for in_blocks in [false, true] {
        let environment = holding(in_blocks);
        let head = environment.type_in("head").text();
        assert!(told(&environment).contains(SECRET));
        assert!(in_blocks || files_with_secret(&environment) > 0);
        let said = environment.type_in(REDACT).done();
        assert!(said.stderr.contains("1 redacted"), "{}", said.stderr);
        for _ in 0..2 {
            assert!(!told(&environment).contains(SECRET));
            assert_eq!(files_with_secret(&environment), 0);
            environment.type_in("rebuild").done();
        }
        let since = format!("verify --since {}", head.trim());
        environment.type_in(&since).done();
    }
}

#[test]
fn the_timeline_says_that_something_was_redacted_and_why() {
    let environment = holding(false);
    let before = environment.at("2026-03-08 alibaba");
    environment.type_in(REDACT).done();
    let after = environment.at("2030-01-01 alibaba");
    let redacted = &after["redacted"][0];
    assert_eq!(redacted["event"], ID);
    assert_eq!(redacted["kind"], "statement");
    assert_eq!(redacted["reason"], "court-order");
    assert_eq!(
        environment.show(redacted["by"].as_str().unwrap())["status"],
        "redacts"
    );
    let shown = environment.show("a0000001");
    assert_eq!(shown["status"], "redacted");
    assert_eq!(shown["redacted_by"]["reason"], "court-order");
    assert_eq!(shown["published"], "2025-12-23");
    // Of what it said nothing is left, and all else is as it was.
    let same = environment.at("2026-03-08 alibaba");
    for section in [
        "company",
        "strategy",
        "earnings",
        "chips",
        "regulation",
        "market",
    ] {
        assert_eq!(same[section], before[section], "{section}");
    }
    let others = |answer: &Value| answer["other"].as_array().unwrap().len();
    assert_eq!(others(&same) + 1, others(&before));
    // The redaction itself was published later.
    assert_eq!(same["redacted"][0]["by"], Value::Null);
    let page = environment.type_in("at 2030-01-01 alibaba").text();
    assert!(page.contains("1 event redacted"), "{page}");
    let listed = environment.type_in("log alibaba --kind redacted").text();
    assert!(listed.contains("was statement"), "{listed}");
}

#[test]
fn what_it_struck_stays_struck() {
    let environment = Environment::new();
    environment.append(&[company("alibaba")]);
    let wrong = with_id(talks("alibaba", "2026-01-10", "agreed"), ID);
    environment.append(&[wrong]);
    let correct = "correct a0000001 --fault source --published 2026-01-12 \
                   --set data.stage=negotiating --reason wrong --json";
    let correction = environment.type_in(correct).json_lines();
    let correction = correction[0]["id"].as_str().unwrap();
    let stage = |date: &str| {
        let answer = environment.at(&format!("{date} alibaba"));
        thread(&answer["chips"], "amd-mi308").map(|it| it["stage"].clone())
    };
    assert_eq!(stage("2026-01-11"), Some(json!("agreed")));
    assert_eq!(stage("2026-01-13"), Some(json!("negotiating")));
    let said = environment
        .type_in(&format!("redact {correction} --reason x"))
        .done();
    assert!(
        said.stderr.contains(&format!("{ID} is corrected by it")),
        "{}",
        said.stderr
    );
    assert_eq!(stage("2026-01-11"), Some(json!("agreed")));
    assert_eq!(stage("2026-01-13"), None);
    environment
        .type_in(&format!(
            "correct {correction} --fault record --set data.stage=agreed --reason x"
        ))
        .refused(1, &["was redacted"]);
}

#[test]
fn many_are_redacted_at_once_and_each_only_once() {
    let environment = Environment::with_sample();
    let ids = sample_events();
    let ids = ids
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned());
    let ids: Vec<String> = ids.collect();
    let events = environment.head()["position"].as_u64().unwrap();
    let typed = format!("redact {} {} --reason all --json", ids.join(" "), ids[3]);
    let redacted = environment.type_in(&typed).json_lines();
    assert_eq!(redacted.len(), ids.len());
    assert!(
        redacted
            .iter()
            .all(|it| it["state"] == "new" && it["by"].is_string())
    );
    assert_eq!(environment.head()["position"], events + ids.len() as u64);
    environment.type_in("verify").done();
    let files = environment.settled_files();
    let again = environment.type_in(&typed).json_lines();
    for (again, redacted) in again.iter().zip(&redacted) {
        assert_eq!(again["state"], "known");
        assert_eq!(again["by"], redacted["by"]);
        assert_eq!(again["thread"], redacted["thread"]);
    }
    environment.assert_files(&files, "a second redaction");
    assert_eq!(environment.at("2030-01-01 alibaba")["chips"], json!([]));
    // What says so can say too much as well.
    let by = redacted[0]["by"].as_str().unwrap();
    environment
        .type_in(&format!("redact {by} --reason typed-the-name"))
        .done();
    assert_eq!(
        environment.show(&ids[0])["redacted_by"]["reason"],
        Value::Null
    );
    environment.type_in("verify").done();
}

#[test]
fn what_was_redacted_does_not_come_back() {
    let environment = holding(false);
    environment.type_in(REDACT).done();
    let outcome = environment.feed("append --file - --json", secret().to_string().as_bytes());
    let outcome = outcome.json_lines();
    assert_eq!(
        (&outcome[0]["state"], &outcome[0]["id"]),
        (&json!("known"), &json!(ID))
    );
    assert!(!told(&environment).contains(SECRET));
}

#[test]
fn an_older_cache_does_not_bring_it_back() {
    let environment = holding(true);
    let mut declaration = with_id(company("secretive"), "a0000002-0000-4000-8000-000000000002");
    declaration["data"]["name"] = json!(SECRET);
    environment.append(&[declaration]);
    environment.append(&large());
    environment.type_in("companies").done();
    let cache = environment.store().join("cache");
    let older = environment.store().with_file_name("older");
    copy(&cache, &older);
    let redact = "redact a0000001 a0000002 --reason court-order";
    environment.type_in(redact).done();
    for part in ["", "streams", "directory"] {
        let (from, to) = (older.join(part), cache.join(part));
        if from.is_dir() {
            std::fs::remove_dir_all(&to).unwrap();
        }
        copy(&from, &to);
        for _ in 0..2 {
            assert!(!told(&environment).contains(SECRET), "{part}");
            let companies = environment.type_in("companies --json").text();
            assert!(!companies.contains(SECRET), "{part}");
            let found = environment.type_in("companies Q7ZK9");
            assert!(
                !found.stdout.windows(5).any(|word| word == b"Q7ZK9"),
                "{part}"
            );
            environment.append(&[statement("alibaba", "2026-01-02", "goes on")]);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}

#[test]
fn an_export_of_it_is_appended_elsewhere_and_tells_the_same() {
    let environment = holding(true);
    environment.type_in(REDACT).done();
    let exported = environment
        .type_in("export --all --at 2030-01-01 --format jsonl")
        .text();
    let other = Environment::new();
    other.feed("append --file -", exported.as_bytes()).done();
    let again = other
        .type_in("export --all --at 2030-01-01 --format jsonl")
        .text();
    assert_eq!(again, exported);
    let [mut one, mut two] = [&environment, &other].map(|it| it.at("2030-01-01 alibaba"));
    for answer in [&mut one, &mut two] {
        answer["basis"] = Value::Null;
    }
    assert_eq!(one, two);
    other.type_in("verify").done();
    // Where it is whole still, it must be redacted: nothing is done by half.
    let whole = holding(false);
    let refused = whole.feed("append --file -", exported.as_bytes());
    refused.refused(4, &[ID, &format!("`annals redact {ID}`")]);
    whole.type_in(REDACT).done();
    whole.feed("append --file -", exported.as_bytes()).done();
    // Both in one file are told apart from that: there is nothing to redact.
    let left = exported.lines().find(|line| line.contains(ID)).unwrap();
    let both = format!("{}\n{left}\n", secret());
    let refused = Environment::with_sample().feed("append --file -", both.as_bytes());
    refused.refused(4, &["with other content", "annals correct"]);
}

#[test]
fn a_company_whose_declaration_was_redacted_is_still_declared() {
    let environment = Environment::new();
    let declaration = with_id(company("alibaba"), ID);
    environment.append(&[declaration, statement("alibaba", "2025-12-23", "well")]);
    environment.type_in(REDACT).done();
    let other = Environment::new();
    let exported = environment
        .type_in("export --all --at 2030-01-01 --format jsonl")
        .text();
    other.feed("append --file -", exported.as_bytes()).done();
    for typed in ["companies", "export --all --at 2030-01-01 --format jsonl"] {
        let told = environment.type_in(typed).text();
        assert!(told.contains("alibaba"), "{told}");
        assert_eq!(other.type_in(typed).text(), told);
    }
}

#[test]
fn what_stays_of_it_is_told_and_whether_it_can_be_guessed() {
    let environment = Environment::new();
    environment.append(&[
        company("alibaba"),
        statement("alibaba", "2025-12-23", SECRET),
    ]);
    let without_id = environment
        .type_in("log --kind statement --json")
        .json_lines();
    environment.append(&[secret()]);
    let told = |id: &str| {
        let typed = format!("redact {id} --reason x --dry-run --json");
        environment.type_in(&typed).json_lines().remove(0)
    };
    let one = told(without_id[0]["id"].as_str().unwrap());
    assert_eq!(one["guessable"], json!(["id", "thread"]));
    let one = told(ID);
    assert_eq!(one["guessable"], json!([]));
    assert_eq!(one["kind"], "statement");
    assert_eq!(one["published"], "2025-12-23");
    let said = environment.type_in(&format!("{REDACT} --dry-run")).done();
    let thread = one["thread"].as_str().unwrap();
    assert!(said.stderr.contains(thread), "{}", said.stderr);
}

#[test]
fn what_acts_no_more_is_told() {
    let environment = Environment::with_sample();
    environment.append(&[talks("alibaba", "2026-01-10", "agreed")]);
    let link = json!({
        "id": ID, "company": "alibaba", "kind": "thread_link", "published": "2026-01-11",
        "certainty": "asserted", "source": {"name": "paper"},
        "data": {"of": "chip_interest", "from": "amd-mi308", "into": "nvidia-h200"},
    });
    environment.append(&[link]);
    let said = environment.type_in(REDACT).done();
    assert!(said.stderr.contains("two again"), "{}", said.stderr);
}

#[test]
fn a_backup_that_was_made_in_part_before_is_restored_without_it() {
    for in_blocks in [false, true] {
        let environment = holding(in_blocks);
        environment.type_in("backup kept").done();
        environment.type_in(REDACT).done();
        environment.type_in("backup kept").done();
        environment.type_in("--store again restore kept").done();
        assert_eq!(
            environment.type_in("--store again head").text(),
            environment.type_in("head").text()
        );
        environment.type_in("--store again verify").done();
        let restored = environment.type_in("--store again log --json").text();
        assert_eq!(restored, environment.type_in("log --json").text());
        assert!(!restored.contains(SECRET));
    }
}

#[test]
fn a_proof_of_it_holds_without_what_it_said() {
    let environment = holding(true);
    let tree = environment.type_in("head --tree").text();
    environment.type_in(REDACT).done();
    let size = tree.split(':').next().unwrap();
    let proof = environment
        .type_in(&format!("prove a0000001 --size {size}"))
        .json();
    assert_eq!(proof["head"].as_str().unwrap(), tree.trim());
    assert!(!proof.to_string().contains(SECRET));
    assert!(proof.to_string().contains("payload_hash"), "{proof}");
}

#[test]
fn what_cannot_be_redacted_leaves_the_store_as_it_is() {
    let environment = holding(false);
    let files = environment.settled_files();
    let long = "x".repeat(9_000);
    let redaction = json!({
        "company": "alibaba", "kind": "redaction", "published": "2025-12-23",
        "certainty": "official", "source": {"name": "paper"},
        "data": {"target": ID, "left": "sha256:00"},
    });
    environment
        .type_in("redact a0000001")
        .refused(2, &["--reason"]);
    environment
        .type_in("redact ffffffff --reason x")
        .refused(3, &["ffffffff"]);
    environment
        .type_in("redact a0000001 ffffffff --reason x")
        .refused(3, &["ffffffff"]);
    environment
        .type_in("redact a00 --reason x")
        .refused(3, &["a00"]);
    environment
        .run(["redact", "a0000001", "--reason", &long])
        .refused(1, &["reason", "9000 characters"]);
    environment
        .feed("append --file -", redaction.to_string().as_bytes())
        .refused(1, &["is not redacted", "annals redact"]);
    for kind in ["redaction", "redacted"] {
        environment
            .type_in(&format!("append {kind} alibaba"))
            .refused(2, &["annals redact ID"]);
    }
    let dry = environment
        .type_in("redact a0000001 --reason x --dry-run")
        .done();
    assert!(dry.stderr.contains("1 to redact"), "{}", dry.stderr);
    environment.assert_files(&files, "what was refused");
}
