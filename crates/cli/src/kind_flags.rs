//! The flags of `annals append KIND`, made from the descriptions of the kinds;
//! `own` makes those of a kind that was declared.

mod own;

use annals::model::kind::{Field, Kind, Shape};
use annals::model::kinds::{KIND_DECLARATION, KINDS, REDACTED, REDACTION};
use annals::model::own_kinds::Kinds;
use annals::model::scale::scale_of;
use annals::model::vocabulary::{Certainty, Confirmation, Fault, Level};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value, json};

use crate::error::CommandError;

const ENVELOPE: &str = "The claim";
const DATA: &str = "What happened";

/// A command for each kind.
pub(crate) fn commands() -> impl Iterator<Item = Command> {
    let apart = |kind: &&Kind| command_instead(kind).is_some();
    KINDS.iter().filter(move |kind| !apart(kind)).map(command)
}

/// The command of its own by which events of a kind are appended, if not by flags.
fn command_instead(kind: &Kind) -> Option<&'static str> {
    match kind.name {
        KIND_DECLARATION => Some("annals kind add FILE"),
        REDACTION | REDACTED => Some("annals redact ID"),
        _ => None,
    }
}

/// The kind of a name as it is typed, if its events are appended by flags.
pub(crate) fn kind_with_flags(typed: &str, kinds: &Kinds) -> Result<&'static Kind, CommandError> {
    let kind = kind_of(typed, kinds)?;
    match command_instead(kind) {
        None => Ok(kind),
        Some(command) => Err(CommandError::usage(format!(
            "an event of the kind {} is not appended by flags",
            kind.name
        ))
        .hint(format!("`{command}` appends it"))),
    }
}

/// The kind of a name as it is typed.
pub(crate) fn kind_of(typed: &str, kinds: &Kinds) -> Result<&'static Kind, CommandError> {
    let name = typed.replace('-', "_");
    kinds
        .named(&name)
        .ok_or_else(|| CommandError::unknown_kind(typed, kinds))
}

/// The command that appends an event of a kind.
pub(crate) fn command(kind: &'static Kind) -> Command {
    let name = dashed(kind.name);
    let of_schema = kind.schema.into_iter().flat_map(own::flags);
    let fields = kind.fields.iter().map(flag).chain(of_schema);
    let aliases = Some(kind.name).filter(|as_in_json| **as_in_json != *name);
    Command::new(&name)
        .aliases(aliases)
        .override_usage(format!("annals append {name} <COMPANY> [OPTIONS]"))
        .about(kind.about)
        .arg(
            Arg::new("company")
                .value_name("COMPANY")
                .required(true)
                .help("A slug, or lei:… cik:… isin:… ticker:XNYS:BABA"),
        )
        .next_help_heading(DATA)
        .args(fields)
        .next_help_heading(ENVELOPE)
        .args(envelope())
        .after_help(example(kind, &name))
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

fn flag(field: &'static Field) -> Arg {
    let arg = Arg::new(format!("data.{}", field.name))
        .long(dashed(field.name))
        .value_name(value_name(field.shape))
        .required(field.required)
        .allow_hyphen_values(matches!(
            field.shape,
            Shape::Decimal | Shape::Money | Shape::Number
        ))
        .help(help(field));
    match field.shape {
        Shape::Texts | Shape::Items | Shape::Identifiers => arg.action(ArgAction::Append),
        _ => arg,
    }
}

fn value_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "TEXT",
        Shape::Texts => "TEXT (repeatable)",
        Shape::Date => "EDTF",
        Shape::Stage => "STAGE",
        Shape::Word(_) => "WORD",
        Shape::Decimal | Shape::Number => "NUMBER",
        Shape::Currency => "CODE",
        Shape::Quantity => "MIN..MAX [UNIT]",
        Shape::Money => "MIN..MAX CURRENCY",
        Shape::MonthDay => "MM-DD",
        Shape::EventId => "ID",
        Shape::KindName => "KIND",
        Shape::Identifiers => "SCHEME:VALUE (repeatable)",
        Shape::Items => "CODE=TYPE (repeatable)",
        Shape::Company => "COMPANY",
        Shape::Schema => "JSON",
    }
}

fn help(field: &Field) -> String {
    let mut words = field.about.chars();
    let first = words.next().map(char::to_uppercase).into_iter().flatten();
    let about: String = first.chain(words).collect();
    match field.shape {
        Shape::Word(words) => format!("{about}: {}", words.join(", ")),
        _ => about,
    }
}

fn envelope() -> Vec<Arg> {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(dashed(&name.replace('.', "-")))
            .value_name(value)
            .help(help)
    };
    let words = |name: &'static str, words: &'static [&'static str], help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("WORD")
            .value_parser(PossibleValuesParser::new(words))
            .help(help)
    };
    vec![
        text(
            "occurred",
            "EDTF",
            "When it happened, as exactly as the source says; unknown if not given",
        ),
        text(
            "published",
            "DATE",
            "When the source made it public: a day or an instant",
        ),
        words(
            "certainty",
            Certainty::WORDS,
            "Who stands behind it, the surest last",
        )
        .required(true),
        words("confirmation", Confirmation::WORDS, "What the parties say"),
        words("level", Level::WORDS, "What sort of claim it is"),
        text("source.name", "NAME", "The medium, person or authority").required(true),
        text("source.url", "URL", "Where to read it"),
        text(
            "source.locator",
            "PLACE",
            "The place in the source: paragraph 1",
        ),
        text(
            "source.zone",
            "ZONE",
            "The zone of its dates: America/New_York",
        ),
        text("source.author", "NAME", "Who wrote it"),
        text(
            "thread",
            "NAME",
            "The matter; made from the fields above if not given",
        ),
        text("id", "UUID", "Its id; made if not given"),
        text("repeats", "ID", "The event that this one only tells again"),
        text(
            "supersedes",
            "ID",
            "The event whose claim this one corrects",
        ),
        words(
            "fault",
            Fault::WORDS,
            "Whose error a correction mends: ours or theirs",
        ),
        text("reason", "TEXT", "Why: of a correction, or of a step back"),
    ]
}

fn example(kind: &Kind, name: &str) -> String {
    let data: Value = serde_json::from_str(kind.example).unwrap_or(Value::Null);
    let fields = data.as_object().into_iter().flatten();
    let flags: Vec<String> = fields
        .map(|(field, value)| format!("--{} {}", dashed(field), as_typed(value)))
        .collect();
    let mut text = format!("Example:\n  annals append {name} alibaba \\\n");
    for flag in flags {
        text.push_str(&format!("         {flag} \\\n"));
    }
    if kind.name == annals::model::kinds::RETRACTION {
        text.push_str("         --fault source \\\n");
    }
    text.push_str(
        "         --published 2025-12-23 --certainty asserted --source-name 'Some paper'",
    );
    if let Some(life) = &kind.life {
        text.push_str("\n\nStages: ");
        text.push_str(&life.all().collect::<Vec<_>>().join(", "));
    }
    text
}

/// A value of an example as it is typed on a command line.
fn as_typed(value: &Value) -> String {
    let part = |name: &str| match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let quoted = |text: &str| match text
        .contains(|c: char| !c.is_ascii_alphanumeric() && !"-.:/".contains(c))
    {
        true => format!("'{text}'"),
        false => text.to_owned(),
    };
    match value {
        Value::String(text) => quoted(text),
        Value::Object(fields) if fields.contains_key("min") => {
            let tail = format!("{}{}", part("unit"), part("currency"));
            quoted(format!("{}..{} {tail}", part("min"), part("max")).trim())
        }
        Value::Object(_) => quoted(format!("{} {}", part("value"), part("currency")).trim()),
        Value::Array(list) => list.iter().map(as_typed_item).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn as_typed_item(item: &Value) -> String {
    let part = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    match item {
        Value::String(text) => text.clone(),
        _ if item.get("scheme").is_some() => format!("{}:{}", part("scheme"), part("value")),
        _ => format!("{}={}", part("code"), part("type")),
    }
}

/// The event that the flags describe, as JSON; whether it holds is the store's
/// to say.
pub(crate) fn event(kind: &Kind, matches: &ArgMatches) -> Value {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let mut event = Map::from_iter([("kind".to_owned(), Value::from(kind.name))]);
    let mut source = Map::new();
    for name in ENVELOPE_NAMES {
        let Some(value) = text(name).map(Value::from) else {
            continue;
        };
        match name.strip_prefix("source.") {
            Some(part) => source.insert(part.to_owned(), value),
            None => event.insert((*name).to_owned(), value),
        };
    }
    let mut data = Map::new();
    for field in kind.fields {
        let id = format!("data.{}", field.name);
        let Some(values) = matches.get_many::<String>(&id) else {
            continue;
        };
        let values: Vec<&str> = values.map(String::as_str).collect();
        if let Some(value) = value(field.shape, &values) {
            data.insert(field.name.to_owned(), value);
        }
    }
    if let Some(schema) = kind.schema {
        data = own::data(schema, matches);
    }
    event.insert("source".to_owned(), Value::Object(source));
    event.insert("data".to_owned(), Value::Object(data));
    Value::Object(event)
}

const ENVELOPE_NAMES: &[&str] = &[
    "company",
    "occurred",
    "published",
    "certainty",
    "confirmation",
    "level",
    "source.name",
    "source.url",
    "source.locator",
    "source.zone",
    "source.author",
    "thread",
    "id",
    "repeats",
    "supersedes",
    "fault",
    "reason",
];

fn value(shape: Shape, values: &[&str]) -> Option<Value> {
    let first = *values.first()?;
    Some(match shape {
        Shape::Texts => json!(values),
        Shape::Items => values.iter().map(|text| item(text)).collect(),
        Shape::Identifiers => values.iter().map(|text| identifier(text)).collect(),
        Shape::Quantity => quantity(first),
        Shape::Money => money(first),
        Shape::Number => number(first),
        Shape::Stage | Shape::Word(_) | Shape::KindName => json!(first.replace('-', "_")),
        _ => json!(first),
    })
}

fn item(text: &str) -> Value {
    match text.split_once('=') {
        Some((code, kind)) => json!({"code": code, "type": kind}),
        None => json!({"code": text}),
    }
}

/// `ticker:XNYS:BABA`, or with a span `ticker:XNYS:BABA@2014-09-19..2030`.
fn identifier(text: &str) -> Value {
    let (text, span) = text.split_once('@').unwrap_or((text, ""));
    let (scheme, value) = text.split_once(':').unwrap_or(("", text));
    let (from, to) = span.split_once("..").unwrap_or((span, ""));
    let mut fields = Map::from_iter([
        ("scheme".to_owned(), json!(scheme)),
        ("value".to_owned(), json!(value)),
    ]);
    for (name, date) in [("from", from), ("to", to)] {
        if !date.is_empty() {
            fields.insert(name.to_owned(), json!(date));
        }
    }
    Value::Object(fields)
}

/// A number as JSON, or the text for the store to refuse. Commas may stand
/// between thousands, and nowhere else.
fn number(text: &str) -> Value {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let in_thousands = !whole.contains(',')
        || (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    let read = in_thousands.then(|| serde_json::from_str::<Value>(&text.replace(',', "")).ok());
    let read = read.flatten().filter(Value::is_number);
    read.unwrap_or_else(|| json!(text))
}

/// What stands before an amount: `over`, `said to be`. It is words alone.
fn hedged(text: &str) -> (Option<&str>, &str) {
    let is_of_amount = |c: char| c.is_ascii_digit() || ".-".contains(c);
    let Some((hedge, amount)) = text.find(is_of_amount).map(|at| text.split_at(at)) else {
        return (None, text);
    };
    let hedge = hedge.trim();
    let is_words = hedge.chars().all(|c| c.is_alphabetic() || c == ' ') && !hedge.is_empty();
    match is_words && text.starts_with(hedge) {
        true => (Some(hedge), amount),
        false => (None, text),
    }
}

/// A currency has a code of so many letters.
const CURRENCY_LETTERS: usize = 3;

/// What a hedge makes of the number behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtLeast,
    AtMost,
}

/// The words that make a number a bound, at the end of a hedge.
const BOUNDS: &[(&str, Bound)] = &[
    ("over", Bound::AtLeast),
    ("above", Bound::AtLeast),
    ("more than", Bound::AtLeast),
    ("at least", Bound::AtLeast),
    ("under", Bound::AtMost),
    ("below", Bound::AtMost),
    ("less than", Bound::AtMost),
    ("fewer than", Bound::AtMost),
    ("at most", Bound::AtMost),
    ("up to", Bound::AtMost),
];

/// The words that turn a bound around where they stand just before it; anywhere else,
/// nobody knows what they do to it.
const NEGATIONS: &[&str] = &["no", "not", "never"];

/// `40000..50000`, `400000..` or `45000`, a hedge before it, a unit behind it, and with
/// whom it is shared. What begins like a number or a range is no unit, nor is what
/// multiplies the number, so the whole is left for the store to refuse.
fn quantity(text: &str) -> Value {
    let (text, shared) = match text.split_once(" shared with ") {
        Some((text, others)) => (text, others.split(',').map(str::trim).collect()),
        None => (text, Vec::new()),
    };
    let (hedge, text) = hedged(text);
    let (range, unit) = text.split_once(' ').unwrap_or((text, "units"));
    let unit = unit.trim();
    let is_like_number = |first: char| first.is_ascii_digit() || ".-,".contains(first);
    let (range, unit) = match unit.starts_with(is_like_number) || scale_of(unit).is_some() {
        true => (text, "units"),
        false => (range, unit),
    };
    let mut fields = bounds(range, hedge, number);
    if !shared.is_empty() {
        fields.insert("shared_with".to_owned(), json!(shared));
    }
    fields.insert("unit".to_owned(), json!(unit));
    Value::Object(fields)
}

/// `10..12 USD`, `1.2 USD`, `5 percent`, with a hedge before it; or an amount alone. Words
/// without a currency behind the amount, several behind it, and what multiplies it are left
/// for the store to refuse.
fn money(text: &str) -> Value {
    let (hedge, amount) = hedged(text);
    let of_what = amount
        .split_once(' ')
        .filter(|(_, of)| !of.trim().contains(' ') && scale_of(of).is_none());
    let Some((range, of)) = of_what else {
        return json!(text);
    };
    let amount = |text: &str| json!(text);
    let mut fields = match range.contains("..") || hedge.and_then(bound_of).is_some() {
        true => bounds(range, hedge, amount),
        false => {
            let mut fields = Map::from_iter([("value".to_owned(), amount(range))]);
            fields.extend(hedge.map(|hedge| ("hedge".to_owned(), json!(hedge))));
            fields
        }
    };
    let of = of.trim();
    let is_code = of.len() == CURRENCY_LETTERS && of.bytes().all(|it| it.is_ascii_alphabetic());
    let of_what = if is_code { "currency" } else { "unit" };
    fields.insert(of_what.to_owned(), json!(of));
    Value::Object(fields)
}

/// The bound that a hedge says in its last words.
fn bound_of(hedge: &str) -> Option<Bound> {
    let hedge = hedge.to_lowercase();
    let words: Vec<&str> = hedge.split_whitespace().collect();
    let (before, bound) = BOUNDS.iter().find_map(|(said, bound)| {
        let said: Vec<&str> = said.split(' ').collect();
        Some((words.strip_suffix(said.as_slice())?, *bound))
    })?;
    let negates = |word: &&str| NEGATIONS.contains(word);
    match before.split_last() {
        Some((last, others)) if !others.iter().any(&negates) => match (negates(last), bound) {
            (false, bound) => Some(bound),
            (true, Bound::AtLeast) => Some(Bound::AtMost),
            (true, Bound::AtMost) => Some(Bound::AtLeast),
        },
        Some(_) => None,
        None => Some(bound),
    }
}

/// The bounds of a range, or of a number with the hedge of one bound.
fn bounds(range: &str, hedge: Option<&str>, read: impl Fn(&str) -> Value) -> Map<String, Value> {
    let (min, max) = match (range.split_once(".."), hedge.and_then(bound_of)) {
        (Some(both), _) => both,
        (None, Some(Bound::AtLeast)) => (range, ""),
        (None, Some(Bound::AtMost)) => ("", range),
        (None, None) => (range, range),
    };
    let mut fields = Map::new();
    fields.extend(hedge.map(|hedge| ("hedge".to_owned(), json!(hedge))));
    for (name, bound) in [("min", min), ("max", max)] {
        if !bound.is_empty() {
            fields.insert(name.to_owned(), read(bound));
        }
    }
    fields
}
