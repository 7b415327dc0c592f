//! A company's events, mixed as those of `crates/bench`.

use std::sync::Arc;

use event_model::draft::{Draft, Target};
use event_model::event::Event;
use event_model::id::{EventId, Position};
use event_model::time::{Day, Instant};
use projection::basis::Placed;
use serde_json::{Value, json};

/// The day of the first event, counted from 1970, and how many follow it.
pub(crate) const FIRST_DAY: u64 = 14_610;
pub(crate) const DAYS: u64 = 5_800;

type Say = fn(&mut Random, u64) -> (Value, &'static str);

/// Each kind with its share, in percent.
const MIX: &[(u64, &str, Say)] = &[
    (38, "filing", filing),
    (12, "price_observation", price),
    (11, "statement", statement),
    (11, "earnings_date", earnings_date),
    (6, "earnings_result", earnings_result),
    (6, "chip_interest", chip_interest),
    (4, "guidance", guidance),
    (3, "partnership", partnership),
    (2, "executive_change", executive_change),
    (2, "product", product),
    (2, "regulatory_change", regulatory_change),
    (1, "strategy_pivot", strategy_pivot),
    (1, "capacity_project", capacity_project),
    (1, "forecast", forecast),
];
const MEDIA: &[&str] = &[
    "Reuters",
    "Bloomberg",
    "Financial Times",
    "Nikkei Asia",
    "The Information",
    "MLex",
    "South China Morning Post",
    "Handelsblatt",
    "Earnings calendar",
];
const WORDS: &[&str] = &[
    "orders",
    "chips",
    "cloud",
    "growth",
    "margin",
    "demand",
    "supply",
    "licence",
    "export",
    "plan",
    "quarter",
    "revenue",
    "profit",
    "expects",
    "sees",
    "higher",
    "lower",
    "capacity",
    "data",
    "centre",
    "model",
    "training",
    "customers",
    "partner",
    "deal",
    "talks",
    "people",
    "familiar",
    "matter",
    "rules",
    "review",
    "board",
    "shares",
    "market",
    "price",
    "cost",
    "spending",
    "unit",
    "division",
    "restructuring",
    "approval",
    "regulator",
    "court",
    "factory",
    "delay",
    "early",
    "late",
    "next",
    "month",
    "second",
    "half",
    "billion",
    "million",
    "percent",
    "about",
    "chief",
    "executive",
    "officer",
    "finance",
    "leaves",
    "joins",
    "holds",
    "cuts",
    "raises",
    "affirms",
    "outlook",
    "memory",
    "foundry",
    "packaging",
    "yield",
    "design",
    "server",
    "network",
    "software",
    "service",
    "retail",
    "logistics",
    "advertising",
    "subsidiary",
    "stake",
    "merger",
    "offer",
    "shareholders",
    "vote",
    "dividend",
    "buyback",
    "bond",
    "rating",
    "tariff",
    "shipment",
    "stock",
    "inventory",
    "contract",
    "patent",
    "dispute",
    "settled",
    "research",
    "development",
    "region",
    "Europe",
    "China",
    "Japan",
    "Taiwan",
    "domestic",
    "abroad",
];

/// Numbers that follow from a seed (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }

    fn words(&mut self, count: u64) -> String {
        let words: Vec<&str> = (0..count).map(|_| self.pick(WORDS)).collect();
        words.join(" ")
    }
}

/// The day of a number.
pub(crate) fn day_of(number: u64) -> Day {
    Instant::from_micros(number as i64 * 86_400_000_000)
        .unwrap()
        .day()
}

fn day(number: u64) -> String {
    day_of(number).to_string()
}

/// So many events of one company.
pub(crate) fn company(seed: u64, size: usize) -> Vec<Placed> {
    let mut random = Random(seed);
    let mut events: Vec<Event> = Vec::new();
    for at in 0..size {
        let now = FIRST_DAY + at as u64 * DAYS / size as u64;
        let late = random.below(1_000) < 50;
        let published = if late {
            now - random.between(20, 900)
        } else {
            now
        };
        let strikes = random.below(1_000) < 20;
        let struck = events.len().checked_sub(1 + random.below(32) as usize);
        let value = match struck.filter(|_| strikes) {
            _ if at == 0 => declaration(&mut random, now),
            Some(struck) if events[struck].strikes().is_none() && struck > 0 => {
                strike(&mut random, &events[struck], published)
            }
            _ => claim(&mut random, published),
        };
        events.push(finish(&value, &events));
    }
    let placed = |(at, event): (usize, Event)| Placed {
        position: Position(at as u64 * 7 + 1),
        // As it comes out of a log.
        event: Arc::new(Event::from_stored(1, event.to_json().as_bytes()).unwrap()),
    };
    events.into_iter().enumerate().map(placed).collect()
}

fn finish(value: &Value, earlier: &[Event]) -> Event {
    let target = |id: EventId| {
        let event = earlier.iter().rev().find(|event| event.id == id)?;
        Some(Target {
            company: event.company.clone(),
            kind: event.kind.clone(),
            thread: event.thread.clone(),
            published: event.published.clone(),
        })
    };
    let company = "alibaba".parse().unwrap();
    Draft::read(value)
        .finish(Ok(company), target, Instant::LAST)
        .unwrap()
}

fn id(random: &mut Random) -> Value {
    let bits = u128::from(random.next()) << 64 | u128::from(random.next());
    json!(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
}

fn source(random: &mut Random) -> Value {
    let url = format!("https://www.example.org/news/{}", random.below(10_000_000));
    json!({"name": random.pick(MEDIA), "url": url, "locator": "paragraph 3"})
}

fn declaration(random: &mut Random, now: u64) -> Value {
    json!({
        "id": id(random), "company": "alibaba", "kind": "company", "published": day(now),
        "certainty": "official", "source": {"name": "SEC EDGAR"},
        "data": {
            "name": "Alibaba Group", "fiscal_year_end": "03-31",
            "identifiers": [{"scheme": "cik", "value": "0001577552"}],
        },
    })
}

fn claim(random: &mut Random, published: u64) -> Value {
    let mut at = random.below(100);
    let said = MIX.iter().find(|(share, ..)| {
        let here = at < *share;
        at = at.saturating_sub(*share);
        here
    });
    let (_, kind, say) = said.unwrap();
    let (data, certainty) = say(random, published);
    let mut value = json!({
        "id": id(random), "company": "alibaba", "kind": kind, "certainty": certainty,
        "published": publication(random, published), "source": source(random), "data": data,
    });
    if let Some(occurred) = occurred(random, published) {
        value["occurred"] = Value::from(occurred);
    }
    value
}

fn strike(random: &mut Random, struck: &Event, published: u64) -> Value {
    let fault = random.pick(&["record", "source"]);
    if random.below(2) == 0 {
        return json!({
            "id": id(random), "company": "alibaba", "kind": "retraction", "certainty": "asserted",
            "published": publication(random, published), "source": source(random),
            "data": {"target": struck.id}, "fault": fault, "reason": random.words(8),
        });
    }
    let mut value = json!(struck);
    value["id"] = id(random);
    value["supersedes"] = json!(struck.id);
    value["fault"] = json!(fault);
    value["reason"] = json!(random.words(8));
    value
}

fn publication(random: &mut Random, now: u64) -> String {
    let hour = random.between(8, 21);
    match random.below(5) {
        0 | 1 => day(now),
        _ => format!("{}T{hour:02}:{:02}:00Z", day(now), random.below(60)),
    }
}

fn occurred(random: &mut Random, now: u64) -> Option<String> {
    let text = day(now);
    let before = day(now - random.between(1, 20));
    match random.below(20) {
        0..3 => None,
        3..13 => Some(text),
        13..16 => Some(format!("{before}/{text}")),
        16..18 => Some(text[..7].to_owned()),
        18 => Some(format!("{}~", &text[..4])),
        _ => Some(format!("[{before}..{text}]")),
    }
}

fn sure(random: &mut Random) -> &'static str {
    random.pick(&["reported", "asserted", "asserted", "attributed", "official"])
}

fn period(now: u64) -> String {
    let text = day(now);
    let month: u64 = text[5..7].parse().unwrap();
    format!("FY{}-Q{}", &text[..4], (month - 1) / 3 + 1)
}

fn money(random: &mut Random) -> Value {
    json!({"value": format!("{}.25", random.below(9_000)), "currency": "USD"})
}

fn filing(random: &mut Random, now: u64) -> (Value, &'static str) {
    let items: Vec<Value> = (0..random.below(3))
        .map(|_| json!({"code": "2.02", "type": "earnings.reported"}))
        .collect();
    let accession = format!(
        "{:010}-16-{:06}",
        random.below(2_000_000),
        random.below(1_000_000)
    );
    let data = json!({
        "form": random.pick(&["8-K", "6-K", "10-Q", "4", "SC 13G"]),
        "accession": accession, "filed": day(now), "report_date": day(now), "items": items,
        "document": "form-1.htm", "size_bytes": random.between(4_000, 9_000_000),
    });
    (data, "official")
}

fn price(random: &mut Random, now: u64) -> (Value, &'static str) {
    let data = json!({
        "measure": random.pick(&["price", "high", "low"]), "value": random.below(900).to_string(),
        "currency": "USD", "hedge": "about", "reference": random.words(6), "span": day(now),
        "market": "XNYS",
    });
    (data, "asserted")
}

fn statement(random: &mut Random, _: u64) -> (Value, &'static str) {
    let data = json!({
        "speaker": random.words(3), "text": random.words(17), "polarity": "neutral",
    });
    (data, sure(random))
}

fn earnings_date(random: &mut Random, now: u64) -> (Value, &'static str) {
    let date = day(now + random.between(3, 80));
    let (date, status) = match random.below(3) {
        0 => (date[..7].to_owned(), "tentative"),
        1 => (date, "projected"),
        _ => (date, "confirmed"),
    };
    let data = json!({
        "period": period(now), "period_basis": random.pick(&["stated", "inferred"]),
        "date": date, "status": status, "session": "before_open", "market": "XNYS",
    });
    (data, sure(random))
}

fn earnings_result(random: &mut Random, now: u64) -> (Value, &'static str) {
    let stage = random.pick(&["preliminary", "reported", "reported", "restated"]);
    let data = json!({
        "period": period(now), "stage": stage, "revenue": money(random), "eps": money(random),
        "basis": "GAAP",
    });
    (data, "official")
}

fn chip_interest(random: &mut Random, _: u64) -> (Value, &'static str) {
    let stages = &[
        "rumoured",
        "interest_expressed",
        "considering",
        "negotiating",
        "agreed",
        "ordered",
        "licensed",
        "shipping",
        "delivered",
        "denied",
        "cancelled",
    ];
    let low = random.between(1, 90) * 1_000;
    let data = json!({
        "vendor": random.pick(&["AMD", "Nvidia", "Intel", "Huawei", "Cambricon"]),
        "product": random.pick(&["MI308", "H200", "H20", "B30A", "Ascend 910C", "Gaudi 3"]),
        "stage": random.pick(stages), "purpose": random.words(5),
        "quantity": {"min": low, "max": low + 10_000, "unit": "units", "hedge": "said to be"},
    });
    (data, sure(random))
}

fn guidance(random: &mut Random, now: u64) -> (Value, &'static str) {
    let data = json!({
        "metric": random.pick(&["revenue", "operating margin", "capital expenditure"]),
        "period": period(now), "op": random.pick(&["raise", "cut", "affirm"]),
        "range": {"min": "10", "max": "20", "currency": "USD"},
        "stage": random.pick(&["issued", "affirmed", "raised", "lowered"]),
    });
    (data, "official")
}

fn partnership(random: &mut Random, _: u64) -> (Value, &'static str) {
    let stage = random.pick(&["rumoured", "negotiating", "signed", "renewed", "terminated"]);
    let data = json!({
        "partner": random.words(2), "scope": random.words(8), "value": money(random),
        "stage": stage,
    });
    (data, sure(random))
}

fn executive_change(random: &mut Random, now: u64) -> (Value, &'static str) {
    let data = json!({
        "person": random.words(2), "role": random.pick(&["CEO", "CFO", "CTO", "chair"]),
        "to": random.words(4), "effective": day(now + random.below(90)),
        "stage": random.pick(&["rumoured", "announced", "effective"]),
    });
    (data, sure(random))
}

fn product(random: &mut Random, now: u64) -> (Value, &'static str) {
    let data = json!({
        "product": random.words(2), "version": "3", "region": random.words(3),
        "expected": day(now + random.below(300)),
        "stage": random.pick(&["rumoured", "announced", "released", "updated"]),
    });
    (data, sure(random))
}

fn regulatory_change(random: &mut Random, now: u64) -> (Value, &'static str) {
    let stages = &[
        "signalled",
        "proposed",
        "announced",
        "published",
        "repealed",
    ];
    let data = json!({
        "authority": random.pick(&["US BIS", "SAMR", "European Commission", "CFIUS"]),
        "instrument": format!("{}-{:05}", &day(now)[..4], random.below(400)),
        "scope": random.words(9), "direction": random.pick(&["eased", "tightened"]),
        "stage": random.pick(stages), "effective": day(now + random.below(200)),
    });
    (data, sure(random))
}

fn strategy_pivot(random: &mut Random, _: u64) -> (Value, &'static str) {
    let stages = &[
        "rumoured",
        "announced",
        "under_way",
        "completed",
        "abandoned",
    ];
    let data = json!({
        "from": random.words(3), "stage": random.pick(stages), "scope": random.words(8),
        "to": random.pick(&["AI-first enterprise", "diversified technology group", "services"]),
    });
    (data, sure(random))
}

fn capacity_project(random: &mut Random, now: u64) -> (Value, &'static str) {
    let data = json!({
        "project": random.words(3), "site": random.words(2), "capacity_mw": "120.5",
        "cost": money(random), "expected": day(now + random.between(100, 900)),
        "stage": random.pick(&["planned", "permitted", "building", "operational"]),
    });
    (data, sure(random))
}

fn forecast(random: &mut Random, now: u64) -> (Value, &'static str) {
    let data = json!({
        "about": random.pick(&["amd-mi308", "nvidia-h200", "the cloud"]), "stage": "open",
        "horizon": day(now + random.between(30, 700)), "text": random.words(17),
    });
    (data, sure(random))
}
