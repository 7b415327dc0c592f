//! What comes out of a damaged store.

use std::fs;

use crate::environment::{Environment, large, statement};

#[test]
fn a_store_whose_log_is_gone_is_made_again_from_what_is_left() {
    let environment = Environment::with_sample();
    environment.append(&large());
    let exported = environment
        .type_in("export --all --at 2030-01-01 --format jsonl")
        .text();
    fs::write(environment.store().join("log/blocks"), b"nothing of it").unwrap();
    fs::remove_file(environment.store().join("FORMAT")).unwrap();
    environment
        .type_in("at 2026-03-08 alibaba")
        .refused(6, &["FORMAT"]);
    let told = environment.type_in("salvage store -o saved.jsonl").done();
    assert!(
        told.stderr.contains("from the caches alone"),
        "{}",
        told.stderr
    );
    assert_eq!(
        fs::read_to_string(environment.path("saved.jsonl")).unwrap(),
        exported
    );
    environment
        .type_in("--store again append --quiet --file saved.jsonl")
        .done();
    let again = environment
        .type_in("--store again export --all --at 2030-01-01 --format jsonl")
        .text();
    assert_eq!(again, exported);
}

#[test]
fn what_is_missing_is_told_and_the_store_stays_as_it_is() {
    let environment = Environment::with_sample();
    let exported = environment
        .type_in("export --all --at 2030-01-01 --format jsonl")
        .text();
    environment.append(&[statement("alibaba", "2026-03-09", "news")]);
    let journal = environment.store().join("journal");
    let file = fs::read_dir(journal).unwrap().next().unwrap().unwrap();
    let mut bytes = fs::read(file.path()).unwrap();
    // The frame of the last append.
    let at = bytes.windows(4).rposition(|window| window == b"frm1");
    bytes[at.unwrap() + 70] ^= 1;
    fs::write(file.path(), bytes).unwrap();
    let before = environment.files();
    let run = environment.type_in("salvage");
    let answer = run.failed(6, &["missing: 39", "annals restore"]);
    assert_eq!(answer, exported);
    environment.assert_files(&before, "salvage");
    environment
        .type_in("salvage nowhere")
        .refused(3, &["no store in nowhere", "give the folder of a store"]);
}
