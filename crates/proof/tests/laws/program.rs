//! The program, of files that no store of today makes.

use std::process::{Command, Output};

use annals_proof::{Content, Proof};

use crate::logs::{inclusion, log};

fn check(proof: &Proof, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proof");
    std::fs::write(&file, proof.to_json().unwrap()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_annals-proof"));
    command.arg("check").arg(file).args(options);
    command.output().unwrap()
}

#[test]
fn what_was_redacted_is_told_so_and_the_rest_holds() {
    let events = log(1, &["a".to_owned(), "secret".to_owned()]);
    let mut proof = inclusion(&events, 2);
    proof.content = Content::Redacted {
        payload_hash: events[1].payload_hash(),
    };
    let proof = Proof::Inclusion(proof);
    let head = proof.heads()[0].to_string();
    let told = check(&proof, &["--head", &head]);
    assert_eq!(told.status.code(), Some(0));
    let text = String::from_utf8(told.stdout).unwrap();
    for word in ["redacted", "the rest holds", "acme", "event 2 of the 2"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("secret"), "{text}");
    let json = check(&proof, &["--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["redacted"], true);
    assert_eq!(json["payload"], serde_json::Value::Null);
}

#[test]
fn a_terminal_is_given_nothing_to_obey() {
    let mut proof = inclusion(&log(1, &["a".to_owned()]), 1);
    proof.content = Content::Whole {
        salt: [0; 16],
        payload: "\u{1b}[2J\u{202e}".to_owned(),
    };
    let events = vec![crate::logs::Event::of(&proof)];
    let told = check(&Proof::Inclusion(inclusion(&events, 1)), &[]);
    assert_eq!(told.status.code(), Some(0));
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let mut proof = inclusion(&log(1, &["a".to_owned()]), 1);
    proof.content = Content::Whole {
        salt: [0; 16],
        payload: "x".repeat(1 << 20),
    };
    let told = check(&Proof::Inclusion(proof), &[]);
    assert_eq!(told.status.code(), Some(1));
    let text = String::from_utf8(told.stderr).unwrap();
    assert!(text.contains("longer than 1048576 bytes"), "{text}");
}
