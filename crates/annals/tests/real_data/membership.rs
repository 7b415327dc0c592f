//! Who is in the S&P 500, as a public list of it changed over thirteen years: 3,232
//! changes, some of which correct facts that were published before.
//!
//! A membership is a thread for each time that a symbol came in. A corrected fact
//! supersedes the claim that stated it, with the fault of the source; any other
//! change is a claim of its own.

use std::collections::{BTreeMap, HashMap, HashSet};

use annals::model::thread::words_of;
use annals::projection::timeline::Answer;
use serde_json::{Map, Value, json};

use crate::{Filled, Teller, assert_same, rows, shared_data};

/// The columns whose changes are corrections: what they hold never changes.
const FACTS: &[&str] = &["Date added", "Founded", "CIK"];

/// A symbol and what the list says of it.
type Row = (String, BTreeMap<String, String>);

/// A change of the list, as its file has it.
type Change = BTreeMap<String, String>;

/// A membership that is being told.
#[derive(Default)]
struct Membership {
    thread: String,
    /// The claims that count, each with its id, in the order of publication.
    claims: Vec<(String, Map<String, Value>)>,
}

fn declaration() -> Value {
    json!({
        "name": "index_membership",
        "schema": {
            "type": "object",
            "properties": {
                "symbol": {"type": "string"},
                "state": {"enum": ["member", "left"]},
            },
            "additionalProperties": {"type": "string"},
        },
        "thread": ["symbol"],
        "stage_field": "state",
        "stages": ["member"],
        "ends": ["left"],
    })
}

/// The events that tell the changes.
fn told(changes: &[Change]) -> Vec<Value> {
    let mut teller = Teller::new(json!({"name": "List of S&P 500 companies"}));
    teller.tell(
        "annals",
        "kind_declaration",
        &changes[0]["known_at"],
        declaration(),
    );
    let mut memberships: HashMap<&str, Membership> = HashMap::new();
    let mut declared: HashSet<String> = HashSet::new();
    for change in changes {
        let (published, symbol) = (&change["known_at"], change["symbol"].as_str());
        let company = words_of(symbol);
        if declared.insert(company.clone()) {
            teller.tell(&company, "company", published, json!({"name": symbol}));
        }
        let membership = memberships.entry(symbol).or_default();
        let mut data = Map::new();
        match change["op"].as_str() {
            "init" | "add" => {
                data = serde_json::from_str(&change["new"]).unwrap();
                data.insert("symbol".to_owned(), json!(symbol));
                data.insert("state".to_owned(), json!("member"));
                membership.thread = format!("{symbol} since {published}");
                membership.claims.clear();
            }
            "remove" => drop(data.insert("state".to_owned(), json!("left"))),
            _ => drop(data.insert(change["field"].clone(), json!(change["new"]))),
        }
        let is_fact = FACTS.contains(&change["field"].as_str());
        let stated =
            |(_, data): &&mut (String, Map<String, Value>)| data.contains_key(&change["field"]);
        let corrected = membership
            .claims
            .iter_mut()
            .rev()
            .find(stated)
            .filter(|_| is_fact);
        match corrected {
            Some((id, claim)) => {
                claim.extend(data);
                let data = Value::Object(claim.clone());
                let target = id.clone();
                *id = teller.tell(&company, "index_membership", published, data);
                teller.also("supersedes", &target);
                teller.also("fault", "source");
            }
            None => {
                let told = Value::Object(data.clone());
                let id = teller.tell(&company, "index_membership", published, told);
                membership.claims.push((id, data));
            }
        }
        teller.also("thread", &membership.thread);
    }
    teller.lines
}

/// What the list says at the end of a day, by a plain replay of its changes.
fn replayed(changes: &[Change], day: &str) -> Vec<Row> {
    let mut list: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for change in changes
        .iter()
        .take_while(|change| change["known_at"][..10] <= *day)
    {
        let symbol = change["symbol"].clone();
        match change["op"].as_str() {
            "init" | "add" => {
                drop(list.insert(symbol, serde_json::from_str(&change["new"]).unwrap()))
            }
            "remove" => drop(list.remove(&symbol)),
            _ => {
                let fields = list.get_mut(&symbol).unwrap();
                fields.insert(change["field"].clone(), change["new"].clone());
            }
        }
    }
    list.into_iter().collect()
}

/// The memberships of a company that are not over.
fn members(answer: &Answer) -> Vec<Row> {
    let open = answer
        .timeline
        .other
        .iter()
        .filter(|thread| thread.is_open());
    open.map(|thread| {
        let fields = thread.fields.iter();
        let text = |value: Value| value.as_str().unwrap().to_owned();
        let mut fields: BTreeMap<String, String> = fields
            .map(|(name, decided)| (name.to_owned(), text(decided.value.to_value())))
            .collect();
        fields.remove("state");
        (fields.remove("symbol").unwrap(), fields)
    })
    .collect()
}

#[test]
fn the_index_is_answered_as_its_list_is_replayed() {
    let Some(folder) = shared_data("sp500_membership") else {
        return;
    };
    let changes = rows(&folder.join("constituents_changes.csv"));
    assert_eq!(changes.len(), 3_232);
    let filled = Filled::with(&told(&changes));
    let told = |day: &str| filled.told(&filled.basis(day, None), members);
    let mut days: Vec<&str> = changes
        .iter()
        .map(|change| &change["known_at"][..10])
        .collect();
    days.dedup();
    // The first days, when much is said anew, and then some of all years.
    let some = days
        .iter()
        .enumerate()
        .filter(|(at, _)| *at < 4 || at % 8 == 0);
    for (_, day) in some.chain([(0, &"2026-08-08")]) {
        assert_same(&told(day), &replayed(&changes, day), day);
    }
    // What was never said is not in the last edition either.
    let latest = rows(&folder.join("constituents_latest.csv"));
    let last = told("2026-08-08");
    let symbols: Vec<&String> = last.iter().map(|(symbol, _)| symbol).collect();
    let mut expected: Vec<&String> = latest.iter().map(|row| &row["Symbol"]).collect();
    expected.sort();
    assert_same(&symbols, &expected, "the last edition");
    let by_symbol: HashMap<&String, &BTreeMap<String, String>> =
        latest.iter().map(|row| (&row["Symbol"], row)).collect();
    for (symbol, fields) in &last {
        let columns = fields
            .iter()
            .filter_map(|(name, value)| Some((by_symbol[symbol].get(name)?, value)));
        columns.for_each(|(latest, told)| assert_eq!(latest, told, "{symbol}"));
    }
}
