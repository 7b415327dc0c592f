//! `annals export`: what comes out goes in again, and stays the same.

use serde_json::Value;

use crate::environment::{Environment, shared_data, statement, talks};

fn exported(environment: &Environment, typed: &str) -> Vec<u8> {
    environment
        .type_in(&format!("export {typed}"))
        .done()
        .stdout
}

/// A store of what another one exported.
fn copy(jsonl: &[u8]) -> Environment {
    let copy = Environment::new();
    copy.feed("append --quiet --file -", jsonl).done();
    copy
}

#[test]
fn the_events_of_the_sample_go_out_in_and_out_again() {
    let environment = Environment::with_sample();
    let jsonl = exported(&environment, "--all --format jsonl");
    assert_eq!(jsonl.split(|byte| *byte == b'\n').count(), 39);
    let copy = copy(&jsonl);
    assert_eq!(exported(&copy, "--all --format jsonl"), jsonl);
    let again = environment.feed("append --quiet --file -", &jsonl);
    assert!(again.stderr.contains("0 new, 38 known"), "{}", again.stderr);
    let question = "2026-03-08 alibaba";
    let (mut here, mut there) = (environment.at(question), copy.at(question));
    // The salts differ, and so do the hashes.
    assert_ne!(here["basis"]["head"].take(), there["basis"]["head"].take());
    assert_eq!(here, there);
}

#[test]
fn corrections_go_out_and_in_too() {
    let environment = Environment::with_sample();
    for typed in [
        "correct a1000001 --fault record --reason r --set data.stage=agreed",
        "retract a1000002 --fault source --reason r --published 2026-01-05",
        "correct a1000003 --fault source --reason r --set data.value=128.70",
    ] {
        environment.type_in(typed).done();
    }
    let jsonl = exported(&environment, "alibaba --format jsonl");
    let copy = copy(&jsonl);
    assert_eq!(exported(&copy, "alibaba --format jsonl"), jsonl);
}

#[test]
fn edgar_s_events_go_out_in_and_out_again() {
    let Some(folder) = shared_data("edgar_submissions") else {
        return;
    };
    let environment = Environment::new();
    for file in [
        "CIK0001881551.5fd678.json",
        "CIK0001318605.2022-11-30.json",
        "CIK0001318605.9d744f.json",
    ] {
        let path = folder.join(file);
        let path = path.to_str().unwrap();
        environment.run(["import", "edgar", path]).done();
    }
    let jsonl = exported(&environment, "--all --format jsonl");
    let copy = copy(&jsonl);
    assert_eq!(exported(&copy, "--all --format jsonl"), jsonl);
}

#[test]
fn events_are_written_as_they_can_be_appended() {
    let environment = Environment::with_sample();
    let jsonl = exported(&environment, "alibaba --format jsonl");
    let jsonl = String::from_utf8(jsonl).unwrap();
    let ids: Vec<Value> = jsonl
        .lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            for field in ["position", "version", "recorded", "hash"] {
                assert_eq!(event.get(field), None, "{field} in {line}");
            }
            event["id"].clone()
        })
        .collect();
    let log = environment.type_in("log alibaba --json").json_lines();
    let logged: Vec<Value> = log.iter().map(|event| event["id"].clone()).collect();
    assert_eq!(ids, logged, "struck ones too, in the order of the log");
    assert!(jsonl.ends_with('\n'));
    assert!(jsonl.contains("\"128.60\""));
    assert!(jsonl.contains("2025-12-23~"));
}

#[test]
fn the_timeline_is_what_at_answers() {
    let environment = Environment::with_sample();
    for cuts in [
        "",
        " --on 2026-02-19",
        " --known 2026-01-31",
        " --recorded 23",
        " --zone Asia/Shanghai",
    ] {
        let answer = environment
            .type_in(&format!("at 2025-12-23 alibaba --json{cuts}"))
            .done();
        let typed = format!("alibaba --at 2025-12-23 --format json{cuts}");
        assert_eq!(exported(&environment, &typed), answer.stdout, "{cuts}");
        let written = exported(&environment, &format!("{typed} -o out.json"));
        assert!(written.is_empty(), "with -o nothing is printed");
        let file = std::fs::read(environment.path("out.json")).unwrap();
        assert_eq!(file, answer.stdout, "{cuts}");
    }
}

#[test]
fn a_pinned_basis_gives_the_same_bytes_for_ever() {
    let environment = Environment::with_sample();
    let answer = environment.at("2025-12-23 alibaba");
    let basis = &answer["basis"];
    let text = |name: &str| basis[name].as_str().unwrap().to_owned();
    let pinned = format!(
        "--at 2026-05-05 --on {} --known {} --recorded {}",
        text("on"),
        text("known"),
        basis["recorded"]
    );
    let typed = [
        format!("alibaba {pinned} --format json"),
        format!("alibaba {pinned} --format jsonl"),
        format!("--all {pinned} --format json"),
        format!("--all {pinned} --format jsonl"),
    ];
    let before: Vec<_> = typed
        .iter()
        .map(|typed| exported(&environment, typed))
        .collect();
    environment.append(&[
        talks("alibaba", "2025-12-20", "denied"),
        statement("amd", "2025-12-01", "Late history."),
        crate::environment::company("acme"),
    ]);
    environment
        .type_in("retract a1000001 --fault record --reason r")
        .done();
    environment.type_in("rebuild").done();
    for (typed, before) in typed.iter().zip(before) {
        assert!(exported(&environment, typed) == before, "{typed} changed");
    }
    // Without the pin it is another answer.
    let now = exported(&environment, "alibaba --at 2025-12-23 --format json");
    let then = exported(&environment, &typed[0]);
    assert_ne!(now, then);
}

#[test]
fn a_recorded_cut_by_the_clock_is_pinned_too() {
    let environment = Environment::with_sample();
    let recorded = environment.head()["recorded"].clone();
    let recorded = recorded.as_str().unwrap();
    let at_recorded = |now: &str| {
        let typed = format!("export alibaba --at 2026-03-08 --recorded {recorded}");
        let mut command = environment.command(typed.split(' '));
        let output = command.env("ANNALS_NOW", now).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        output.stdout
    };
    let before = at_recorded("2026-11-23T12:01:00Z");
    environment.append(&[talks("alibaba", "2025-12-24", "denied")]);
    assert!(at_recorded("2026-11-24T12:00:00Z") == before);
}

#[test]
fn the_instant_of_the_head_is_a_recorded_cut() {
    let environment = Environment::with_sample();
    let recorded = environment.head()["recorded"].clone();
    let recorded = recorded.as_str().unwrap();
    let answer = environment.at(&format!("2026-03-08 alibaba --recorded {recorded}"));
    assert_eq!(answer["basis"]["recorded"], 38);
}

#[test]
fn all_companies_go_out_in_both_formats() {
    let environment = Environment::with_sample();
    let whole = exported(&environment, "--all --at 2026-03-08 --format json");
    let whole: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(whole["count"], 3);
    assert_eq!(whole["basis"]["recorded"], 38);
    let companies = whole["companies"].as_array().unwrap();
    let slugs: Vec<_> = companies
        .iter()
        .map(|one| &one["company"]["slug"])
        .collect();
    assert_eq!(slugs, ["alibaba", "amd", "nvidia"]);
    for one in companies {
        let slug = one["company"]["slug"].as_str().unwrap();
        let typed = format!("at 2026-03-08 {slug} --json");
        assert_eq!(one, &environment.type_in(&typed).json(), "{slug}");
    }
    let lines = environment
        .type_in("at 2026-03-08 --all --json")
        .json_lines();
    assert_eq!(&lines, companies);
    let jsonl = exported(&environment, "--all --at 2026-03-08 --format jsonl");
    let jsonl = String::from_utf8(jsonl).unwrap();
    assert_eq!(jsonl.lines().count(), 38);
}

#[test]
fn a_known_cut_hides_what_was_published_later() {
    let environment = Environment::with_sample();
    let published = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["published"].as_str().unwrap()[..10].to_owned()
    };
    for (day, count) in [("2025-12-22", 6), ("2025-12-23", 25), ("2026-02-11", 34)] {
        for cut in [
            format!("--at {day}"),
            format!("--at 2026-11-01 --known {day}"),
        ] {
            let jsonl = exported(&environment, &format!("--all {cut} --format jsonl"));
            let jsonl = String::from_utf8(jsonl).unwrap();
            assert_eq!(jsonl.lines().count(), count, "{cut}");
            assert!(jsonl.lines().all(|line| published(line).as_str() <= day));
            let typed = format!("alibaba {cut} --format json");
            let answer: Value = serde_json::from_slice(&exported(&environment, &typed)).unwrap();
            let events = answer["events"].as_array().unwrap();
            let published: Vec<_> = events.iter().map(|event| &event["published"]).collect();
            assert!(
                published
                    .iter()
                    .all(|at| &at.as_str().unwrap()[..10] <= day),
                "{cut}: {published:?}"
            );
        }
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let environment = Environment::with_sample();
    environment.write("out.json", "kept");
    environment
        .type_in("export alibabba --at 2025-12-23 -o out.json")
        .refused(3, &["alibabba"]);
    let kept = std::fs::read(environment.path("out.json")).unwrap();
    assert_eq!(kept, b"kept");
}

#[test]
fn a_folder_is_no_file_to_write_to() {
    let environment = Environment::with_sample();
    let folder = environment.store();
    let folder = folder.to_str().unwrap();
    for typed in [
        "export --all --at 2026-03-08",
        "join /dev/null --field company.name",
    ] {
        environment
            .type_in(&format!("{typed} -o {folder}"))
            .refused(2, &[folder, "it is a folder", "the path of a file"]);
    }
}
