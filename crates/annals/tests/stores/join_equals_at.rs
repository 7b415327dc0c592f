//! Each row of a join has what `at` answers at its moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use annals::join::{JoinQuestion, JoinRow, Knowledge, RowClock, RowProblem, RowTime};
use annals::model::time::Instant;
use annals::projection::basis::Filter;
use annals::projection::path::Path;
use annals::{Error, Moment, Question, RecordedCut, Settings, Store};
use proptest::prelude::*;
use serde_json::Value;

use crate::histories::{append, lines, step, tiny};

const FIELDS: &[&str] = &[
    "earnings.next.date",
    "earnings.next.overdue",
    "earnings.next.moves",
    "chips.open",
    "chips[amd-mi308].stage",
    "company.name",
];

const DAY: i64 = 86_400_000_000;

/// What `at` answers to a question, unless it asks how the log will stand.
fn at(
    store: &Store,
    company: &str,
    question: &Question,
    fields: &[Path],
) -> Result<Vec<Value>, RowProblem> {
    let basis = match store.basis(question) {
        Err(Error::CutInFuture { cut, now }) => return Err(RowProblem::InFuture { cut, now }),
        basis => basis.unwrap(),
    };
    let answer = store.at(&company.parse().unwrap(), &basis).unwrap();
    let values = fields.iter().map(|field| field.value(&answer.timeline));
    Ok(values.collect())
}

/// A row: its company, and its moment in hours after the first of January.
fn row() -> impl Strategy<Value = (&'static str, i64)> {
    let company = prop::sample::select(vec!["alibaba", "tencent"]);
    (company, 0..1_200_i64)
}

proptest! {
    #![proptest_config(crate::config(48))]

    #[test]
    fn a_row_has_what_at_answers_at_its_moment(
        steps in prop::collection::vec(step(), 1..40),
        rows in prop::collection::vec(row(), 1..30),
        wanted in prop::sample::subsequence(FIELDS.to_vec(), 1..=FIELDS.len()),
        lag_days in 0..3_i64,
        is_recorded in any::<bool>(),
        is_filtered in any::<bool>(),
        is_tiny in any::<bool>(),
        days_since in 0..60_i64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let settings = if is_tiny { tiny() } else { Settings::default() };
        let dir = folder.path().join("store");
        // Half a day goes by between two appends, so that the log grows while the
        // rows have their moments.
        let first: Instant = "2026-01-30T00:00:00Z".parse().unwrap();
        let shown = Arc::new(AtomicI64::new(first.micros()));
        let clock = Arc::clone(&shown);
        let clock = move || Instant::from_micros(clock.load(Ordering::SeqCst)).unwrap();
        let store = Store::create_or_open_with(&dir, Arc::new(clock), settings).unwrap();
        for line in lines(&steps) {
            append(&store, &[line]);
            shown.fetch_add(DAY / 2, Ordering::SeqCst);
        }
        shown.fetch_add(days_since * DAY, Ordering::SeqCst);

        let filter = Filter {
            min_certainty: is_filtered.then(|| "asserted".parse().unwrap()),
            ..Filter::default()
        };
        let fields: Vec<Path> = wanted.iter().map(|path| path.parse().unwrap()).collect();
        let question = JoinQuestion {
            fields: fields.clone(),
            clock: RowClock { time: RowTime::Start, zone: None },
            lag_us: lag_days * DAY,
            knowledge: if is_recorded { Knowledge::Recorded } else { Knowledge::Published },
        };
        let first: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
        let moments: Vec<Instant> = rows
            .iter()
            .map(|(_, hours)| first.plus_micros(hours * 3_600_000_000))
            .collect();
        let asked = rows.iter().zip(&moments).enumerate().map(|(at, ((company, _), moment))| {
            Ok::<_, Error>(JoinRow {
                company: (*company).into(),
                moment: moment.to_string().into(),
                row: at,
                row_bytes: 0,
            })
        });
        let basis = store.basis(&Question {
            filter: filter.clone(),
            ..Question::at(Moment::Instant(store.now()))
        }).unwrap();
        let mut answers = Vec::new();
        store.join(asked, &question, &basis, <[Value]>::to_vec, |row, answered| {
            answers.push((row, answered));
            Ok::<_, Error>(())
        }).unwrap();

        prop_assert_eq!(answers.len(), rows.len());
        for (number, (row, answered)) in answers.into_iter().enumerate() {
            prop_assert_eq!(row, number, "in the order of the rows");
            let moment = moments[row];
            let by = moment.plus_micros(-lag_days * DAY);
            let mut question = Question {
                filter: filter.clone(),
                ..Question::at(Moment::Instant(moment))
            };
            question.known = Some(Moment::Instant(by));
            if is_recorded {
                question.recorded = Some(RecordedCut::Moment(Moment::Instant(by)));
            }
            prop_assert_eq!(answered, at(&store, rows[row].0, &question, &fields));
        }
    }
}
