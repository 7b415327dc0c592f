//! Random histories of one company: [`history`], [`cuts`] and
//! [`history_and_cuts`].
//!
//! A history is drawn as a list of [`Sketch`]es, plain numbers that shrink
//! well, and then written event by event, since a correction has to know the
//! event at which it is aimed. Days run over about 40 from [`FIRST_DAY`].

use event_model::draft::{Draft, Referent};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::time::{Day, Instant, Zone};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// The first day on which anything is published.
pub const FIRST_DAY: &str = "2025-12-01";
const DAYS: i64 = 40;
const EVENTS_MAX: usize = 24;
const COMPANY: &str = "alibaba";
const NOW: &str = "2026-03-01T00:00:00Z";

/// The matters that a history is about, each a thread or a few.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Matter {
    ChipOfAmd,
    ChipOfNvidia,
    DateOfQ3,
    DateOfQ4,
    ResultOfQ3,
    ResultOfQ4,
    Rule,
    Pivot,
    Price,
    Statement,
    Company,
    Weather,
    Link,
}

/// What an event does to an earlier one.
#[derive(Debug, Clone)]
enum Act {
    Claim,
    Repeat {
        at: Aim,
        same_matter: bool,
    },
    Correct {
        at: Aim,
        strike: Strike,
        same_matter: bool,
    },
    Retract {
        at: Aim,
        strike: Strike,
    },
}

#[derive(Debug, Clone)]
struct Strike {
    ours: bool,
    /// For a fault of ours: takes over the target's publication.
    without_published: bool,
    /// Comes so many days after its target, and not at a day of its own.
    days_after_target: Option<i64>,
}

/// Which of the earlier events is meant.
#[derive(Debug, Clone)]
enum Aim {
    Any(Index),
    Last,
    AtStrikes(Index),
}

/// When an event happened, seen from its publication.
#[derive(Debug, Clone, Copy)]
struct Occurred {
    form: u8,
    days_before: i64,
    more_days_before: i64,
    days_beyond: i64,
}

/// The numbers out of which one event is written.
#[derive(Debug, Clone)]
struct Sketch {
    matter: Matter,
    act: Act,
    published_on: i64,
    published_at: &'static str,
    zone: Option<&'static str>,
    occurred: Occurred,
    certainty: &'static str,
    level: &'static str,
    confirmation: &'static str,
    /// Choices among the values of the matter's fields.
    picks: [u8; 6],
}

/// From 1 to [`EVENTS_MAX`] valid events of one company, at positions 1, 2, 3 …
pub fn history() -> impl Strategy<Value = Vec<(Position, Event)>> {
    let sketches = prop::collection::vec(sketch(), 1..=EVENTS_MAX);
    // Few matters make for long threads, all of them for many short ones.
    let only = prop::option::weighted(0.66, prop::collection::vec(matter(), 1..=3));
    (sketches, only).prop_map(|(mut sketches, only)| {
        if let Some(only) = only {
            for (at, sketch) in sketches.iter_mut().enumerate() {
                sketch.matter = only[at % only.len()];
            }
        }
        write_history(&sketches)
    })
}

/// What is known, the day asked about, and how far the log is read.
pub fn cuts(
    history: &[(Position, Event)],
) -> impl Strategy<Value = (Instant, Day, Position)> + use<> {
    let far = Instant::end_of(day(DAYS + 30), Zone::UTC);
    let mut knowns = vec![Instant::start_of(day(-40), Zone::UTC), far];
    for (_, event) in history {
        let at = event.published.instant();
        knowns.extend([at.plus_micros(-1), at, at.plus_micros(1)]);
        knowns.push(Instant::end_of(event.published.day(), Zone::UTC));
    }
    let head = history.last().map_or(0, |(position, _)| position.0);
    let known = prop_oneof![4 => select(knowns), 1 => Just(far)];
    let recorded = prop_oneof![3 => Just(head), 2 => 0..=head].prop_map(Position);
    let any_day = prop_oneof![1 => -35_i64..0, 4 => 0..DAYS, 2 => DAYS..DAYS + 25].prop_map(day);
    let on = prop_oneof![1 => Just(None), 3 => any_day.prop_map(Some)];
    (known, on, recorded)
        .prop_map(|(known, on, recorded)| (known, on.unwrap_or_else(|| known.day()), recorded))
}

/// A history and cuts through it.
pub fn history_and_cuts()
-> impl Strategy<Value = (Vec<(Position, Event)>, (Instant, Day, Position))> {
    history().prop_flat_map(|history| {
        let cuts = cuts(&history);
        (Just(history), cuts)
    })
}

fn matter() -> impl Strategy<Value = Matter> {
    prop_oneof![
        5 => Just(Matter::ChipOfAmd),
        3 => Just(Matter::ChipOfNvidia),
        5 => Just(Matter::DateOfQ3),
        4 => Just(Matter::DateOfQ4),
        2 => Just(Matter::ResultOfQ3),
        1 => Just(Matter::ResultOfQ4),
        4 => Just(Matter::Rule),
        3 => Just(Matter::Pivot),
        1 => Just(Matter::Price),
        1 => Just(Matter::Statement),
        2 => Just(Matter::Company),
        1 => Just(Matter::Weather),
        2 => Just(Matter::Link),
    ]
}

fn aim() -> impl Strategy<Value = Aim> {
    prop_oneof![
        3 => any::<Index>().prop_map(Aim::Any),
        1 => Just(Aim::Last),
        3 => any::<Index>().prop_map(Aim::AtStrikes),
    ]
}

fn strike() -> impl Strategy<Value = Strike> {
    let days_after_target = prop_oneof![2 => (0_i64..12).prop_map(Some), 1 => Just(None)];
    (any::<bool>(), prop::bool::weighted(0.4), days_after_target).prop_map(
        |(ours, without_published, days_after_target)| Strike {
            ours,
            without_published,
            days_after_target,
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let same_matter = || prop::bool::weighted(0.85);
    prop_oneof![
        12 => Just(Act::Claim),
        2 => (aim(), same_matter()).prop_map(|(at, same_matter)| Act::Repeat { at, same_matter }),
        3 => (aim(), strike(), same_matter())
            .prop_map(|(at, strike, same_matter)| Act::Correct { at, strike, same_matter }),
        2 => (aim(), strike()).prop_map(|(at, strike)| Act::Retract { at, strike }),
    ]
}

fn occurred() -> impl Strategy<Value = Occurred> {
    (0_u8..14, 0_i64..12, 0_i64..8, 0_i64..6).prop_map(
        |(form, days_before, more_days_before, days_beyond)| Occurred {
            form,
            days_before,
            more_days_before,
            days_beyond,
        },
    )
}

fn sketch() -> impl Strategy<Value = Sketch> {
    // A few days come up often, so that instants are equal.
    let published_on = prop_oneof![0..DAYS, select(vec![5_i64, 12, 20])];
    // An empty time is a day as such; it ends with its last microsecond.
    let times = vec![
        "",
        "",
        "",
        "T09:00:00Z",
        "T09:00:00Z",
        "T17:00:00+08:00",
        "T23:30:00Z",
        "T23:59:59.999999Z",
        "T00:00:00Z",
    ];
    let zones = vec![
        None,
        None,
        None,
        Some("Asia/Shanghai"),
        Some("America/New_York"),
    ];
    let certainties = vec!["rumour", "reported", "asserted", "attributed", "official"];
    let levels = vec![
        "fact",
        "fact",
        "fact",
        "fact",
        "inference",
        "forecast",
        "opinion",
    ];
    let confirmations = vec![
        "unstated",
        "unstated",
        "unstated",
        "pending",
        "partial",
        "confirmed",
        "denied",
    ];
    let envelope = (select(certainties), select(levels), select(confirmations));
    let published = (published_on, select(times), select(zones));
    (
        matter(),
        act(),
        published,
        occurred(),
        envelope,
        any::<[u8; 6]>(),
    )
        .prop_map(
            |(matter, act, published, occurred, envelope, picks)| Sketch {
                matter,
                act,
                published_on: published.0,
                published_at: published.1,
                zone: published.2,
                occurred,
                certainty: envelope.0,
                level: envelope.1,
                confirmation: envelope.2,
                picks,
            },
        )
}

fn day(number: i64) -> Day {
    let first: Day = FIRST_DAY.parse().expect("a day");
    first
        .checked_add_signed(chrono::TimeDelta::days(number))
        .expect("a day near the first")
}

fn write_history(sketches: &[Sketch]) -> Vec<(Position, Event)> {
    let mut written: Vec<(Event, Option<Matter>)> = Vec::new();
    for sketch in sketches {
        let next = write(sketch, &written);
        written.push(next);
    }
    (1..)
        .map(Position)
        .zip(written.into_iter().map(|(event, _)| event))
        .collect()
}

/// Writes one event, with its matter if it is about any.
fn write(sketch: &Sketch, earlier: &[(Event, Option<Matter>)]) -> (Event, Option<Matter>) {
    let mut matter = Some(sketch.matter);
    let mut fields = Map::new();
    let mut own_strike = None;
    let is_claim = |(event, _): &&(Event, Option<Matter>)| !event.is_retraction();
    match &sketch.act {
        Act::Claim => {}
        Act::Repeat { at, same_matter } => {
            if let Some((target, theirs)) = at.of(earlier.iter().collect()) {
                fields.insert("repeats".into(), json!(target.id));
                matter = theirs.filter(|_| *same_matter).or(matter);
            }
        }
        Act::Correct {
            at,
            strike,
            same_matter,
        } => {
            let may_be_superseded = earlier.iter().filter(is_claim).collect();
            if let Some((target, theirs)) = at.of(may_be_superseded) {
                fields.insert("supersedes".into(), json!(target.id));
                matter = theirs.filter(|_| *same_matter).or(matter);
                own_strike = Some((strike, target));
            }
        }
        Act::Retract { at, strike } => {
            if let Some((target, _)) = at.of(earlier.iter().collect()) {
                matter = None;
                own_strike = Some((strike, target));
            }
        }
    }
    let published_day = publish(sketch, own_strike, &mut fields);
    match (matter, own_strike) {
        (Some(matter), _) => {
            fill(matter, &sketch.picks, &mut fields);
            if let Some(text) = sketch.occurred.text(published_day) {
                fields.insert("occurred".into(), Value::from(text));
            }
        }
        (None, Some((_, target))) => {
            fields.insert("kind".into(), json!("retraction"));
            fields.insert("data".into(), json!({"target": target.id}));
        }
        (None, None) => {}
    }
    fields.insert("company".into(), json!(COMPANY));
    fields.insert("certainty".into(), json!(sketch.certainty));
    fields.insert("level".into(), json!(sketch.level));
    fields.insert("confirmation".into(), json!(sketch.confirmation));
    let number = earlier.len() + 1;
    fields.insert(
        "id".into(),
        json!(format!("00000000-0000-7000-8000-{number:012}")),
    );
    (finish(&Value::Object(fields), earlier), matter)
}

/// Writes `published`, `source` and what a strike needs, and tells the last day
/// on which the event can have begun.
fn publish(
    sketch: &Sketch,
    strike: Option<(&Strike, &Event)>,
    fields: &mut Map<String, Value>,
) -> Day {
    fields.insert(
        "source".into(),
        match sketch.zone {
            Some(zone) => json!({"name": "Somebody", "zone": zone}),
            None => json!({"name": "Somebody"}),
        },
    );
    let mut on = day(sketch.published_on);
    if let Some((strike, target)) = strike {
        fields.insert(
            "fault".into(),
            json!(if strike.ours { "record" } else { "source" }),
        );
        fields.insert("reason".into(), json!("an error"));
        if strike.ours && strike.without_published {
            return target.published.day();
        }
        if let Some(days) = strike.days_after_target {
            let after = chrono::TimeDelta::days(days);
            on = target
                .published
                .day()
                .checked_add_signed(after)
                .expect("near the target");
            // Corrections of corrections shall not run away from the clock.
            on = on.min(day(DAYS + 20));
        }
    }
    fields.insert(
        "published".into(),
        json!(format!("{on}{}", sketch.published_at)),
    );
    // Late in the day of UTC it is the next day already somewhere.
    let late = sketch.published_at.starts_with("T23");
    if late && sketch.picks[5] < 40 {
        on.succ_opt().expect("a day")
    } else {
        on
    }
}

fn finish(value: &Value, earlier: &[(Event, Option<Matter>)]) -> Event {
    let company: Slug = COMPANY.parse().expect("a slug");
    let target = |id: EventId| {
        let (event, _) = earlier.iter().find(|(event, _)| event.id == id)?;
        Some(Referent {
            company: event.company.clone(),
            kind: event.kind.clone(),
            thread: event.thread.clone(),
            published: event.published.clone(),
        })
    };
    let now = NOW.parse().expect("an instant");
    match Draft::read(value).finish(Ok(company), target, now) {
        Ok(event) => event,
        Err(problems) => panic!("not a valid event: {value}\n{problems:#?}"),
    }
}

impl Aim {
    fn of<'a>(
        &self,
        mut events: Vec<&'a (Event, Option<Matter>)>,
    ) -> Option<(&'a Event, Option<Matter>)> {
        let index = match self {
            Self::Last => return events.last().map(|(event, matter)| (event, *matter)),
            Self::Any(index) => index,
            Self::AtStrikes(index) => {
                if events.iter().any(|(event, _)| event.strikes().is_some()) {
                    events.retain(|(event, _)| event.strikes().is_some());
                }
                index
            }
        };
        if events.is_empty() {
            return None;
        }
        let (event, matter) = index.get(&events);
        Some((event, *matter))
    }
}

impl Occurred {
    /// A date whose earliest day is not after `last`, or none.
    fn text(self, last: Day) -> Option<String> {
        let days = chrono::TimeDelta::days;
        let from = last
            .checked_sub_signed(days(self.days_before))
            .expect("a day");
        let before = from
            .checked_sub_signed(days(self.more_days_before))
            .expect("a day");
        let beyond = from
            .checked_add_signed(days(self.days_beyond))
            .expect("a day");
        let month = from.format("%Y-%m");
        let text = match self.form {
            0 | 1 => return None,
            2..=4 => format!("{from}"),
            5 => format!("{month}"),
            6 => format!("{before}/{beyond}"),
            7 => format!("[{before}..{beyond}]"),
            8 => format!("{from}~"),
            9 => format!("{month}?"),
            10 => format!("/{from}"),
            11 => format!("{before}/.."),
            12 if before < from => format!("{{{before},{from}}}"),
            12 => format!("{{{from}}}"),
            // The weeks of the calendar make for bounds that nest and repeat.
            _ => {
                let since = from.signed_duration_since(day(-30)).num_days();
                let begin = day(since.div_euclid(7) * 7 - 30);
                format!(
                    "{begin}/{}",
                    begin.checked_add_signed(days(6)).expect("a day")
                )
            }
        };
        Some(text)
    }
}

fn pick<T: Copy>(from: &[T], pick: u8) -> T {
    from[usize::from(pick) % from.len()]
}

/// Dates that a claim may hold: of results, or from which a rule has effect.
const DATES: &[&str] = &[
    "2025-12-10",
    "2025-12-18",
    "2025-12-20",
    "2025-12-28",
    "2026-01-02",
    "2026-01-05",
    "2025-12",
    "2026-01",
    "2026-01-05~",
    "[2025-12-18..2025-12-28]",
    "2025-12-15/2026-01-04",
    "[2025-12-28,2026-01-02]",
    "2026-01-02/..",
    "../2025-12-20",
    "2025-12-18T12:00:00Z",
];

/// Adds `kind`, `data` and sometimes `thread`.
fn fill(matter: Matter, picks: &[u8; 6], fields: &mut Map<String, Value>) {
    let (kind, thread, data) = match matter {
        Matter::ChipOfAmd => chip("AMD", "MI308", "amd-mi308", picks),
        Matter::ChipOfNvidia => chip("Nvidia", "H200", "nvidia-h200", picks),
        Matter::DateOfQ3 => results_date(["FY2026-Q3", "FY2026-Q4"], "fy2026-q3", picks),
        Matter::DateOfQ4 => results_date(["FY2026-Q4", "FY2026-Q3"], "fy2026-q4", picks),
        Matter::ResultOfQ3 => result("FY2026-Q3", picks),
        Matter::ResultOfQ4 => result("FY2026-Q4", picks),
        Matter::Rule => rule(picks),
        Matter::Pivot => pivot(picks),
        Matter::Price => price(picks),
        Matter::Statement => {
            let text = pick(&["all goes well", "nothing is decided"], picks[0]);
            let data = json!({"speaker": "it", "text": text});
            ("statement", pick(&[None, Some("word")], picks[1]), data)
        }
        Matter::Company => company(picks),
        Matter::Weather => {
            let sky = pick(&["rain", "sun"], picks[0]);
            // Of a kind that is not known, nothing is known of its stages.
            let stage = pick(&[None, Some("denied")], picks[2]);
            let data = json!({"sky": sky, "stage": stage});
            ("weather", pick(&[None, Some("hangzhou")], picks[1]), data)
        }
        Matter::Link => link(picks),
    };
    let mut data = data;
    if let Value::Object(data) = &mut data {
        data.retain(|_, value| !value.is_null());
    }
    fields.insert("kind".into(), json!(kind));
    fields.insert("data".into(), data);
    if let Some(thread) = thread {
        fields.insert("thread".into(), json!(thread));
    }
}

type Filled = (&'static str, Option<&'static str>, Value);

fn chip(vendor: &str, product: &str, thread: &'static str, picks: &[u8; 6]) -> Filled {
    let stages = &[
        None,
        Some("considering"),
        Some("considering"),
        Some("negotiating"),
        Some("negotiating"),
        Some("ordered"),
        Some("delivered"),
        Some("denied"),
        Some("cancelled"),
    ];
    let quantity = match picks[1] % 7 {
        0 => json!({"min": 40000, "max": 50000, "unit": "units"}),
        1 => json!({"min": 30000, "hedge": "over"}),
        2 => json!({"min": 400_000, "shared_with": ["ByteDance", "Tencent"]}),
        3 => json!({"max": 500_000, "shared_with": ["ByteDance"]}),
        _ => Value::Null,
    };
    let named = !picks[2].is_multiple_of(3);
    let name = |text: &str| if named { json!(text) } else { Value::Null };
    let data = json!({
        "vendor": name(vendor),
        "product": name(product),
        "stage": pick(stages, picks[0]),
        "quantity": quantity,
        "purpose": pick(&[None, None, Some("training"), Some("inference")], picks[3]),
        // A claim that would state nothing at all is refused.
        "destination": if named { None } else { Some("Hangzhou") },
    });
    (
        "chip_interest",
        (!named || picks[4].is_multiple_of(2)).then_some(thread),
        data,
    )
}

/// Two of the threads of a kind; ways of several links come about, and rings.
fn link(picks: &[u8; 6]) -> Filled {
    let (of, threads) = pick(
        &[
            ("chip_interest", ["amd-mi308", "nvidia-h200", "another"]),
            ("earnings_date", ["fy2026-q3", "fy2026-q4", "another"]),
            (
                "regulatory_change",
                ["us-bis-2026-00789", "another", "third"],
            ),
        ],
        picks[0],
    );
    let from = usize::from(picks[1]) % 3;
    let into = (from + 1 + usize::from(picks[2]) % 2) % 3;
    let data = json!({"of": of, "from": threads[from], "into": threads[into]});
    ("thread_link", None, data)
}

fn results_date(periods: [&str; 2], thread: &'static str, picks: &[u8; 6]) -> Filled {
    // Rarely a claim of the thread is about the other period.
    let crossed = picks[4].is_multiple_of(12);
    let statuses = &[
        None,
        Some("projected"),
        Some("tentative"),
        Some("tentative"),
        Some("confirmed"),
        Some("confirmed"),
        Some("cancelled"),
    ];
    let date = (!picks[1].is_multiple_of(8)).then(|| pick(DATES, picks[0]));
    let data = json!({
        "period": if crossed { periods[1] } else { periods[0] },
        "date": date,
        "status": pick(statuses, picks[2]),
        "session": pick(&[None, Some("before_open"), Some("after_close")], picks[3]),
    });
    (
        "earnings_date",
        (crossed || picks[5].is_multiple_of(2)).then_some(thread),
        data,
    )
}

fn result(period: &str, picks: &[u8; 6]) -> Filled {
    let stages = &[
        None,
        Some("preliminary"),
        Some("preliminary"),
        Some("reported"),
        Some("restated"),
    ];
    let eps = pick(&[None, Some("1.25"), Some("1.30")], picks[1]);
    let data = json!({"period": period, "stage": pick(stages, picks[0]), "eps": eps});
    (
        "earnings_result",
        pick(&[None, None, Some("another")], picks[2]),
        data,
    )
}

fn rule(picks: &[u8; 6]) -> Filled {
    let stages = &[
        None,
        Some("proposed"),
        Some("announced"),
        Some("announced"),
        Some("published"),
        Some("published"),
        Some("amended"),
        Some("repealed"),
        Some("expired"),
        Some("withdrawn"),
        Some("struck_down"),
        Some("denied"),
    ];
    let data = json!({
        "authority": "US BIS",
        "instrument": "2026-00789",
        "stage": pick(stages, picks[0]),
        "effective": (!picks[2].is_multiple_of(6)).then(|| pick(DATES, picks[1])),
        "direction": pick(&[None, Some("eased"), Some("tightened")], picks[3]),
    });
    ("regulatory_change", None, data)
}

fn pivot(picks: &[u8; 6]) -> Filled {
    let stages = &[
        None,
        Some("announced"),
        Some("announced"),
        Some("under_way"),
        Some("under_way"),
        Some("completed"),
        Some("paused"),
        Some("abandoned"),
        Some("denied"),
    ];
    let data = json!({
        "to": "AI-first enterprise",
        "from": pick(&[None, Some("e-commerce"), Some("technology")], picks[1]),
        "stage": pick(stages, picks[0]),
        "scope": pick(&[None, None, Some("cloud")], picks[2]),
    });
    ("strategy_pivot", None, data)
}

fn price(picks: &[u8; 6]) -> Filled {
    let data = json!({
        "measure": "price",
        "value": pick(&["128.60", "128.6", "161.60"], picks[0]),
        "currency": "EUR",
    });
    (
        "price_observation",
        pick(&[None, Some("close")], picks[1]),
        data,
    )
}

fn company(picks: &[u8; 6]) -> Filled {
    let identifiers = match picks[1] % 4 {
        0 => json!([{"scheme": "ticker", "value": "XNYS:BABA"}]),
        1 => json!([
            {"scheme": "ticker", "value": "XNYS:BABA", "from": "2014-09-19", "to": "2025-12-20"},
            {"scheme": "lei", "value": "5493001NTNQJDH60PM02"},
        ]),
        2 => json!([
            {"scheme": "ticker", "value": "XNYS:BABA", "from": "2025-12-22", "to": "2025-12-23"},
            {"scheme": "ticker", "value": "XNYS:BABA", "from": "2025-12-25"},
        ]),
        _ => Value::Null,
    };
    let data = json!({
        "name": pick(&["Alibaba", "Alibaba Group"], picks[0]),
        "identifiers": identifiers,
        "fiscal_year_end": pick(&[None, Some("03-31")], picks[2]),
        "successor": pick(&[None, None, Some("acme"), Some("globex")], picks[3]),
    });
    ("company", None, data)
}
