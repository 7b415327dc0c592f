//! Damage to the files of a small store: whole files, and one byte and cut in so many.
//! `annals-crash damage` does all of them.

use annals_crash::damage::{Plan, run};

#[test]
fn damage_is_told_or_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let report = run(&Plan {
        seed: 2,
        every: 1_009,
        writes_every: 5,
        only: None,
        threads: 4,
        dir: dir.path().to_owned(),
    });
    let report = report.unwrap();
    assert_eq!(report.found, Vec::<String>::new());
    assert!(report.harms > 200, "{}", report.harms);
}
