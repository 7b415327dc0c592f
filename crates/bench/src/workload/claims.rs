//! What the events of a workload say: kinds, mixed as in real sets, and their
//! data.

use serde_json::{Value, json};

use super::calendar::{Date, day_text};
use super::random::Random;

/// What an event says, and who says it.
pub(super) struct Claim {
    pub(super) kind: &'static str,
    /// The name of its thread, where the kind gives none that others share.
    pub(super) thread: Option<String>,
    pub(super) data: Value,
    pub(super) certainty: &'static str,
    pub(super) source: Value,
}

type Say = fn(&mut Random, Date) -> (Value, &'static str, Value);

/// Each kind with its share, in percent. Filings lead, as they do where a
/// store is fed by an authority's listings; what the press says follows.
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

/// The same for the largest company: its prices are watched all day, and the
/// press comes back to the same themes, so a few threads are long; filings,
/// partners and people still give it some thousand short ones.
const MIX_OF_LARGEST: &[(u64, &str, Say)] = &[
    (70, "price_observation", price),
    (12, "statement", statement),
    (5, "earnings_date", earnings_date),
    (3, "earnings_result", earnings_result),
    (3, "guidance", guidance),
    (3, "chip_interest", chip_interest),
    (2, "filing", filing),
    (1, "partnership", partnership),
    (1, "executive_change", executive_change),
];
/// How many themes the press comes back to.
const THEMES: u64 = 400;

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
    "Wall Street Journal",
];
const CURRENCIES: &[&str] = &["USD", "EUR", "CNY", "JPY", "HKD", "TWD"];
const WORDS: &[&str] = &[
    "the",
    "a",
    "of",
    "to",
    "in",
    "for",
    "and",
    "on",
    "its",
    "with",
    "company",
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
    "year",
    "revenue",
    "profit",
    "said",
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
    "over",
    "under",
    "new",
    "old",
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
    "guidance",
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
    "currency",
    "tariff",
    "shipment",
    "stock",
    "inventory",
    "contract",
    "renewed",
    "signed",
    "ended",
    "patent",
    "dispute",
    "settled",
    "investment",
    "research",
    "development",
    "region",
    "Europe",
    "China",
    "Japan",
    "Taiwan",
    "domestic",
    "abroad",
    "first",
    "largest",
    "rival",
    "share",
    "lead",
    "loss",
    "gain",
    "slowdown",
];

/// What some event says that was published on a day.
pub(super) fn claim(random: &mut Random, published: Date) -> Claim {
    of_mix(MIX, random, published)
}

/// The same of the largest company.
pub(super) fn claim_of_largest(random: &mut Random, published: Date) -> Claim {
    let mut claim = of_mix(MIX_OF_LARGEST, random, published);
    claim.thread = match claim.kind {
        "price_observation" => {
            let part = |name| claim.data.get(name).and_then(Value::as_str);
            let (market, measure) = (part("market"), part("measure"));
            market
                .zip(measure)
                .map(|(market, measure)| format!("{market} {measure}"))
        }
        "statement" => Some(format!("theme {}", random.below(THEMES))),
        _ => None,
    };
    claim
}

fn of_mix(mix: &'static [(u64, &str, Say)], random: &mut Random, published: Date) -> Claim {
    let mut at = random.below(mix.iter().map(|(share, ..)| share).sum());
    let found = mix.iter().find(|(share, ..)| {
        let is_here = at < *share;
        at = at.saturating_sub(*share);
        is_here
    });
    let (_, kind, say) = found.copied().unwrap_or((0, "filing", filing));
    let (data, certainty, source) = say(random, published);
    Claim {
        kind,
        thread: None,
        data,
        certainty,
        source,
    }
}

/// A text of about so many words.
pub(super) fn text(random: &mut Random, words: u64) -> String {
    let count = random.between(words / 2 + 1, words + words / 2);
    let words: Vec<&str> = (0..count).map(|_| random.pick(WORDS)).collect();
    words.join(" ")
}

/// A medium that says something, with the page where it is known.
pub(super) fn medium(random: &mut Random) -> Value {
    let name = random.pick(MEDIA);
    let locator = format!("paragraph {}", random.between(1, 9));
    if random.permille(400) {
        return json!({"name": name, "locator": locator, "zone": "UTC"});
    }
    let host = name.to_lowercase().replace(' ', "");
    let url = format!(
        "https://www.{host}.example/news/{}",
        random.below(10_000_000)
    );
    json!({"name": name, "url": url, "locator": locator})
}

fn sure(random: &mut Random) -> &'static str {
    random.pick(&["reported", "asserted", "asserted", "attributed", "official"])
}

fn period(published: Date) -> String {
    format!("FY{}-Q{}", published.year, (published.month - 1) / 3 + 1)
}

fn decimal(random: &mut Random, high: u64) -> String {
    format!("{}.{:02}", random.between(1, high), random.below(100))
}

fn money(random: &mut Random, high: u64) -> Value {
    json!({"value": decimal(random, high), "currency": random.pick(CURRENCIES)})
}

fn filing(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    const ITEMS: &[&str] = &["1.01", "2.02", "5.02", "7.01", "8.01", "9.01"];
    const TYPES: &[&str] = &["earnings.reported", "agreement.entered", "officer.changed"];
    let form = random.pick(&["8-K", "6-K", "10-Q", "4", "SC 13G", "10-K"]);
    let accession = format!(
        "{:010}-{:02}-{:06}",
        random.between(1_000, 1_999_999),
        published.year % 100,
        random.below(1_000_000),
    );
    let plain = accession.replace('-', "");
    let document = format!(
        "{}-{:06x}.htm",
        random.pick(&["form", "ex99", "main"]),
        random.below(1 << 24)
    );
    let items: Vec<Value> = (0..random.below(3))
        .map(|_| json!({"code": random.pick(ITEMS), "type": random.pick(TYPES)}))
        .collect();
    let data = json!({
        "form": form,
        "accession": accession,
        "filed": published.text(),
        "report_date": published.text(),
        "items": items,
        "document": document,
        "size_bytes": random.between(4_000, 9_000_000),
    });
    let url = format!(
        "https://www.sec.gov/Archives/edgar/data/{}/{plain}",
        random.below(1_999_999)
    );
    let source = json!({"name": "SEC EDGAR", "url": url, "zone": "America/New_York"});
    (data, "official", source)
}

fn price(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let measure = random.pick(&["price", "high", "low"]);
    let data = json!({
        "measure": measure,
        "value": decimal(random, 900),
        "currency": random.pick(CURRENCIES),
        "hedge": random.pick(&["about", "over", "under"]),
        "reference": text(random, 6),
        "span": published.text(),
        "market": random.pick(&["XNYS", "XNAS", "XHKG", "XETR"]),
    });
    (data, "asserted", medium(random))
}

fn statement(random: &mut Random, _: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "speaker": text(random, 3),
        "text": text(random, 17),
        "polarity": random.pick(&["positive", "neutral", "negative"]),
    });
    (data, sure(random), medium(random))
}

fn earnings_date(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let date = day_text(published.day_number + random.between(3, 80));
    let (date, status) = match random.below(3) {
        0 => (date.get(..7).unwrap_or(&date).to_owned(), "tentative"),
        1 => (date, "projected"),
        _ => (date, "confirmed"),
    };
    let data = json!({
        "period": period(published),
        "period_basis": random.pick(&["stated", "inferred"]),
        "date": date,
        "status": status,
        "session": random.pick(&["before_open", "after_close"]),
        "market": random.pick(&["XNYS", "XNAS", "XHKG"]),
    });
    (data, sure(random), medium(random))
}

fn earnings_result(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "period": period(published),
        "stage": random.pick(&["preliminary", "reported", "reported", "restated"]),
        "revenue": money(random, 90_000),
        "eps": money(random, 12),
        "basis": random.pick(&["GAAP", "non-GAAP", "IFRS"]),
    });
    (data, "official", medium(random))
}

fn chip_interest(random: &mut Random, _: Date) -> (Value, &'static str, Value) {
    const STAGES: &[&str] = &[
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
        "stage": random.pick(STAGES),
        "quantity": {"min": low, "max": low + 10_000, "unit": "units", "hedge": "said to be"},
        "purpose": text(random, 5),
    });
    (data, sure(random), medium(random))
}

fn guidance(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let low = random.between(10, 900);
    let data = json!({
        "metric": random.pick(&["revenue", "operating margin", "capital expenditure"]),
        "period": period(published),
        "range": {"min": low.to_string(), "max": (low + 20).to_string(), "currency": random.pick(CURRENCIES)},
        "op": random.pick(&["raise", "cut", "affirm"]),
        "stage": random.pick(&["issued", "affirmed", "raised", "lowered"]),
    });
    (data, "official", medium(random))
}

fn partnership(random: &mut Random, _: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "partner": text(random, 2),
        "scope": text(random, 8),
        "value": money(random, 4_000),
        "stage": random.pick(&["rumoured", "negotiating", "signed", "renewed", "terminated"]),
    });
    (data, sure(random), medium(random))
}

fn executive_change(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "person": text(random, 2),
        "role": random.pick(&["CEO", "CFO", "CTO", "chair"]),
        "to": text(random, 4),
        "effective": day_text(published.day_number + random.below(90)),
        "stage": random.pick(&["rumoured", "announced", "effective"]),
    });
    (data, sure(random), medium(random))
}

fn product(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "product": text(random, 2),
        "version": random.between(1, 9).to_string(),
        "region": text(random, 3),
        "expected": day_text(published.day_number + random.below(300)),
        "stage": random.pick(&["rumoured", "announced", "released", "updated"]),
    });
    (data, sure(random), medium(random))
}

fn regulatory_change(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "authority": random.pick(&["US BIS", "SAMR", "European Commission", "CFIUS"]),
        "instrument": format!("{}-{:05}", published.year, random.below(400)),
        "scope": text(random, 9),
        "direction": random.pick(&["eased", "tightened"]),
        "stage": random.pick(&["signalled", "proposed", "announced", "published", "repealed"]),
        "effective": day_text(published.day_number + random.below(200)),
    });
    (data, sure(random), medium(random))
}

fn strategy_pivot(random: &mut Random, _: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "from": text(random, 3),
        "to": random.pick(&["AI-first enterprise", "diversified technology group", "services"]),
        "stage": random.pick(&["rumoured", "announced", "under_way", "completed", "abandoned"]),
        "scope": text(random, 8),
    });
    (data, sure(random), medium(random))
}

fn capacity_project(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "project": text(random, 3),
        "site": text(random, 2),
        "capacity_mw": decimal(random, 900),
        "cost": money(random, 9_000),
        "expected": day_text(published.day_number + random.between(100, 900)),
        "stage": random.pick(&["planned", "permitted", "building", "operational"]),
    });
    (data, sure(random), medium(random))
}

fn forecast(random: &mut Random, published: Date) -> (Value, &'static str, Value) {
    let data = json!({
        "about": random.pick(&["amd-mi308", "nvidia-h200", "the cloud"]),
        "horizon": day_text(published.day_number + random.between(30, 700)),
        "text": text(random, 17),
        "stage": "open",
    });
    (data, sure(random), medium(random))
}
