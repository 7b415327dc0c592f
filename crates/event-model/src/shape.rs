//! Checks that the fields of `data` hold what their [`Shape`]s say.

use rust_decimal::Decimal;

use crate::edtf::Edtf;
use crate::id::EventId;
use crate::identifier::{CompanyKey, Identifier, IdentifierError};
use crate::json::tree::{Fields, Json};
use crate::kind::{Field, Kind, Life, Shape};
use crate::limits;
use crate::problem::{Defect, Path, Problems, near};

/// How long a text is that is shown where it is none of what it should be.
const SHOWN_BYTES_MAX: usize = 40;

const DATA: Path<'static> = Path::Name("data");
const QUANTITY: &[&str] = &["min", "max", "unit", "hedge", "shared_with"];
const MONEY: &[&str] = &["value", "min", "max", "currency", "unit", "hedge"];
const ITEM: &[&str] = &["code", "type"];
const IDENTIFIER: &[&str] = &["scheme", "value", "from", "to"];

/// Drops the parts that are `null` of quantities, amounts, items and identifiers: they
/// count as missing.
pub(crate) fn drop_null_parts(data: &mut Fields<'_>, kind: &Kind) {
    for (name, value) in data.iter_mut() {
        let shape = match value {
            Json::Object(_) | Json::List(_) => kind.field(name).map(|field| field.shape),
            _ => None,
        };
        match (shape, value) {
            (Some(Shape::Quantity | Shape::Money), Json::Object(parts)) => parts.drop_null(),
            (Some(Shape::Items | Shape::Identifiers), Json::List(list)) => {
                for item in list {
                    if let Json::Object(parts) = item {
                        parts.drop_null();
                    }
                }
            }
            _ => {}
        }
    }
}

/// Checks `data` against its kind, every field of it.
pub(crate) fn check_data(data: &Fields<'_>, kind: &Kind, problems: &mut Problems) {
    for (name, value) in data.iter() {
        match kind.field(name) {
            Some(field) => check_field(value, kind, field, problems),
            None => {
                let names = kind.fields.iter().map(|field| field.name);
                problems.add(Path::Field(&DATA, name), unknown_field(name, names));
            }
        }
    }
    for field in kind.fields.iter().filter(|field| field.required) {
        if data.given(field.name).is_none() {
            problems.add(Path::Field(&DATA, field.name), Defect::Missing);
        }
    }
}

/// The defect of a field that is not there, with near names.
pub(crate) fn unknown_field<'a>(
    name: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Defect {
    Defect::UnknownField {
        near: near(name, names.clone()),
        known: names.map(str::to_owned).collect(),
    }
}

fn check_field(value: &Json<'_>, kind: &Kind, field: &Field, problems: &mut Problems) {
    let path = Path::Field(&DATA, field.name);
    match field.shape {
        Shape::Text | Shape::KindName => check_text(path, value, problems),
        Shape::Texts => check_list(path, value, problems, check_text),
        Shape::Date => check_parsed(path, value, problems, Edtf::parse),
        Shape::Stage => check_stage(path, value, kind, problems),
        Shape::Word(words) => check_word(path, value, || words.iter().copied(), problems),
        Shape::Decimal => check_parsed(path, value, problems, decimal),
        Shape::Currency => check_parsed(path, value, problems, currency),
        Shape::Number => drop(number(path, value, problems)),
        Shape::Quantity => check_quantity(path, value, problems),
        Shape::Money => check_money(path, value, problems),
        Shape::MonthDay => check_parsed(path, value, problems, month_day),
        Shape::EventId => check_parsed(path, value, problems, event_id),
        Shape::Company => check_parsed(path, value, problems, CompanyKey::parse),
        Shape::Items => check_list(path, value, problems, check_item),
        Shape::Identifiers => check_list(path, value, problems, check_identifier),
        Shape::Schema if matches!(value, Json::Object(_)) => {}
        Shape::Schema => problems.add(path, wrong_type("an object", value)),
    }
}

pub(crate) fn text<'a>(
    path: Path<'_>,
    value: &'a Json<'_>,
    problems: &mut Problems,
) -> Option<&'a str> {
    match value {
        Json::Text(text) if text.trim().is_empty() => {
            problems.add(path, Defect::Empty);
            None
        }
        Json::Text(text) => {
            if text.len() > limits::TEXT_CHARS_MAX {
                let length = text.chars().count();
                problems.limit(path, length, "characters", limits::TEXT_CHARS_MAX);
            }
            Some(text)
        }
        other => {
            problems.add(path, wrong_type("a text", other));
            None
        }
    }
}

pub(crate) fn wrong_type(expected: &'static str, value: &Json<'_>) -> Defect {
    let found = match value {
        Json::Number(number) => format!("{} ({number})", value.sort()),
        Json::Bool(is_so) => format!("{} ({is_so})", value.sort()),
        Json::Text(text) if text.len() <= SHOWN_BYTES_MAX => {
            format!("{} ({text:?})", value.sort())
        }
        _ => value.sort().to_owned(),
    };
    Defect::WrongType { expected, found }
}

fn check_text(path: Path<'_>, value: &Json<'_>, problems: &mut Problems) {
    text(path, value, problems);
}

fn check_parsed<T, E: Into<Defect>>(
    path: Path<'_>,
    value: &Json<'_>,
    problems: &mut Problems,
    parse: impl Fn(&str) -> Result<T, E>,
) {
    if let Some(text) = text(path, value, problems) {
        problems.take(path, parse(text));
    }
}

fn check_stage(path: Path<'_>, value: &Json<'_>, kind: &Kind, problems: &mut Problems) {
    let stages = || kind.life.iter().flat_map(Life::all);
    check_word(path, value, stages, problems);
}

fn check_word<I: Iterator<Item = &'static str>>(
    path: Path<'_>,
    value: &Json<'_>,
    words: impl Fn() -> I,
    problems: &mut Problems,
) {
    let Some(text) = text(path, value, problems) else {
        return;
    };
    if !words().any(|word| word == text) {
        let near = near(text, words());
        let known = words().map(str::to_owned).collect();
        problems.add(
            path,
            Defect::UnknownWord {
                text: text.to_owned(),
                known,
                near,
            },
        );
    }
}

fn check_list(
    path: Path<'_>,
    value: &Json<'_>,
    problems: &mut Problems,
    check: fn(Path<'_>, &Json<'_>, &mut Problems),
) {
    match value {
        // How many there are is checked of all lists before.
        Json::List(list) => {
            for (at, item) in list.iter().enumerate() {
                check(Path::Item(&path, at), item, problems);
            }
        }
        other => problems.add(path, wrong_type("a list", other)),
    }
}

pub(crate) fn object<'a, 'j>(
    path: Path<'_>,
    value: &'a Json<'j>,
    names: &'static [&'static str],
    problems: &mut Problems,
) -> Option<&'a Fields<'j>> {
    let Json::Object(fields) = value else {
        problems.add(path, wrong_type("an object", value));
        return None;
    };
    for name in fields.names().filter(|name| !names.contains(name)) {
        problems.add(
            Path::Field(&path, name),
            unknown_field(name, names.iter().copied()),
        );
    }
    if fields.is_empty() {
        problems.add(path, Defect::Empty);
    }
    Some(fields)
}

fn check_quantity(path: Path<'_>, value: &Json<'_>, problems: &mut Problems) {
    let Some(fields) = object(path, value, QUANTITY, problems) else {
        return;
    };
    let mut bound = |name: &str| {
        let path = Path::Field(&path, name);
        let value = fields.get(name)?;
        let number = number(path, value, problems)?;
        if number.is_sign_negative() && !number.is_zero() {
            problems.add(
                path,
                Defect::Negative {
                    number: number.to_string(),
                },
            );
        }
        Some(number)
    };
    let (min, max) = (bound("min"), bound("max"));
    check_range(path, min, max, problems);
    if !["min", "max", "hedge"]
        .iter()
        .any(|name| fields.contains(name))
    {
        problems.add(Path::Field(&path, "min"), Defect::Missing);
    }
    for name in ["unit", "hedge"] {
        if let Some(value) = fields.get(name) {
            check_text(Path::Field(&path, name), value, problems);
        }
    }
    if let Some(value) = fields.get("shared_with") {
        check_list(
            Path::Field(&path, "shared_with"),
            value,
            problems,
            check_text,
        );
    }
}

fn check_range(
    path: Path<'_>,
    min: Option<Decimal>,
    max: Option<Decimal>,
    problems: &mut Problems,
) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        problems.add(
            path,
            Defect::MinAboveMax {
                min: min.to_string(),
                max: max.to_string(),
            },
        );
    }
}

fn check_money(path: Path<'_>, value: &Json<'_>, problems: &mut Problems) {
    if value.as_str().is_some() {
        return check_parsed(path, value, problems, decimal);
    }
    let Some(fields) = object(path, value, MONEY, problems) else {
        return;
    };
    let mut amount = |name: &str| {
        let value = fields.get(name)?;
        let path = Path::Field(&path, name);
        let text = text(path, value, problems)?;
        problems.take(path, decimal(text))
    };
    let (exact, min, max) = (amount("value"), amount("min"), amount("max"));
    check_range(path, min, max, problems);
    match fields.get("currency") {
        Some(value) => check_parsed(Path::Field(&path, "currency"), value, problems, currency),
        None if fields.contains("unit") => {}
        None if exact.or(min).or(max).is_some() => problems.add(path, Defect::NoCurrency),
        None => {}
    }
    for name in ["hedge", "unit"] {
        if let Some(value) = fields.get(name) {
            check_text(Path::Field(&path, name), value, problems);
        }
    }
}

fn check_item(path: Path<'_>, value: &Json<'_>, problems: &mut Problems) {
    let Some(fields) = object(path, value, ITEM, problems) else {
        return;
    };
    for (name, value) in fields.iter() {
        check_text(Path::Field(&path, name), value, problems);
    }
    if !fields.contains("code") {
        problems.add(Path::Field(&path, "code"), Defect::Missing);
    }
}

fn check_identifier(path: Path<'_>, value: &Json<'_>, problems: &mut Problems) {
    let Some(fields) = object(path, value, IDENTIFIER, problems) else {
        return;
    };
    let mut part = |name: &str| {
        let value = fields.given(name)?;
        text(Path::Field(&path, name), value, problems)
    };
    let (scheme, value, from, to) = (part("scheme"), part("value"), part("from"), part("to"));
    for (name, part) in [("scheme", scheme), ("value", value)] {
        if part.is_none() && !fields.contains(name) {
            problems.add(Path::Field(&path, name), Defect::Missing);
        }
    }
    for (name, part) in [("from", from), ("to", to)] {
        if let Some(text) = part {
            problems.take(Path::Field(&path, name), Edtf::parse(text));
        }
    }
    if let (Some(scheme), Some(value)) = (scheme, value) {
        let read = Identifier::read(scheme, value, from, to);
        let at_fault = match read {
            Err(IdentifierError::MalformedScheme { .. }) => "scheme",
            _ => "value",
        };
        problems.take(Path::Field(&path, at_fault), read);
    }
}

fn number(path: Path<'_>, value: &Json<'_>, problems: &mut Problems) -> Option<Decimal> {
    let Json::Number(text) = value else {
        problems.add(path, wrong_type("a number", value));
        return None;
    };
    let scientific = || Decimal::from_scientific(text).ok();
    let read = decimal(text).or_else(|defect| scientific().ok_or(defect));
    problems.take(path, read)
}

/// Reads a decimal number; one with an exponent is no decimal.
pub(crate) fn decimal(text: &str) -> Result<Decimal, Defect> {
    Decimal::from_str_exact(text)
        .ok()
        .filter(|_| !text.contains('_') && !text.starts_with('+'))
        .ok_or_else(|| {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            match digits > limits::DECIMAL_DIGITS_MAX && is_decimal(text) {
                true => Defect::TooMuch {
                    actual: digits,
                    unit: "digits",
                    most: limits::DECIMAL_DIGITS_MAX,
                },
                false => Defect::NotADecimal {
                    text: text.to_owned(),
                },
            }
        })
}

/// Whether a text is digits, with a sign and a point perhaps.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    are_digits(whole) && are_digits(fraction)
}

fn currency(text: &str) -> Result<(), Defect> {
    // Withdrawn codes that the library lacks and that old claims still use.
    const WITHDRAWN: &[&str] = &[
        "DEM", "FRF", "ITL", "ESP", "NLG", "BEF", "ATS", "FIM", "IEP", "PTE", "GRD",
    ];
    if iso_currency::Currency::from_code(text).is_some() || WITHDRAWN.contains(&text) {
        Ok(())
    } else {
        Err(Defect::NotACurrency {
            text: text.to_owned(),
        })
    }
}

fn month_day(text: &str) -> Result<(), Defect> {
    // A leap year, so that 02-29 is a day.
    crate::time::parse_day(&format!("2024-{text}"))
        .map(drop)
        .map_err(|_| Defect::NotAMonthDay {
            text: text.to_owned(),
        })
}

pub(crate) fn event_id(text: &str) -> Result<EventId, Defect> {
    text.parse().map_err(|_| Defect::NotAnId {
        text: text.to_owned(),
    })
}
