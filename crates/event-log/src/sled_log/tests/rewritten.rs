//! What cannot take the place of the log is refused, and takes nothing away.

use std::fs;

use super::folder::contents;
use super::redact::{before_and_after, copy};
use super::*;

/// What is done to a store that has a `rewritten/`.
type Harm<'h> = (&'h str, &'h dyn Fn(&Path));

fn cut(path: &Path) {
    let length = fs::metadata(path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(length - 20).unwrap();
}

fn refuses(place: &Path, (what, harm): Harm<'_>) {
    let (old, store) = (place.join("old"), place.join(what));
    copy(&old, &store);
    let rewritten = store.join("rewritten");
    fs::create_dir(&rewritten).unwrap();
    harm(&rewritten);
    let held = || {
        let mut held = contents(&store);
        // The index of the blocks is made of them.
        let others = [
            rewritten.clone(),
            store.join("LOCK"),
            store.join("log/index"),
        ];
        held.retain(|path, _| !others.iter().any(|other| path.starts_with(other)));
        held
    };
    let before = held();
    for opened in [open(&store), read_only(&store)] {
        let error = opened.map(drop).unwrap_err();
        assert!(
            matches!(error, OpenError::Rewritten { .. }),
            "{what}: {error:?}"
        );
        assert_eq!(held(), before, "{what}");
    }
}

#[test]
fn what_cannot_take_the_place_of_the_log_takes_nothing_away() {
    let (folder, _) = dir();
    let place = folder.path();
    before_and_after(place);
    let (new, earlier) = (place.join("new"), place.join("earlier"));
    let log = create_sealing(&earlier);
    append(&log, 1..20);
    log.close().unwrap();
    let put = |from: &Path, parts: &[&str], to: &Path| {
        for part in parts {
            copy(&from.join(part), &to.join(part));
        }
    };
    let harms: &[Harm<'_>] = &[
        ("no-journal", &|to| put(&new, &["log"], to)),
        ("an-empty-log", &|to| {
            fs::create_dir(to.join("log")).unwrap()
        }),
        ("cut", &|to| {
            put(&new, &["log", "journal"], to);
            cut(&to.join("log/blocks"));
        }),
        ("without-blocks", &|to| {
            put(&new, &["log", "journal"], to);
            fs::remove_file(to.join("log/blocks")).unwrap();
        }),
        ("of-another", &|to| put(&earlier, &["log", "journal"], to)),
        ("a-journal-that-goes-further", &|to| {
            put(&new, &["journal"], to)
        }),
    ];
    for harm in harms {
        refuses(place, *harm);
    }
}

#[test]
fn a_log_that_goes_less_far_does_not_take_its_place() {
    let (folder, _) = dir();
    let place = folder.path();
    let (earlier, old) = (place.join("earlier"), place.join("old"));
    let log = create_sealing(&earlier);
    append(&log, 1..20);
    log.close().unwrap();
    copy(&earlier, &old);
    let log = open(&old).unwrap();
    append(&log, 20..40);
    log.close().unwrap();
    for parts in [&["log", "journal"][..], &["journal"]] {
        let what = format!("earlier-{}", parts.len());
        refuses(
            place,
            (&what, &|to| {
                for part in parts {
                    copy(&earlier.join(part), &to.join(part));
                }
            }),
        );
    }
}

#[test]
fn an_older_cache_does_not_bring_back_what_was_redacted() {
    let (folder, _) = dir();
    let place = folder.path();
    let (_, after) = before_and_after(place);
    let (old, new) = (place.join("old"), place.join("new"));
    for part in ["cache/streams", "cache"] {
        let store = place.join(part.replace('/', "-"));
        copy(&new, &store);
        fs::remove_dir_all(store.join(part)).unwrap();
        copy(&old.join(part), &store.join(part));
        let log = read_only(&store).unwrap();
        assert_eq!(answers(&log), after, "{part}");
        let held = all(&log);
        for company in log.companies().unwrap() {
            for event in log.read_stream(&company, Position::LAST) {
                assert!(held.contains(&event.unwrap()), "{part}");
            }
        }
    }
}
