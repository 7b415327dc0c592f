//! How a [`Path`] is read from a text.

use std::str::FromStr;

use event_model::kind::{Kind, Shape};
use event_model::kinds;
use event_model::limits::PATH_BYTES_MAX;
use event_model::problem::near;

use super::{FIELDS_OF_COMPANY, Path, PathError, Place, SECTIONS, kind_at};
use crate::item::{FIELDS, FIELDS_ASKED_FOR, FIELDS_OF_DATES, FIELDS_OF_RULES};

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > PATH_BYTES_MAX {
            return Err(PathError::TooLong { bytes: text.len() });
        }
        let malformed = || PathError::Malformed {
            path: text.to_owned(),
        };
        let unknown = |what, name: &str, known: Vec<&str>| PathError::Unknown {
            path: text.to_owned(),
            what,
            name: name.to_owned(),
            near: near(name, known.iter().copied()),
            known: known.into_iter().map(str::to_owned).collect(),
        };
        let mut names = split(text).ok_or_else(malformed)?.into_iter().peekable();
        let (section, mut chosen) = names.next().ok_or_else(malformed)?;
        let known = SECTIONS.iter().map(|(name, _)| *name).collect();
        let (_, lists) = SECTIONS
            .iter()
            .find(|(name, _)| *name == section)
            .ok_or_else(|| unknown("section", section, known))?;
        let list = |name: &str| lists.iter().find(|(list, _)| *list == name);
        let is_list = |(name, _): &(&str, Option<&str>)| chosen.is_none() && list(name).is_some();
        let (_, mut place) = list("").copied().ok_or_else(malformed)?;
        if let Some((name, selector)) = names.next_if(is_list) {
            let (_, found) = list(name).copied().ok_or_else(malformed)?;
            (place, chosen) = (found, selector);
        }
        let mut fields = Vec::new();
        for (at, (name, selector)) in names.enumerate() {
            match selector {
                None => {}
                // Of its identifiers those of one scheme are chosen.
                Some(_) if at == 0 && place == Place::Company && name == "identifiers" => {
                    chosen = selector;
                }
                Some(_) => return Err(malformed()),
            }
            fields.push(name.to_owned());
        }
        let is_of_one = matches!(place, Place::Company | Place::Current | Place::Next);
        if is_of_one && chosen.is_some() && fields.is_empty() {
            return Err(malformed());
        }
        if let (Some(known), Some(field)) = (known_fields(place), fields.first())
            && !known.contains(&field.as_str())
        {
            return Err(unknown("field", field, known));
        }
        if let [field, part, ..] = fields.as_slice()
            && let Some(known) = known_parts(place, field)
            && !known.contains(&part.as_str())
        {
            return Err(match known {
                [] => PathError::NoParts {
                    path: text.to_owned(),
                    field: field.clone(),
                },
                known => unknown("part", part, known.to_vec()),
            });
        }
        let is_scheme = place == Place::Company;
        Ok(Self {
            text: text.to_owned(),
            place,
            // Schemes are written in lower case.
            chosen: chosen.map(|it| match is_scheme {
                true => it.to_lowercase(),
                false => it.to_owned(),
            }),
            fields,
        })
    }
}

/// The fields that can stand after a place; `None` where any can.
fn known_fields(place: Place) -> Option<Vec<&'static str>> {
    if place == Place::Company {
        return Some(FIELDS_OF_COMPANY.to_vec());
    }
    let kind = kind_at(place)?;
    let further = match kind {
        kinds::EARNINGS_DATE => FIELDS_OF_DATES,
        "regulatory_change" => FIELDS_OF_RULES,
        _ => &[],
    };
    let described = Kind::named(kind).into_iter().flat_map(|kind| kind.fields);
    let described = described.map(|field| field.name);
    let common = FIELDS.iter().chain(FIELDS_ASKED_FOR).copied();
    let all = described.chain(common);
    Some(all.chain(further.iter().copied()).collect())
}

/// The parts that the value of a field can have; `None` where any can be.
fn known_parts(place: Place, field: &str) -> Option<&'static [&'static str]> {
    const QUANTITY: &[&str] = &["min", "max", "unit", "hedge", "shared_with", "certainty"];
    const MONEY: &[&str] = &["value", "min", "max", "currency", "unit", "hedge"];
    const IDENTIFIERS: &[&str] = &["scheme", "value", "from", "to", "event"];
    const MOVES: &[&str] = &["from", "to", "days", "published", "event"];
    const ITEMS: &[&str] = &["code", "type"];
    if place == Place::Company {
        return match field {
            "identifiers" => Some(IDENTIFIERS),
            "decided" => None,
            _ => Some(&[]),
        };
    }
    let kind = kind_at(place).and_then(Kind::named)?;
    match kind.field(field).map(|field| field.shape) {
        Some(Shape::Quantity) => Some(QUANTITY),
        Some(Shape::Money) => Some(MONEY),
        Some(Shape::Identifiers) => Some(IDENTIFIERS),
        Some(Shape::Items) => Some(ITEMS),
        Some(Shape::Schema) => None,
        Some(_) => Some(&[]),
        None if field == "moves" => Some(MOVES),
        None if ["decided", "linked", "events"].contains(&field) => None,
        None => Some(&[]),
    }
}

/// The names of a path, each with what stands between its brackets.
fn split(text: &str) -> Option<Vec<(&str, Option<&str>)>> {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        let (chosen, after) = match after.strip_prefix('[') {
            Some(inside) => {
                // A name may have brackets of its own; the path goes on after the
                // last that a dot or the end follows.
                let end = inside
                    .find("].")
                    .or_else(|| inside.strip_suffix(']').map(str::len))?;
                let (chosen, after) = inside.split_at_checked(end)?;
                (
                    Some(chosen).filter(|text| !text.is_empty()),
                    after.get(1..)?,
                )
            }
            None => (None, after),
        };
        names.push((name, chosen));
        if after.is_empty() {
            return Some(names);
        }
        rest = after.strip_prefix('.')?;
    }
}
