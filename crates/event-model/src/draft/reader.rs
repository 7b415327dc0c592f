//! Reads the fields of a draft out of JSON: [`Reader`].

use serde_json::{Map, Value};

use crate::edtf::Edtf;
use crate::event::{Event, Source};
use crate::kind::Kind;
use crate::kinds;
use crate::limits;
use crate::problem::{Defect, Problems};
use crate::shape;
use crate::text::Text;
use crate::time::Zone;

const GIVEN_BY_THE_LOG: &[&str] = &["position", "version", "recorded"];

/// Reads the fields of the envelope; a field that is `null` is not there.
pub(super) struct Reader<'a> {
    pub(super) fields: &'a Map<String, Value>,
    pub(super) problems: &'a mut Problems,
}

impl Reader<'_> {
    pub(super) fn check_names(&mut self) {
        for name in self.fields.keys().map(String::as_str) {
            if GIVEN_BY_THE_LOG.contains(&name) {
                self.problems.add(name, Defect::GivenByTheLog);
            } else if !Event::FIELDS.contains(&name) {
                let names = Event::FIELDS.iter().copied();
                self.problems.add(name, shape::unknown_field(name, names));
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn parsed<T, E: Into<Defect>>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        let text = shape::text(name, value, self.problems)?;
        self.problems.take(name, parse(text))
    }

    pub(super) fn required<T, E: Into<Defect>>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        if !self.has(name) {
            self.problems.add(name, Defect::Missing);
        }
        self.parsed(name, parse)
    }

    pub(super) fn source(&mut self) -> Source {
        let mut source = Source::default();
        let Some(value) = self.fields.get("source").filter(|value| !value.is_null()) else {
            self.problems.add("source.name", Defect::Missing);
            return source;
        };
        let Some(fields) = shape::object("source", value, Source::FIELDS, self.problems) else {
            return source;
        };
        let mut part = |name: &str| {
            let value = fields.get(name).filter(|value| !value.is_null())?;
            let text = shape::text(&format!("source.{name}"), value, self.problems)?;
            Some(Text::from(text))
        };
        let name = part("name");
        source.url = part("url");
        source.locator = part("locator");
        source.zone = part("zone");
        source.author = part("author");
        source.edition = part("edition");
        source.covers = part("covers");
        match name {
            Some(name) => source.name = name,
            None if !fields.contains_key("name") => {
                self.problems.add("source.name", Defect::Missing)
            }
            None => {}
        }
        if let Some(zone) = &source.zone {
            self.problems.take("source.zone", zone.parse::<Zone>());
        }
        if let Some(covers) = &source.covers {
            self.problems.take("source.covers", Edtf::parse(covers));
        }
        source
    }

    pub(super) fn data(&mut self, kind: Option<&str>) -> Map<String, Value> {
        let mut data = match self.fields.get("data") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(data)) => data.clone(),
            Some(other) => {
                self.problems
                    .add("data", shape::wrong_type("an object", other));
                return Map::new();
            }
        };
        data.retain(|_, value| !value.is_null());
        check_size(
            "data",
            &Value::Object(data.clone()),
            limits::DATA_DEPTH_MAX,
            self.problems,
        );
        if let Some(kind) = kind.and_then(Kind::named) {
            shape::check_data(&data, kind, self.problems);
            normalise(&mut data, kind);
        }
        data
    }
}

/// Writes identifiers the one way in which they are compared.
fn normalise(data: &mut Map<String, Value>, kind: &Kind) {
    if kind.name != kinds::COMPANY {
        return;
    }
    let Some(Value::Array(list)) = data.get_mut("identifiers") else {
        return;
    };
    for fields in list.iter_mut().filter_map(Value::as_object_mut) {
        fields.retain(|_, value| !value.is_null());
        let part = |name: &str| fields.get(name).and_then(Value::as_str);
        let (Some(scheme), Some(value)) = (part("scheme"), part("value")) else {
            continue;
        };
        if let Ok(identifier) = crate::identifier::Identifier::read(scheme, value, None, None) {
            let value = identifier.value.to_string();
            fields.insert("value".to_owned(), Value::String(value));
        }
    }
}

fn check_size(path: &str, value: &Value, depth_left: usize, problems: &mut Problems) {
    if depth_left == 0 {
        let most = limits::DATA_DEPTH_MAX;
        problems.add(
            path,
            Defect::TooMuch {
                actual: most + 1,
                unit: "levels",
                most,
            },
        );
        return;
    }
    match value {
        Value::Array(list) => {
            problems.limit(path, list.len(), "items", limits::DATA_ITEMS_MAX);
            for (at, item) in list.iter().enumerate() {
                check_size(&format!("{path}[{at}]"), item, depth_left - 1, problems);
            }
        }
        Value::Object(fields) => {
            problems.limit(path, fields.len(), "fields", limits::DATA_ITEMS_MAX);
            for (name, item) in fields {
                check_size(&format!("{path}.{name}"), item, depth_left - 1, problems);
            }
        }
        _ => {}
    }
}

pub(super) fn kind_name(text: &str) -> Result<Text, Defect> {
    let shaped = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let begins = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    if shaped && begins && text.len() <= limits::KIND_BYTES_MAX {
        Ok(text.into())
    } else {
        Err(Defect::NotAKindName {
            text: text.to_owned(),
        })
    }
}

pub(super) fn thread_name(text: &str) -> Result<Text, Defect> {
    if text.len() > limits::THREAD_BYTES_MAX {
        return Err(Defect::TooMuch {
            actual: text.len(),
            unit: "bytes",
            most: limits::THREAD_BYTES_MAX,
        });
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err(Defect::NotAThreadName {
            text: text.to_owned(),
        });
    }
    Ok(text.into())
}
