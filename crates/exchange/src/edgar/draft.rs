//! The JSON of the events that an import makes.

use event_model::event::{Event, Source};
use event_model::id::{EventId, Slug};
use event_model::time::{Day, Instant};
use serde_json::{Map, Value, json};

use super::accepted::{Accepted, NEW_YORK};
use super::crawl::{Crawl, RECENT, Row};
use super::items::item_type;

/// The name of the source of all that is imported here.
pub(super) const SOURCE: &str = "SEC EDGAR";

/// The locator of a name that is known from the first filing on.
pub(super) const FIRST_NAME: &str = "name";

/// The fields of an event, before it is checked.
pub(super) type Fields = Map<String, Value>;

fn base(company: &Slug, kind: &str, source: Value, data: Value) -> Fields {
    let mut fields = Fields::new();
    fields.insert("company".to_owned(), company.as_str().into());
    fields.insert("kind".to_owned(), kind.into());
    fields.insert("certainty".to_owned(), "official".into());
    fields.insert("source".to_owned(), source);
    fields.insert("data".to_owned(), data);
    fields
}

pub(super) fn set(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields.insert(name.to_owned(), value.into());
}

/// The claim of a crawl about one filing.
pub(super) fn filing(company: &Slug, crawl: &Crawl, row: &Row) -> Fields {
    let items: Vec<Value> = row
        .items
        .iter()
        .map(|code| json!({"code": code, "type": item_type(code)}))
        .collect();
    let data = json!({
        "form": row.form,
        "accession": row.accession,
        "report_date": row.report_date.map(text),
        "filed": row.filed.map(text),
        "items": (!items.is_empty()).then_some(items),
        "document": row.document,
        "description": row.description,
        "size_bytes": row.size_bytes,
        "file_number": row.file_number,
    });
    let (published, zone) = match row.accepted {
        Accepted::At(instant) => (instant.to_string(), None),
        Accepted::On(day) => (text(day), Some(NEW_YORK)),
    };
    let source = json!({
        "name": SOURCE,
        "zone": zone,
        "url": format!(
            "https://www.sec.gov/Archives/edgar/data/{}/{}/",
            crawl.cik.trim_start_matches('0'),
            row.accession.replace('-', ""),
        ),
        "locator": crawl.locator,
        "edition": crawl.edition,
    });
    let mut fields = base(company, "filing", source, data);
    set(&mut fields, "published", published);
    // A proxy statement names the day of a meeting to come.
    if let Some(day) = row.report_date.filter(|day| *day <= row.accepted.day()) {
        set(&mut fields, "occurred", text(day));
    }
    fields
}

/// The facts of a company in one file, which is also the marker of the crawl.
pub(super) fn facts(company: &Slug, crawl: &Crawl) -> Fields {
    let mut identifiers = vec![json!({"scheme": "cik", "value": crawl.cik})];
    identifiers.extend(
        crawl
            .lei
            .iter()
            .map(|lei| json!({"scheme": "lei", "value": lei})),
    );
    let tickers = crawl.tickers.iter();
    identifiers.extend(tickers.map(|ticker| json!({"scheme": "ticker", "value": ticker})));
    let undated = crawl
        .former_names
        .iter()
        .filter(|former| former.from.is_none());
    let aliases: Vec<&str> = undated.map(|former| former.name.as_str()).collect();
    let data = json!({
        "name": crawl.name,
        "aliases": (!aliases.is_empty()).then_some(aliases),
        "identifiers": identifiers,
        "fiscal_year_end": crawl.fiscal_year_end,
    });
    let covers = crawl
        .covers()
        .map(|(first, last)| format!("{}/{}", text(first), text(last)));
    let mut source = source(crawl);
    if let (Value::Object(source), Some(covers)) = (&mut source, covers) {
        set(source, "covers", covers);
    }
    let mut fields = base(company, "company", source, data);
    set(&mut fields, "published", crawl.edition.to_string());
    fields
}

/// A name from a day on, which was public then. Every crawl tells it alike, so it is of no
/// edition.
pub(super) fn name_since(company: &Slug, crawl: &Crawl, name: &str, from: Day) -> Fields {
    let source = json!({
        "name": SOURCE,
        "zone": NEW_YORK,
        "url": url(&crawl.cik),
        "locator": "formerNames",
    });
    let mut fields = base(company, "company", source, json!({"name": name}));
    set(&mut fields, "published", text(from));
    set(&mut fields, "occurred", text(from));
    fields
}

/// The name of a company that never had another, from its first filing on.
pub(super) fn first_name(company: &Slug, crawl: &Crawl, name: &str, from: Day) -> Fields {
    let mut fields = name_since(company, crawl, name, from);
    if let Some(Value::Object(source)) = fields.get_mut("source") {
        set(source, "locator", FIRST_NAME);
    }
    fields
}

/// The end of a ticker that a crawl no longer has.
pub(super) fn ended(company: &Slug, cik: &str, ticker: &str, edition: Instant) -> Fields {
    let identifier = json!({"scheme": "ticker", "value": ticker, "to": text(edition.day())});
    let source = json!({"name": SOURCE, "url": url(cik), "locator": RECENT, "edition": edition});
    let mut fields = base(
        company,
        "company",
        source,
        json!({"identifiers": [identifier]}),
    );
    set(&mut fields, "published", edition.to_string());
    fields
}

/// The retraction of one of our own events, published when that was.
pub(super) fn retraction(company: &Slug, target: &Event, reason: &str) -> Fields {
    let mut source = target.source.clone();
    source.covers = None;
    let data = json!({"target": target.id});
    let mut fields = base(company, "retraction", json!(source), data);
    set(&mut fields, "fault", "record");
    set(&mut fields, "reason", reason);
    fields
}

/// A claim that counts, told again as of a crawl.
pub(super) fn told_again(claim: &Event, source: Source, reason: Option<&str>) -> Fields {
    let mut fields = base(
        &claim.company,
        &claim.kind,
        json!(source),
        json!(claim.data),
    );
    set(&mut fields, "published", claim.published.text());
    set(
        &mut fields,
        "occurred",
        claim.occurred.as_ref().map(|occurred| occurred.text()),
    );
    set(&mut fields, "thread", &*claim.thread);
    set(&mut fields, "repeats", claim.id.to_string());
    set(&mut fields, "reason", reason);
    fields
}

/// What two claims about a filing must have in common to be the same: all but
/// where they were read and what they correct.
pub(super) fn content(event: &Event) -> EventId {
    let bare = Event {
        source: Source::default(),
        repeats: None,
        supersedes: None,
        fault: None,
        reason: None,
        ..event.clone()
    };
    bare.content_id()
}

fn source(crawl: &Crawl) -> Value {
    // A page whose name is not known is told by the company's main file.
    let is_named = crawl.page && crawl.locator.contains('-');
    let page = if is_named {
        format!("-{}", crawl.locator)
    } else {
        String::new()
    };
    json!({
        "name": SOURCE,
        "url": url(&format!("{}{page}", crawl.cik)),
        "locator": crawl.locator,
        "edition": crawl.edition,
    })
}

fn url(document: &str) -> String {
    format!("https://data.sec.gov/submissions/CIK{document}.json")
}

fn text(day: Day) -> String {
    day.format("%Y-%m-%d").to_string()
}
