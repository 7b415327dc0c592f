//! A claim that is corrected again and again, by its source and by us, is told as it was
//! known by then, as if our own errors had never been.

use annals::amend::Amendment;
use annals::append::AppendOptions;
use annals::model::id::EventId;
use annals::model::vocabulary::Fault;
use annals::{Error, Moment, Question, Store};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::histories::{append, clock};

const ID: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const STAGES: [&str; 3] = ["rumoured", "negotiating", "ordered"];
const PRODUCTS: [&str; 2] = ["for the cloud", "for training"];

/// What the claim said from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    day: u32,
    stage: usize,
    purpose: usize,
}

#[derive(Debug, Clone, Copy)]
enum Field {
    Stage(usize),
    Purpose(usize),
}

#[derive(Debug, Clone)]
struct Step {
    is_ours: bool,
    fields: Vec<Field>,
    /// The version whose day we mend afterwards, among those that there are, and the new
    /// one after the version before it.
    dated: Option<(usize, u32)>,
}

/// How far the source's corrections are from each other, in days.
const APART: u32 = 4;

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        (0..STAGES.len()).prop_map(Field::Stage),
        (0..PRODUCTS.len()).prop_map(Field::Purpose),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let fields = prop::collection::vec(field(), 1..=2);
    let dated = prop::option::weighted(0.3, (any::<prop::sample::Index>(), 1..=APART));
    (any::<bool>(), fields, dated).prop_map(|(is_ours, fields, dated)| Step {
        is_ours,
        fields,
        dated: dated.map(|(version, after)| (version.index(1 << 10), after)),
    })
}

/// A day of 2026 by its number.
fn date(day: u32) -> String {
    format!("2026-{:02}-{:02}", 1 + day / 28, 1 + day % 28)
}

impl Field {
    fn of(self, version: &mut Version) -> (&mut usize, usize) {
        match self {
            Self::Stage(to) => (&mut version.stage, to),
            Self::Purpose(to) => (&mut version.purpose, to),
        }
    }

    fn setting(self) -> (String, String) {
        let (path, value) = match self {
            Self::Stage(to) => ("data.stage", STAGES[to]),
            Self::Purpose(to) => ("data.purpose", PRODUCTS[to]),
        };
        (path.to_owned(), value.to_owned())
    }
}

/// What was known from each day on, once a step was taken.
fn take(versions: &mut Vec<Version>, step: &Step) {
    let mut last = *versions.last().unwrap();
    if !step.is_ours {
        last.day += APART;
        for field in &step.fields {
            let (has, to) = field.of(&mut last);
            *has = to;
        }
        versions.push(last);
        return;
    }
    let is_wrong = |field: &&Field| {
        let mut last = last;
        let (has, to) = field.of(&mut last);
        *has != to
    };
    let wrong: Vec<&Field> = step.fields.iter().filter(is_wrong).collect();
    for version in versions.iter_mut().rev() {
        let same: Vec<&Field> = wrong
            .iter()
            .copied()
            .filter(|field| *field.of(version).0 == *field.of(&mut last.clone()).0)
            .collect();
        if same.is_empty() {
            return;
        }
        for field in same {
            let (has, to) = field.of(version);
            *has = to;
        }
    }
}

/// The source takes the claim back on a day.
fn take_back(store: &Store, day: u32) {
    let amendment = Amendment {
        fault: Fault::Source,
        reason: Some("taken back".to_owned()),
        published: Some(date(day)),
        source_name: None,
        source_url: None,
        options: AppendOptions::default(),
    };
    let target = store.target(ID.parse().unwrap()).unwrap();
    store.retract(&target, &amendment).unwrap();
}

fn correct(store: &Store, step: &Step, day: u32, number: usize) -> Result<(), Error> {
    let id: EventId = ID.parse().unwrap();
    let settings: Vec<_> = step.fields.iter().map(|field| field.setting()).collect();
    let amendment = Amendment {
        fault: if step.is_ours {
            Fault::Record
        } else {
            Fault::Source
        },
        reason: Some(format!("step {number}")),
        published: (!step.is_ours).then(|| date(day)),
        source_name: None,
        source_url: None,
        options: AppendOptions::default(),
    };
    store
        .correct(&store.target(id)?, &settings, &amendment)
        .map(drop)
}

/// The field of the claim, as it is told on a day.
fn told(store: &Store, path: &str, day: u32) -> Value {
    let question = Question::at(Moment::parse(&date(day)).unwrap());
    let basis = store.basis(&question).unwrap();
    let answer = store.at(&"acme".parse().unwrap(), &basis).unwrap();
    let path: annals::projection::path::Path = path.parse().unwrap();
    path.value(&answer.timeline)
}

/// We mend the day of a version.
fn redate(store: &Store, versions: &mut [Version], (version, after): (usize, u32)) {
    let at = version % versions.len();
    let before = at.checked_sub(1).map_or(0, |before| versions[before].day);
    let day = before + after;
    let next = versions.get(at + 1).map_or(u32::MAX, |next| next.day);
    if day >= next || day == versions[at].day {
        return;
    }
    let told = told(store, "chips.events", versions[at].day);
    let id = told[0]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .as_str()
        .unwrap();
    let amendment = Amendment {
        fault: Fault::Record,
        reason: Some("the day".to_owned()),
        published: None,
        source_name: None,
        source_url: None,
        options: AppendOptions::default(),
    };
    let target = store.target(id.parse().unwrap()).unwrap();
    let set = [("published".to_owned(), date(day))];
    store.correct(&target, &set, &amendment).unwrap();
    versions[at].day = day;
}

proptest! {
    #![proptest_config(crate::config(96))]

    #[test]
    fn our_own_errors_were_never_so(
        steps in prop::collection::vec(step(), 1..9),
        mended_later in prop::option::of(prop::collection::vec(step(), 0..4)),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_or_open(&folder.path().join("store"), clock()).unwrap();
        let company = json!({
            "company": "acme", "kind": "company", "published": "2026-01-01",
            "certainty": "official", "source": {"name": "us"}, "data": {"name": "Acme"},
        });
        append(&store, &[company, json!({
            "id": ID, "company": "acme", "kind": "chip_interest", "published": date(APART),
            "certainty": "reported", "source": {"name": "paper"},
            "data": {"vendor": "AMD", "product": "MI308", "stage": STAGES[0],
                     "purpose": PRODUCTS[0]},
        })]);
        let mut versions = vec![Version { day: APART, stage: 0, purpose: 0 }];
        let mut amend = |step: &Step, number: usize| {
            let mut distinct = step.clone();
            distinct
                .fields
                .dedup_by_key(|field| matches!(field, Field::Stage(_)));
            let day = versions.last().unwrap().day + APART;
            match correct(&store, &distinct, day, number) {
                Ok(()) => take(&mut versions, &distinct),
                Err(Error::NothingChanged) => {
                    let last = versions.last_mut().unwrap();
                    let mut fields = distinct.fields.iter();
                    assert!(fields.all(|field| {
                        let (has, to) = field.of(last);
                        *has == to
                    }));
                }
                Err(error) => panic!("{error}, after {versions:?} by {distinct:?}"),
            }
            if let Some(dated) = step.dated {
                redate(&store, &mut versions, dated);
            }
            versions.last().unwrap().day + APART
        };
        let mut end = 2 * APART;
        for (number, step) in steps.iter().enumerate() {
            end = amend(step, number);
        }
        if mended_later.is_some() {
            take_back(&store, end);
        }
        for (number, step) in mended_later.iter().flatten().enumerate() {
            let ours = Step { is_ours: true, ..step.clone() };
            amend(&ours, 100 + number);
        }
        let is_taken_back = mended_later.is_some();
        for day in 0..=end {
            let known = versions.iter().rfind(|version| version.day <= day);
            let known = known.filter(|_| !is_taken_back || day < end);
            let expected = |word: fn(&Version) -> &'static str| match known {
                Some(known) => json!([word(known)]),
                None => json!([]),
            };
            let stage = expected(|version| STAGES[version.stage]);
            let purpose = expected(|version| PRODUCTS[version.purpose]);
            prop_assert_eq!(told(&store, "chips.stage", day), stage, "{} {:?}", day, versions);
            prop_assert_eq!(told(&store, "chips.purpose", day), purpose);
        }
    }
}
