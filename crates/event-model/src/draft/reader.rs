//! Reads the fields of a draft out of JSON: [`Reader`].

use std::borrow::Cow;

use crate::data::Data;
use crate::edtf::Edtf;
use crate::event::{Event, Source};
use crate::identifier::Identifier;
use crate::json::tree::{Fields, Json};
use crate::kind::Kind;
use crate::kinds;
use crate::limits;
use crate::problem::{Defect, Path, Problems};
use crate::shape;
use crate::text::Text;
use crate::time::Zone;

const SOURCE: Path<'static> = Path::Name("source");
const GIVEN_BY_THE_LOG: &[&str] = &["position", "version", "recorded"];

/// Reads the fields of the envelope; a field that is `null` is not there.
pub(super) struct Reader<'a, 'j> {
    pub(super) fields: &'a mut Fields<'j>,
    pub(super) problems: &'a mut Problems,
}

impl Reader<'_, '_> {
    pub(super) fn check_names(&mut self) {
        for name in self.fields.names() {
            if GIVEN_BY_THE_LOG.contains(&name) {
                self.problems.add(name, Defect::GivenByTheLog);
            } else if !Event::FIELDS.contains(&name) {
                let names = Event::FIELDS.iter().copied();
                self.problems.add(name, shape::unknown_field(name, names));
            }
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.given(name).is_some()
    }

    pub(super) fn parsed<T, E: Into<Defect>>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.fields.given(name)?;
        let text = shape::text(Path::Name(name), value, self.problems)?;
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
        let Some(value) = self.fields.given("source") else {
            self.problems.add("source.name", Defect::Missing);
            return source;
        };
        let Some(fields) = shape::object(SOURCE, value, Source::FIELDS, self.problems) else {
            return source;
        };
        let mut part = |name: &str| {
            let value = fields.given(name)?;
            let text = shape::text(Path::Field(&SOURCE, name), value, self.problems)?;
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
            None if fields.given("name").is_none() => {
                self.problems.add("source.name", Defect::Missing);
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

    pub(super) fn data(&mut self, kind: Option<&Kind>) -> Data {
        let mut data = match self.fields.take("data") {
            None | Some(Json::Null) => Fields::default(),
            Some(Json::Object(data)) => data,
            Some(other) => {
                self.problems
                    .add("data", shape::wrong_type("an object", &other));
                return Data::default();
            }
        };
        data.drop_null();
        check_fields(
            Path::Name("data"),
            &data,
            limits::DATA_DEPTH_MAX,
            self.problems,
        );
        if let Some(kind) = kind {
            shape::drop_null_parts(&mut data, kind);
            shape::check_data(&data, kind, self.problems);
            normalise(&mut data, kind);
        }
        Data::from(&data)
    }
}

/// Writes identifiers the one way in which they are compared.
fn normalise(data: &mut Fields<'_>, kind: &Kind) {
    if kind.name != kinds::COMPANY {
        return;
    }
    let mut lists = data.iter_mut();
    let Some((_, Json::List(list))) = lists.find(|(name, _)| *name == "identifiers") else {
        return;
    };
    for item in list {
        let Json::Object(fields) = item else { continue };
        let part = |name: &str| fields.get(name).and_then(Json::as_str);
        let (Some(scheme), Some(value)) = (part("scheme"), part("value")) else {
            continue;
        };
        let Ok(identifier) = Identifier::read(scheme, value, None, None) else {
            continue;
        };
        for (_, value) in fields.iter_mut().filter(|(name, _)| *name == "value") {
            *value = Json::Text(Cow::Owned(identifier.value.to_string()));
        }
    }
}

fn check_size(path: Path<'_>, value: &Json<'_>, depth_left: usize, problems: &mut Problems) {
    match value {
        Json::Object(fields) => check_fields(path, fields, depth_left, problems),
        _ if depth_left == 0 => too_deep(path, problems),
        Json::Number(text) => check_number(path, text, problems),
        Json::List(list) => {
            problems.limit(path, list.len(), "items", limits::DATA_ITEMS_MAX);
            for (at, item) in list.iter().enumerate() {
                check_size(Path::Item(&path, at), item, depth_left - 1, problems);
            }
        }
        _ => {}
    }
}

/// A number is kept as it was written, so that it could be as long as a line, or so
/// large that nobody can work with it.
fn check_number(path: Path<'_>, text: &str, problems: &mut Problems) {
    problems.limit(path, text.len(), "characters", limits::NUMBER_CHARS_MAX);
    let (_, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent = exponent.trim_start_matches(['+', '-']);
    let exponent = exponent.parse().unwrap_or(usize::MAX);
    let most = limits::NUMBER_EXPONENT_MAX;
    problems.limit(path, exponent, "as its exponent of ten", most);
}

fn check_fields(path: Path<'_>, fields: &Fields<'_>, depth_left: usize, problems: &mut Problems) {
    if depth_left == 0 {
        return too_deep(path, problems);
    }
    problems.limit(path, fields.len(), "fields", limits::DATA_ITEMS_MAX);
    for (name, item) in fields.iter() {
        check_size(Path::Field(&path, name), item, depth_left - 1, problems);
    }
}

fn too_deep(path: Path<'_>, problems: &mut Problems) {
    let most = limits::DATA_DEPTH_MAX;
    problems.add(
        path,
        Defect::TooMuch {
            actual: most + 1,
            unit: "levels",
            most,
        },
    );
}

pub(crate) fn kind_name(text: &str) -> Result<Text, Defect> {
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
