//! Submissions of the SEC, as they were crawled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::environment::{Environment, shared_data};

const TESLA_PAGE: &str = "CIK0001318605-submissions-001.980ba2.json";
const TESLA_2022: &str = "CIK0001318605.2022-11-30.json";
const TESLA_FEBRUARY: &str = "CIK0001318605.9d744f.json";
const TESLA_MARCH: &str = "CIK0001318605.eb9c36.json";

/// The files, read by the tests themselves.
struct Files {
    folder: PathBuf,
    files: BTreeMap<String, Value>,
}

impl Files {
    fn read() -> Option<Self> {
        let folder = shared_data("edgar_submissions")?;
        let entries = std::fs::read_dir(&folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
        let files = files.map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(path).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        });
        let files = files.collect();
        Some(Self { folder, files })
    }

    fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    /// A column of a file: in `filings.recent`, or bare in an older page.
    fn column(&self, name: &str, column: &str) -> Vec<String> {
        let file = &self.files[name];
        let table = file.pointer("/filings/recent").unwrap_or(file);
        let cells = table[column].as_array().unwrap().iter();
        cells
            .map(|cell| cell.as_str().unwrap().to_owned())
            .collect()
    }

    fn accessions(&self, name: &str) -> Vec<String> {
        self.column(name, "accessionNumber")
    }

    /// The distinct filings of some files.
    fn filings<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
        let all = names.into_iter().flat_map(|name| self.accessions(name));
        all.collect()
    }

    /// Imports files, and tells what is reported of each company.
    fn import(&self, environment: &Environment, names: &[&str]) -> Vec<Value> {
        let paths = names.iter().map(|name| {
            let path = self.folder.join(name);
            path.to_str().unwrap().to_owned()
        });
        let mut args = ["import", "edgar", "--json"].map(str::to_owned).to_vec();
        args.extend(paths);
        environment.run(args).json_lines()
    }

    fn imported(&self, batches: &[&[&str]]) -> Environment {
        let environment = Environment::new();
        for names in batches {
            self.import(&environment, names);
        }
        environment
    }
}

/// The filings of an answer: each accession once, with what is said of it.
fn filings(answer: &Value) -> BTreeMap<String, Value> {
    let mut filings = BTreeMap::new();
    for thread in answer["other"].as_array().unwrap() {
        if thread["kind"] != "filing" {
            continue;
        }
        let accession = thread["accession"].as_str().unwrap().to_owned();
        let fields = [
            "form",
            "filed",
            "report_date",
            "items",
            "published",
            "occurred",
        ];
        let said = fields.map(|field| thread[field].clone());
        let before = filings.insert(accession.clone(), json!(said));
        assert_eq!(before, None, "{accession} is there twice");
    }
    filings
}

/// The CIK of a company, as an answer tells it.
fn cik(answer: &Value) -> Option<&str> {
    let mut identifiers = answer["company"]["identifiers"].as_array().unwrap().iter();
    identifiers.find(|one| one["scheme"] == "cik")?["value"].as_str()
}

/// The answers about all companies.
fn at_all(environment: &Environment, question: &str) -> Vec<Value> {
    let typed = format!("at {question} --all --json --no-events");
    environment.type_in(&typed).json_lines()
}

/// What is believed of a company, apart from which event says so.
fn believed(answer: &Value) -> Value {
    let company = &answer["company"];
    let identifiers = company["identifiers"].as_array().unwrap().iter();
    let identifiers: Vec<_> = identifiers
        .map(|one| json!([one["scheme"], one["value"], one["from"], one["to"]]))
        .collect();
    json!([
        company["name"],
        company["aliases"],
        company["fiscal_year_end"],
        identifiers,
        filings(answer),
    ])
}

fn sum(report: &[Value], field: &str) -> u64 {
    report.iter().map(|one| one[field].as_u64().unwrap()).sum()
}

#[test]
fn all_files_at_once_are_all_their_rows() {
    let Some(files) = Files::read() else { return };
    assert_eq!(files.names().len(), 22);
    let environment = Environment::new();
    let report = files.import(&environment, &files.names());
    let answers = at_all(&environment, "2026-11-01");
    assert_eq!(answers.len(), report.len());
    let mut seen = 0;
    for one in &report {
        let names: Vec<&str> = one["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        seen += names.len();
        let company = &one["company"];
        let rows: usize = names.iter().map(|name| files.accessions(name).len()).sum();
        assert_eq!(one["rows"], rows, "{company}");
        let distinct = files.filings(names.iter().copied());
        assert_eq!(one["new"], distinct.len(), "{company}");
        let counted = ["new", "known", "corrected", "older"].map(|field| one[field].as_u64());
        let counted: u64 = counted.into_iter().flatten().sum();
        assert_eq!(counted, rows as u64, "{company}");
        let mut answers = answers.iter();
        let answer = answers.find(|answer| answer["company"]["slug"] == *company);
        let there: BTreeSet<_> = filings(answer.unwrap()).into_keys().collect();
        assert_eq!(there, distinct, "{company}");
    }
    assert_eq!(seen, 22);
    let head = environment.head();
    let again = files.import(&environment, &files.names());
    assert_eq!(environment.head(), head, "the same files again");
    assert_eq!(sum(&again, "new") + sum(&again, "facts_new"), 0);
    assert_eq!(sum(&again, "known"), sum(&again, "rows"));
    assert_eq!(sum(&again, "rows"), sum(&report, "rows"));
}

#[test]
fn one_file_after_the_other_in_any_order_is_believed_the_same() {
    let Some(files) = Files::read() else { return };
    let names = files.names();
    let one_by_one = |names: &[&str]| {
        let batches: Vec<&[&str]> = names.chunks(1).collect();
        files.imported(&batches)
    };
    let backwards: Vec<&str> = names.iter().rev().copied().collect();
    let stores = [
        files.imported(&[&names]),
        one_by_one(&names),
        one_by_one(&backwards),
    ];
    // Who is imported from an older page first has no name for a slug.
    let ciks = stores.each_ref().map(|store| {
        let answers = at_all(store, "2026-11-01");
        let ciks = answers.iter().map(|answer| {
            let slug = answer["company"]["slug"].to_string();
            (slug, cik(answer).unwrap().to_owned())
        });
        ciks.collect::<BTreeMap<_, _>>()
    });
    assert_eq!(ciks[0].len(), 15);
    for question in ["2022-11-30T18:00:00Z", "2026-02-10", "2026-11-01"] {
        let [at_once, forwards, backwards] = [0, 1, 2].map(|number: usize| {
            let answers = at_all(&stores[number], question);
            let believed = answers.iter().map(|answer| {
                let slug = answer["company"]["slug"].to_string();
                (ciks[number][&slug].clone(), believed(answer))
            });
            believed.collect::<BTreeMap<_, _>>()
        });
        for (cik, believed) in &at_once {
            assert!(believed == &forwards[cik], "{question}: {cik}, forwards");
            assert!(believed == &backwards[cik], "{question}: {cik}, backwards");
        }
    }
}

#[test]
fn a_thousand_and_one_times_of_tesla_are_corrected() {
    let Some(files) = Files::read() else { return };
    let wrong = files.accessions(TESLA_2022).into_iter();
    let wrong: BTreeMap<_, _> = wrong
        .zip(files.column(TESLA_2022, "acceptanceDateTime"))
        .collect();
    assert_eq!(wrong.len(), 1_001);
    let mut right = BTreeMap::new();
    for name in [TESLA_PAGE, TESLA_FEBRUARY, TESLA_MARCH] {
        let times = files.column(name, "acceptanceDateTime");
        right.extend(files.accessions(name).into_iter().zip(times));
    }
    let orders: [&[&[&str]]; 3] = [
        &[&[TESLA_2022, TESLA_FEBRUARY, TESLA_MARCH, TESLA_PAGE]],
        &[
            &[TESLA_2022],
            &[TESLA_FEBRUARY],
            &[TESLA_MARCH],
            &[TESLA_PAGE],
        ],
        &[
            &[TESLA_PAGE],
            &[TESLA_MARCH],
            &[TESLA_FEBRUARY],
            &[TESLA_2022],
        ],
    ];
    for batches in orders {
        let environment = Environment::new();
        let mut reports = Vec::new();
        for names in batches {
            reports.extend(files.import(&environment, names));
        }
        let corrected = sum(&reports, "corrected") + sum(&reports, "older");
        assert_eq!(corrected, 1_001, "{batches:?}");
        let answer = environment.at("2026-11-01 cik:1318605");
        let said = filings(&answer);
        assert_eq!(said.len(), right.len(), "{batches:?}");
        for (accession, time) in &right {
            let published = said[accession][4].as_str().unwrap();
            let published: String = published.chars().take(19).collect();
            assert_eq!(published, time[..19], "{accession}, {batches:?}");
        }
        for (accession, time) in &wrong {
            assert_ne!(said[accession][4].as_str().unwrap()[..19], time[..19]);
        }
    }
}

#[test]
fn a_filing_is_not_there_before_it_was_accepted() {
    let Some(files) = Files::read() else { return };
    // The crawl of 2022 says 16:42 of New York and calls it UTC.
    const FILING: &str = "0001790565-22-000015";
    let cases: [(&[&[&str]], bool); 4] = [
        (&[&[TESLA_2022]], true),
        (&[&[TESLA_2022], &[TESLA_FEBRUARY]], false),
        (&[&[TESLA_FEBRUARY], &[TESLA_2022]], false),
        (&[&[TESLA_FEBRUARY, TESLA_2022]], false),
    ];
    for (batches, expect) in cases {
        let environment = files.imported(batches);
        let is_there = |question: &str| {
            let answer = environment.at(&format!("{question} cik:1318605"));
            filings(&answer).contains_key(FILING)
        };
        assert_eq!(is_there("2022-11-30T18:00:00Z"), expect, "{batches:?}");
        assert!(is_there("2022-11-30T21:42:36Z"), "{batches:?}");
    }
    let environment = files.imported(&[&[TESLA_2022]]);
    let recorded = environment.head()["position"].clone();
    files.import(&environment, &[TESLA_FEBRUARY]);
    let question = format!("2022-11-30T18:00:00Z cik:1318605 --recorded {recorded}");
    let then = filings(&environment.at(&question));
    assert!(
        then.contains_key(FILING),
        "as we had it before the newer crawl"
    );
}

#[test]
fn an_import_is_all_or_nothing() {
    let Some(files) = Files::read() else { return };
    let environment = Environment::with_sample();
    let before = environment.settled_files();
    let name = "CIK0001814722.578c04.json";
    let good = files.folder.join(name);
    let good = good.to_str().unwrap();
    let text = std::fs::read_to_string(good).unwrap();
    let bad = environment.write(name, &text[..text.len() / 2]);
    environment
        .run(["import", "edgar", good, &bad])
        .refused(1, &[name]);
    environment
        .run(["import", "edgar", good, "--dry-run"])
        .done();
    environment.assert_files(&before, "an import that is refused");
    assert_eq!(environment.head()["position"], 38);
}

/// A file of a company with filings accepted at these times.
pub(crate) fn made(name: &str, times: &[&str]) -> Value {
    let each = |cell: &dyn Fn(usize) -> Value| -> Value { (0..times.len()).map(cell).collect() };
    json!({
        "cik": "7", "name": name, "tickers": [], "exchanges": [], "formerNames": [],
        "filings": {"files": [], "recent": {
            "accessionNumber": each(&|at| json!(format!("0000000007-25-{at:06}"))),
            "acceptanceDateTime": json!(times),
            "filingDate": each(&|_| json!("2025-02-03")),
            "form": each(&|_| json!("8-K")),
            "items": each(&|_| json!("2.02")),
            "reportDate": each(&|_| json!("")),
            "size": each(&|_| json!(1)),
            "primaryDocDescription": each(&|_| json!("")),
            "core_type": each(&|_| json!("8-K")),
        }},
    })
}

#[test]
fn times_that_cannot_be_utc_are_told_and_read_as_eastern_if_asked() {
    let environment = Environment::new();
    let file = made(
        "Seven",
        &["2025-02-03T07:30:00.000Z", "2025-02-03T16:00:00.000Z"],
    );
    environment.write("CIK0000000007.json", file.to_string());
    let filings = |question: &str| {
        let answer = environment.at(&format!("{question} cik:7 --section other"));
        answer["other"].as_array().unwrap().len()
    };
    let import = "import edgar CIK0000000007.json";
    let run = environment.type_in(import).done();
    assert!(
        run.stderr.contains("1 of 2 times cannot be UTC"),
        "{}",
        run.stderr
    );
    assert_eq!(filings("2025-02-03T16:00:00Z"), 2);
    // It mends what was imported before.
    let run = environment.type_in(&format!("{import} --times detected"));
    assert!(run.done().stderr.contains("read in Eastern time"));
    assert_eq!(filings("2025-02-03T16:00:00Z"), 1);
    assert_eq!(filings("2025-02-03T21:00:00Z"), 2);
}

/// One odd time among many says nothing of the others.
#[test]
fn a_single_odd_time_does_not_make_a_file_eastern() {
    let environment = Environment::new();
    let mut times = vec!["2025-02-03T16:00:00.000Z"; 40];
    times.push("2025-02-03T06:10:00.000Z");
    environment.write("CIK0000000007.json", made("Seven", &times).to_string());
    let run = environment.type_in("import edgar CIK0000000007.json --times detected");
    let run = run.done();
    assert!(run.stderr.contains("1 of 41 times"), "{}", run.stderr);
    assert!(run.stderr.contains("too few"), "{}", run.stderr);
    let answer = environment.at("2025-02-03T16:00:00Z cik:7 --section other");
    assert_eq!(answer["other"].as_array().unwrap().len(), 41);
    // Days without a time say nothing of times.
    let mut times = vec!["2025-02-03T05:00:00.000Z"; 40];
    times.extend(["2025-02-03T07:30:00.000Z", "2025-02-03T16:00:00.000Z"]);
    environment.write("CIK0000000007.json", made("Seven", &times).to_string());
    let run = environment.type_in("import edgar CIK0000000007.json --times detected --dry-run");
    let run = run.done();
    assert!(run.stderr.contains("1 of 2 times"), "{}", run.stderr);
    assert!(run.stderr.contains("read in Eastern"), "{}", run.stderr);
}

/// A row has nothing of its own day, of which EDGAR tells no time.
#[test]
fn a_filing_of_a_day_is_not_there_before_the_day_ends() {
    let environment = Environment::new();
    let mut file = made("Seven", &["1997-12-29T05:00:00.000Z"]);
    file["filings"]["recent"]["filingDate"] = json!(["1997-12-29"]);
    file["lei"] = json!("5493001NTNQJDH60PM03");
    environment.write("CIK0000000007.json", file.to_string());
    let run = environment
        .type_in("import edgar CIK0000000007.json")
        .done();
    assert!(
        run.stderr.contains("is not a value of lei"),
        "{}",
        run.stderr
    );
    let filings = |moment: &str| {
        let answer = environment.at(&format!("{moment} cik:7 --section other"));
        answer["other"].as_array().unwrap().len()
    };
    assert_eq!(filings("1997-12-29T12:00:00-05:00"), 0);
    assert_eq!(filings("1997-12-30T00:00:00-05:00"), 1);
    let checked = String::from_utf8(environment.type_in("check").done().stdout).unwrap();
    assert!(!checked.contains("published-without-zone"), "{checked}");
}

#[test]
fn a_file_without_filings_keeps_no_other_from_being_imported() {
    let environment = Environment::new();
    environment.write("CIK0000000007.json", made("Seven", &[]).to_string());
    let alone = environment.type_in("import edgar CIK0000000007.json");
    alone.refused(1, &["has no filing"]);
    let other = made("Seven", &["2025-02-03T16:00:00.000Z"]);
    environment.write("CIK0000000007.b.json", other.to_string());
    let run = environment.type_in("import edgar CIK0000000007.json CIK0000000007.b.json");
    let run = run.done();
    assert!(run.stderr.contains("has no filing"), "{}", run.stderr);
    assert!(run.stderr.contains("left out"), "{}", run.stderr);
}

#[test]
fn a_company_without_a_name_is_called_by_its_key() {
    let environment = Environment::new();
    let page = made("Seven", &["2025-02-03T16:00:00.000Z"])["filings"]["recent"].clone();
    let name = "CIK0000000007-submissions-001.json";
    environment.write(name, page.to_string());
    environment.type_in(&format!("import edgar {name}")).done();
    let answer = environment.at("2026-01-01 cik:7");
    assert_eq!(answer["company"]["slug"], "cik-0000000007");
}
