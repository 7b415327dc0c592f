//! Proofs, and the second program that checks them without the store.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::environment::{ANNALS, Environment, Run, company, large, project, statement};

/// The program that checks: of another package, so that cargo is told to build it
/// beside the one under test.
pub(crate) static CHECKER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(ANNALS).parent().unwrap();
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--package", "annals-proof"])
        .args(["--profile", profile, "--target-dir"])
        .arg(folder.parent().unwrap())
        .current_dir(project())
        .status();
    assert!(built.unwrap().success(), "annals-proof cannot be built");
    folder.join("annals-proof")
});

/// A store of events, of which the proofs are checked elsewhere.
struct Proofs(Environment);

impl Proofs {
    fn of(events: &[Value]) -> Self {
        let environment = Environment::new();
        environment.append(events);
        Self(environment)
    }

    fn head(&self) -> String {
        let head = self.0.type_in("head --tree").text();
        head.trim().to_owned()
    }

    fn prove(&self, what: &str) -> String {
        self.0.type_in(&format!("prove {what}")).text()
    }

    /// Checks a proof where there is no store.
    fn check(proof: &str, options: &str) -> Run {
        let elsewhere = Environment::new();
        let file = elsewhere.write("proof", proof);
        let mut command = elsewhere.command_of(&*CHECKER);
        command.args(["check", &file]);
        command.args(options.split(' ').filter(|word| !word.is_empty()));
        Run::of(command, b"")
    }

    fn id(&self, position: usize) -> String {
        let log = self.0.type_in("log --json").json_lines();
        let of = |event: &&Value| event["position"] == position;
        let event = log.iter().find(of).unwrap();
        event["id"].as_str().unwrap().to_owned()
    }
}

fn events() -> Vec<Value> {
    let mut events = vec![company("acme")];
    events.extend((10..20).map(|day| {
        let text = format!("news of {day}");
        statement("acme", &format!("2026-01-{day}"), &text)
    }));
    events
}

#[test]
fn an_event_is_proven_to_who_has_no_store() {
    let proofs = Proofs(Environment::with_sample());
    let head = proofs.head();
    assert!(head.starts_with("38:tree:sha256:"), "{head}");
    let proof = proofs.prove("a1000001");
    let told = Proofs::check(&proof, &format!("--head {head}")).text();
    let shown = proofs.0.show("a1000001");
    for word in [
        "a1000001-0000-4000-8000-000000000001",
        "alibaba",
        "chip_interest",
        "amd-mi308",
        "2025-12-23T23:59:59.999999Z",
        "2026-11-23T12:00:00",
        "of the 38 of the tree",
        "\"max\":50000",
        "this proves only that",
        &format!("you trust {head}"),
        &format!("position   {}", shown["position"]),
    ] {
        assert!(told.contains(word), "{word:?} is not in: {told}");
    }
    assert!(!told.contains("until you compare"), "{told}");
    let told = Proofs::check(&proof, "--json").json();
    assert_eq!(told["position"], shown["position"]);
    assert_eq!(told["redacted"], false);
    assert_eq!(told["head"], head);
}

#[test]
fn without_a_head_nothing_is_proven_yet() {
    let proofs = Proofs::of(&events());
    let grew = proofs.prove(&format!("--since {}", proofs.head()));
    let event = proofs.prove(&proofs.id(3));
    for proof in [grew, event] {
        let told = Proofs::check(&proof, "").text();
        let words = ["from the file", "proves nothing until you compare"];
        for word in words {
            assert!(told.contains(word), "{told}");
        }
    }
}

#[test]
fn what_is_in_blocks_and_what_is_in_the_journal_is_proven() {
    let proofs = Proofs(Environment::new());
    let companies = ["alibaba", "amd", "nvidia"].map(company);
    proofs.0.append(&companies);
    proofs.0.append(&large());
    let stats = proofs.0.type_in("stats --json").json();
    assert_ne!(
        stats["journal_events"], stats["events"],
        "none is in blocks"
    );
    let early = proofs.head();
    proofs.0.append(&events());
    let head = proofs.head();
    let events = proofs.0.type_in("stats --json").json();
    assert_ne!(events["journal_events"], 0, "none is in the journal");
    for position in [1, 2, 1_300, 2_603, 2_604, 2_614] {
        let proof = proofs.prove(&proofs.id(position));
        let told = Proofs::check(&proof, &format!("--json --head {head}")).json();
        assert_eq!(told["position"], position);
    }
    let grew = proofs.prove(&format!("--since {early}"));
    Proofs::check(&grew, &format!("--head {early} --head {head}")).done();
    let small = proofs.prove(&format!("{} --size 2603", proofs.id(7)));
    Proofs::check(&small, &format!("--head {early}")).done();
}

#[test]
fn a_proof_that_was_changed_does_not_hold() {
    let proofs = Proofs::of(&events());
    let proof = proofs.prove(&proofs.id(3));
    let forged = proof.replace("news of 11", "news of 12");
    assert_ne!(forged, proof);
    Proofs::check(&forged, "").refused(5, &["does not hold", "root", "hint"]);
    let moved = proof.replace("\"position\": 3", "\"position\": 4");
    Proofs::check(&moved, "").refused(5, &["position 4", "envelope"]);
    Proofs::check(&proof[..proof.len() / 2], "").refused(1, &["not a proof", "hint"]);
    let other = Proofs::of(&events());
    let head = format!("--head {}", other.head());
    Proofs::check(&proof, &head).refused(5, &["not about the one that you trust"]);
}

#[test]
fn what_is_told_of_a_proof_is_short() {
    let proofs = Proofs::of(&events());
    let proof = proofs.prove(&proofs.id(3));
    let long = proof.replace(&proofs.head(), &"x".repeat(500_000));
    assert_ne!(long, proof);
    let run = Proofs::check(&long, "");
    run.refused(1, &["not a proof", "xxxx", "hint"]);
    assert!(run.stderr.len() < 4_000, "{} bytes", run.stderr.len());
}

/// A store whose past somebody made anew, with as many events or more.
fn attacked(change: impl FnOnce(&mut Vec<Value>)) -> Proofs {
    let mut events = events();
    change(&mut events);
    events.extend((1..5).map(|day| statement("acme", &format!("2026-03-0{day}"), "more")));
    Proofs::of(&events)
}

#[test]
fn a_past_that_was_made_anew_cannot_be_proven_to_have_grown() {
    let honest = Proofs::of(&events());
    let kept = honest.head();
    let attacks = [
        attacked(|events| events[3]["data"]["text"] = "another text".into()),
        attacked(|events| events.swap(3, 4)),
        attacked(|events| drop(events.remove(4))),
        attacked(|events| events.insert(2, statement("acme", "2026-01-01", "never said"))),
        // The same events, taken in by somebody else.
        attacked(|_| ()),
    ];
    for attacker in attacks {
        attacker.0.type_in("verify").done();
        let refused = attacker.0.type_in(&format!("prove --since {kept}"));
        refused.refused(
            5,
            &[
                "is not of this log",
                "first 11 events of the log make 11:tree:",
            ],
        );
        // A proof of the attacker's own, in which the head that was kept is put in
        // place of theirs.
        let path = format!("{} --size 11", attacker.id(1));
        let theirs: Value = serde_json::from_str(&attacker.prove(&path)).unwrap();
        let theirs = theirs["head"].as_str().unwrap();
        let proof = attacker.prove(&format!("--since {theirs}"));
        Proofs::check(&proof, &format!("--head {theirs}")).done();
        let forged = proof.replace(theirs, &kept);
        assert_ne!(forged, proof);
        Proofs::check(&forged, &format!("--head {kept}")).refused(5, &["its past was changed"]);
        Proofs::check(&proof, &format!("--head {kept}")).refused(5, &["that you trust"]);
    }
    let shorter = Proofs::of(&events()[..6]);
    let refused = shorter.0.type_in(&format!("prove --since {kept}"));
    refused.refused(5, &["is not of this log", "fewer events"]);
}

#[test]
fn a_log_that_only_grew_is_proven_from_every_head() {
    let proofs = Proofs(Environment::new());
    proofs.0.append(&events()[..1]);
    let empty = "0:tree:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let mut kept = vec![empty.to_owned(), proofs.head()];
    for event in &events()[1..] {
        proofs.0.append(std::slice::from_ref(event));
        kept.push(proofs.head());
    }
    for head in &kept {
        let proof = proofs.prove(&format!("--since {head}"));
        Proofs::check(&proof, &format!("--head {head} --head {}", proofs.head())).done();
    }
}

#[test]
fn what_cannot_be_proven_is_refused() {
    let proofs = Proofs::of(&events());
    let environment = &proofs.0;
    let (first, last) = (proofs.id(1), proofs.id(11));
    for (typed, code, words) in [
        ("prove ffffffff".to_owned(), 3, ["no event", "annals log"]),
        (format!("prove {first} --size 12"), 2, ["too few", "11"]),
        (
            format!("prove {last} --size 10"),
            3,
            ["position 11", "--size"],
        ),
        (
            format!("prove {last} --size 0"),
            3,
            ["position 11", "--size"],
        ),
        ("prove".to_owned(), 2, ["required", "<ID>"]),
        (
            "prove --since 8".to_owned(),
            2,
            ["not a tree head", "annals head --tree"],
        ),
        (
            format!("verify --since {}", proofs.head()),
            2,
            ["tree head", "annals prove"],
        ),
    ] {
        environment.type_in(&typed).refused(code, &words);
    }
    let chain = environment.type_in("head").text();
    environment
        .type_in(&format!("prove --since {}", chain.trim()))
        .refused(2, &["head of the chain", "annals verify"]);
}

#[test]
fn the_checker_tells_how_it_is_used() {
    let environment = Environment::new();
    let run = |args: &[&str]| {
        let mut command = environment.command_of(&*CHECKER);
        command.args(args);
        Run::of(command, b"")
    };
    let help = run(&["--help"]).text();
    for word in [
        "Usage: annals-proof check",
        "--head",
        "Examples",
        "Exit codes",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    for line in help.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for args in [
        &[][..],
        &["check"],
        &["prove", "x"],
        &["check", "a", "b"],
        &["check", "a", "--head", "38:sha256:00"],
        &["check", "/nonexistent/proof"],
    ] {
        run(args).refused(2, &["error: ", "hint: "]);
    }
}

#[test]
fn a_proof_is_written_to_a_file() {
    let proofs = Proofs::of(&events());
    let head = proofs.head();
    proofs
        .0
        .type_in(&format!("prove {} -o one.proof", proofs.id(2)))
        .done();
    let proof = std::fs::read_to_string(proofs.0.path("one.proof")).unwrap();
    Proofs::check(&proof, &format!("--head {head}")).done();
}
