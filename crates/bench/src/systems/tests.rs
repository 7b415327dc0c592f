//! All systems give the same answers, and keep what they took in.

use super::*;
use crate::workload::{Plan, Workload};

#[test]
fn all_systems_answer_alike() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan {
        seed: 3,
        events: 400,
        more: 40,
    };
    let workload = Workload::make(plan, dir.path()).unwrap();
    let more = std::fs::read_to_string(&workload.more).unwrap();
    let names = [Name::Annals, Name::Sqlite, Name::SqliteLean, Name::Raw];
    let mut all = Vec::new();
    for name in names {
        let store = dir.path().join(format!("{name:?}"));
        let system = name.open(&store).unwrap();
        system.append_file(&workload.base).unwrap();
        more.lines().for_each(|line| system.append(line).unwrap());
        system.rebuild().unwrap();
        assert_eq!(system.events().unwrap(), 440, "{name}");
        system.close().unwrap();
        let system = name.open(&store).unwrap();
        let mut answers = Vec::new();
        for company in system.companies().unwrap() {
            for (day, recorded) in [("2012-01-01", None), ("2025-12-31", Some(300))] {
                let asked = Asked {
                    day: day.to_owned(),
                    recorded,
                };
                let answer = system.at(&company, &asked).unwrap();
                answers.push(serde_json::to_string(&answer).unwrap());
            }
        }
        let asked = Asked {
            day: "2020-05-31".to_owned(),
            recorded: None,
        };
        let mut take = |answer: &Timeline| {
            answers.push(serde_json::to_string(answer)?);
            Ok(())
        };
        system.at_all(&asked, &mut take).unwrap();
        all.push((name, answers));
    }
    let (first, answers) = &all[0];
    assert!(answers.len() >= 24);
    for (name, others) in &all[1..] {
        assert!(others == answers, "{name} and {first} differ");
    }
}

#[test]
fn sqlite_refuses_what_annals_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let line = r#"{"id":"a1000001-0000-4000-8000-000000000001","company":"acme","kind":"statement","published":"2025-12-23","certainty":"asserted","source":{"name":"A paper"},"data":{"text":"Something."}}"#;
    let declaration = r#"{"company":"acme","kind":"company","published":"2014-09-19","certainty":"official","source":{"name":"SEC EDGAR"},"data":{"name":"Acme"}}"#;
    for name in [Name::Annals, Name::Sqlite] {
        let system = name.open(&dir.path().join(format!("{name:?}"))).unwrap();
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
        assert!(system.append_file(&path).is_err(), "{name}: a bad line");
        assert_eq!(system.events().unwrap(), 2, "{name}: all or nothing");
    }
}
