//! Random histories of two companies, as lines of a batch.

use std::sync::Arc;

use annals::append::AppendOptions;
use annals::model::time::Instant;
use annals::{Clock, Settings, Store};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) fn clock() -> Arc<dyn Clock> {
    let now: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
    Arc::new(move || now)
}

/// A claim of one of two companies; the number makes it different from others.
fn claim(number: usize, company: &str, day: u32, stage: &str, certainty: &str) -> Value {
    json!({
        "company": company,
        "kind": "chip_interest",
        "published": format!("2026-01-{day:02}"),
        "certainty": certainty,
        "source": {"name": format!("paper {number}")},
        "data": {"vendor": "AMD", "product": "MI308", "stage": stage},
    })
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Claim {
        company: &'static str,
        day: u32,
        stage: &'static str,
        certainty: &'static str,
    },
    Date {
        company: &'static str,
        day: u32,
        date: &'static str,
    },
    Retract {
        target: usize,
        fault: &'static str,
        day: u32,
    },
    Correct {
        target: usize,
        fault: &'static str,
        day: u32,
        stage: &'static str,
    },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let company = prop::sample::select(vec!["alibaba", "tencent"]);
    let stage = prop::sample::select(vec!["rumoured", "negotiating", "ordered", "denied"]);
    let certainty = prop::sample::select(vec!["rumour", "asserted", "official"]);
    let date = prop::sample::select(vec!["2026-01", "2026-01-12", "2026-01-20", "2026-02"]);
    let fault = prop::sample::select(vec!["record", "source"]);
    prop_oneof![
        4 => (company, 1..28_u32, stage.clone(), certainty)
            .prop_map(|(company, day, stage, certainty)| Step::Claim { company, day, stage, certainty }),
        2 => (prop::sample::select(vec!["alibaba", "tencent"]), 1..28_u32, date)
            .prop_map(|(company, day, date)| Step::Date { company, day, date }),
        1 => (any::<usize>(), fault.clone(), 1..28_u32)
            .prop_map(|(target, fault, day)| Step::Retract { target, fault, day }),
        1 => (any::<usize>(), fault, 1..28_u32, stage)
            .prop_map(|(target, fault, day, stage)| Step::Correct { target, fault, day, stage }),
    ]
}

/// The lines of a batch for these steps, given what was appended before.
pub(crate) fn lines(steps: &[Step]) -> Vec<Value> {
    let mut lines: Vec<Value> = ["alibaba", "tencent"]
        .iter()
        .enumerate()
        .map(|(number, company)| {
            json!({
                "id": format!("00000000-0000-4000-8000-0000000{number:05}"),
                "company": company, "kind": "company", "published": "2020-01-01",
                "certainty": "official", "source": {"name": "us"}, "data": {"name": company},
            })
        })
        .collect();
    for (number, step) in steps.iter().enumerate() {
        let mut line = match step {
            Step::Claim {
                company,
                day,
                stage,
                certainty,
            } => claim(number, company, *day, stage, certainty),
            Step::Date { company, day, date } => {
                let mut line = claim(number, company, *day, "", "asserted");
                line["kind"] = json!("earnings_date");
                line["data"] = json!({"period": "FY2026-Q3", "date": date, "status": "projected"});
                line
            }
            Step::Retract { target, fault, day } => {
                let target = &lines[target % lines.len()];
                json!({
                    "company": target["company"], "kind": "retraction", "fault": fault,
                    "published": format!("2026-01-{day:02}"), "certainty": "official",
                    "source": {"name": "us"}, "data": {"target": target["id"]},
                })
            }
            Step::Correct {
                target,
                fault,
                day,
                stage,
            } => {
                let target = &lines[target % lines.len()];
                let company = target["company"].as_str().unwrap();
                let mut line = claim(number, company, *day, stage, "asserted");
                if *stage == "negotiating" {
                    // Our error was that it is about anything but what the company is called.
                    line["kind"] = json!("company");
                    line["data"] = json!({"name": format!("{company} {number}")});
                }
                if target["kind"] == "chip_interest" {
                    line["supersedes"] = target["id"].clone();
                    line["fault"] = json!(fault);
                }
                line
            }
        };
        line["id"] = json!(format!("00000000-0000-4000-9000-0000000{number:05}"));
        lines.push(line);
    }
    lines
}

pub(crate) fn append(store: &Store, lines: &[Value]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    store
        .append_lines("lines", &mut text.as_bytes(), AppendOptions::default())
        .unwrap();
}

/// Sizes at which every boundary is crossed after a few events.
pub(crate) fn tiny() -> Settings {
    Settings {
        journal_bytes_max: 3_000,
        direct_bytes_min: 2_000,
        run_bytes_max: 2_000,
        ids_at_once_max: 3,
        selection_bytes_max: 2_000,
        selection_first: 3,
    }
}
