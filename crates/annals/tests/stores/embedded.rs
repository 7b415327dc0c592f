//! What a program relies on that has a store as a part of it.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use annals::amend::Amendment;
use annals::append::AppendOptions;
use annals::join::{JoinQuestion, JoinRow, Knowledge, RowClock, RowTime};
use annals::listing::{Count, LogQuery, Order};
use annals::model::id::{Position, Slug};
use annals::model::time::Instant;
use annals::model::vocabulary::Fault;
use annals::{Error, Moment, Question, Store};
use serde_json::{Value, json};

fn clock() -> Arc<dyn annals::Clock> {
    let now: Instant = "2026-08-01T00:00:00Z".parse().unwrap();
    Arc::new(move || now)
}

fn acme() -> Slug {
    "acme".parse().unwrap()
}

fn date(published: &str, date: &str) -> Value {
    json!({
        "company": "acme", "kind": "earnings_date", "published": published,
        "certainty": "official", "source": {"name": "Acme"},
        "data": {"period": "FY2026-Q1", "date": date, "status": "confirmed"},
    })
}

fn append(store: &Store, events: &[Value]) -> (u64, u64) {
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    let options = AppendOptions {
        new_company: true,
        ..AppendOptions::default()
    };
    let appended = store.append_lines("events", &mut lines.as_bytes(), options);
    let appended = appended.unwrap();
    (appended.new, appended.known)
}

fn store(dir: &Path) -> Store {
    let store = Store::create_or_open(dir, clock()).unwrap();
    append(&store, &[date("2026-02-01", "2026-04-01")]);
    store
}

fn everything() -> LogQuery {
    LogQuery {
        company: None,
        filter: annals::projection::event_filter::EventFilter::default(),
        known: None,
        after: Position(0),
        upto: Position::LAST,
        count: Count::All,
        order: Order::OldestFirst,
    }
}

#[test]
fn a_store_that_sees_less_of_the_log_refuses_a_basis_of_one_that_sees_more() {
    let dir = tempfile::tempdir().unwrap();
    let writer = store(dir.path());
    let reader = Store::open_to_read(dir.path(), clock()).unwrap();
    append(&writer, &[date("2026-03-01", "2026-05-05")]);
    let question = Question::at(Moment::parse("2026-03-02").unwrap());
    let basis = writer.basis(&question).unwrap();
    let path = "earnings.next.date".parse().unwrap();
    let refused = [
        reader.at(&acme(), &basis).err(),
        reader.at_without_events(&acme(), &basis).err(),
        reader.why(&acme(), &basis, &path).err(),
        reader.companies(&basis).err(),
        reader.inspect("0000", &basis).err(),
        reader.visible(None, &basis).next().unwrap().err(),
        reader
            .companies_known(&basis, None, |_| Ok::<_, Error>(()))
            .err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(Error::PastHead { .. })), "{error:?}");
    }
    reader.refresh().unwrap();
    let answers = [&writer, &reader].map(|store| store.at(&acme(), &basis).unwrap());
    let [one, other] = answers.map(|answer| serde_json::to_string(&answer).unwrap());
    assert_eq!(one, other);
}

#[test]
fn what_is_new_is_counted_once_whoever_appends_it_beside() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let before = store.head().position.0;
    let events: Vec<Value> = (1..=28)
        .map(|day| date(&format!("2026-06-{day:02}"), "2026-07-01"))
        .collect();
    let counted: Vec<(u64, u64)> = thread::scope(|scope| {
        let append_all = || {
            let one_by_one = events
                .iter()
                .map(|event| append(&store, std::slice::from_ref(event)));
            one_by_one.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(append_all)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let new: u64 = counted.iter().map(|(new, _)| new).sum();
    assert_eq!(new, store.head().position.0 - before);
    assert!(counted.iter().all(|(new, known)| new + known == 28));
}

#[test]
fn whoever_follows_is_told_of_each_event_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let mut following = store.follow(everything());
    let at = |store: &Store| store.head().position.0;
    let first = at(&store) + 1;
    for day in 1..=5 {
        append(&store, &[date(&format!("2026-06-0{day}"), "2026-07-01")]);
    }
    let mut told = Vec::new();
    // Whoever stops in the middle goes on there.
    for most in [2, 1, 100] {
        let more = following.more().unwrap().take(most);
        told.extend(more.map(|read| read.unwrap().position.0));
    }
    assert_eq!(told, (first..=at(&store)).collect::<Vec<_>>());
    assert_eq!(following.more().unwrap().count(), 0);
}

#[test]
fn a_kind_that_was_declared_twice_is_taken_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let declaration = |least: u64| {
        json!({
            "name": "patent", "thread": ["number"],
            "schema": {
                "type": "object", "required": ["number"],
                "properties": {
                    "number": {"type": "string"},
                    "claims": {"type": "integer", "minimum": least},
                },
            },
        })
    };
    for least in [1, 5] {
        let declared = store.declare_kind(&declaration(least), "us", AppendOptions::default());
        assert_eq!(declared.unwrap().new, 1);
    }
    let amendment = Amendment {
        fault: Fault::Source,
        reason: Some("not used".to_owned()),
        published: None,
        source_name: None,
        source_url: None,
        options: AppendOptions::default(),
    };
    let declared = store.declared_kinds(store.head().position).unwrap();
    let target = store.target(declared[0].declaration.event.id).unwrap();
    let about = [("data.about".to_owned(), "A patent".to_owned())];
    store.correct(&target, &about, &amendment).unwrap();
    // The first, the second, and what corrects it.
    assert_eq!(store.remove_kind("patent", &amendment).unwrap().new, 3);
    assert!(
        store
            .declared_kinds(store.head().position)
            .unwrap()
            .is_empty()
    );
    let again = store.remove_kind("patent", &amendment);
    assert!(matches!(again.err(), Some(Error::UnknownKind { .. })));
}

#[test]
fn no_lag_of_a_join_looks_ahead() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    append(&store, &[date("2026-02-05", "2026-04-20")]);
    let basis = store.basis(&Question::at(Moment::parse("2026-08-01").unwrap()));
    let basis = basis.unwrap();
    let joined = |lag_us: i64| {
        let question = JoinQuestion {
            fields: vec!["earnings.next.date".parse().unwrap()],
            clock: RowClock {
                zone: None,
                time: RowTime::End,
            },
            lag_us,
            knowledge: Knowledge::Published,
        };
        let row = JoinRow {
            company: "acme".into(),
            moment: "2026-02-03".into(),
            row: (),
            row_bytes: usize::MAX,
        };
        let mut answer = Value::Null;
        store
            .join(
                std::iter::once(Ok::<_, Error>(row)),
                &question,
                &basis,
                |values| values[0].clone(),
                |(), value| {
                    answer = value.unwrap();
                    Ok(())
                },
            )
            .unwrap();
        answer
    };
    assert_eq!(joined(0), "2026-04-01");
    assert_eq!(joined(-864_000_000_000), "2026-04-01");
}
