//! All systems give the same answers, and keep what they took in.

use super::*;
use crate::workload::{Plan, Workload, random_rows};

fn store(dir: &Path, name: Name) -> Store {
    Store {
        dir: dir.join(format!("{name:?}")),
        url: None,
    }
}

fn digest(answer: Timeline) -> String {
    serde_json::to_string(&answer).unwrap()
}

#[test]
fn all_systems_answer_alike() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan {
        seed: 3,
        events: 400,
        more: 40,
    };
    let workload = Workload::make(plan, dir.path()).unwrap();
    let more = std::fs::read_to_string(workload.more()).unwrap();
    let mut all = Vec::new();
    for (name, commit) in [(Name::Annals, Commit::Whole), (Name::Sqlite, Commit::Parts)] {
        let store = store(dir.path(), name);
        let system = name.open(&store).unwrap();
        system.append_file(&workload.base(), commit).unwrap();
        more.lines().for_each(|line| system.append(line).unwrap());
        system.answers().unwrap().rebuild().unwrap();
        assert_eq!(system.events().unwrap(), 440, "{name}");
        system.close().unwrap();
        let system = name.open(&store).unwrap();
        let answers = system.answers().unwrap();
        let mut told = Vec::new();
        for company in workload.sample.iter().chain([&workload.largest]) {
            let slug = company.parse().unwrap();
            for (day, recorded) in [("2012-01-01", None), ("2025-12-31", Some(300))] {
                let day = day.to_owned();
                let answer = answers.at(&slug, &Asked { day, recorded }).unwrap();
                told.push(digest(answer));
            }
        }
        for day in ["2011-05-31", "2024-05-31"] {
            let asked = Asked {
                day: day.to_owned(),
                recorded: None,
            };
            let mut take = |answer: Option<Timeline>| {
                told.push(answer.map_or_else(String::new, digest));
                Ok(())
            };
            let kept = |company: &Slug| company.as_str() != workload.largest;
            answers.at_all(&asked, &kept, &mut take).unwrap();
        }
        let (rows, out) = (dir.path().join("rows.csv"), dir.path().join("joined.csv"));
        std::fs::write(&rows, random_rows(3, workload.shape.companies, 300)).unwrap();
        answers.expect_join().unwrap();
        assert_eq!(answers.join(&rows, &out).unwrap(), 300, "{name}");
        let joined = std::fs::read_to_string(out).unwrap();
        let dated = joined.lines().filter(|line| !line.ends_with(','));
        assert!(dated.count() > 100, "{name}: {joined}");
        told.push(joined);
        all.push((name, told));
    }
    let (first, answers) = &all[0];
    assert!(answers.len() >= 24, "{}", answers.len());
    for (name, others) in &all[1..] {
        assert!(others == answers, "{name} and {first} differ");
    }
}

#[test]
fn a_raw_file_keeps_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lines");
    std::fs::write(&path, "one\ntwo\n").unwrap();
    let raw = Name::Raw.open(&store(dir.path(), Name::Raw)).unwrap();
    raw.append_file(&path, Commit::Whole).unwrap();
    raw.append("three").unwrap();
    assert_eq!(raw.events().unwrap(), 3);
    assert!(raw.answers().is_err());
}

#[test]
fn sqlite_refuses_what_annals_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let line = r#"{"id":"a1000001-0000-4000-8000-000000000001","company":"acme","kind":"statement","published":"2025-12-23","certainty":"asserted","source":{"name":"A paper"},"data":{"text":"Something."}}"#;
    let declaration = r#"{"company":"acme","kind":"company","published":"2014-09-19","certainty":"official","source":{"name":"SEC EDGAR"},"data":{"name":"Acme"}}"#;
    for name in [Name::Annals, Name::Sqlite] {
        let system = name.open(&store(dir.path(), name)).unwrap();
        assert!(system.append(line).is_err(), "{name}: no such company");
        system.append(declaration).unwrap();
        system.append(line).unwrap();
        system.append(line).unwrap();
        let other = line.replace("Something", "Something else");
        assert!(system.append(&other).is_err(), "{name}: the id is taken");
        let strange = line.replace("\"text\"", "\"words\"");
        assert!(system.append(&strange).is_err(), "{name}: no such field");
        let path = dir.path().join("bad.jsonl");
        std::fs::write(&path, format!("{}\n{strange}\n", line.replace("a1", "b1"))).unwrap();
        let taken = system.append_file(&path, Commit::Whole);
        assert!(taken.is_err(), "{name}: a bad line");
        assert_eq!(system.events().unwrap(), 2, "{name}: all or nothing");
    }
}
