//! Kinds that somebody declared: [`Kinds`].
//!
//! A declaration is an event of the kind [`kinds::KIND_DECLARATION`] in the
//! stream of [`COMPANY`]. It holds a JSON Schema of `data`, the fields that make
//! the thread, and the stages. A kind that it gives is a [`Kind`] like any other,
//! whose `data` is checked by the schema.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::data::Data;
use crate::draft::kind_name;
use crate::kind::{Kind, Life, Section};
use crate::kinds;
use crate::limits;
use crate::problem::{Defect, Problem, Problems};

/// The company in whose stream kinds are declared. It is no company, and is
/// listed with none.
pub const COMPANY: &str = "annals";

/// The kinds that a store knows: the built-in ones, and those that were declared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kinds(Option<Arc<BTreeMap<&'static str, &'static Kind>>>);

/// The JSON Schema of the `data` of a kind.
#[derive(Debug)]
pub struct DataSchema {
    json: Value,
    /// Made when the first event is checked: that can take long, and who reads needs none.
    validator: OnceLock<Result<Validator, Defect>>,
}

impl Kinds {
    /// The built-in kinds alone.
    #[must_use]
    pub const fn built_in() -> Self {
        Self(None)
    }

    /// The kind of a name, if it is known.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static Kind> {
        let own = || self.0.as_ref()?.get(name).copied();
        Kind::named(name).or_else(own)
    }

    /// The kinds that were declared, by their names.
    pub fn own(&self) -> impl Iterator<Item = &'static Kind> {
        let own = self.0.iter().flat_map(|own| own.values());
        own.copied()
    }

    /// Every kind, the built-in ones first.
    pub fn iter(&self) -> impl Iterator<Item = &'static Kind> {
        kinds::KINDS.iter().chain(self.own())
    }

    /// Adds a kind, in the place of another of its name.
    pub fn add(&mut self, kind: &'static Kind) {
        let own = self.0.get_or_insert_default();
        Arc::make_mut(own).insert(kind.name, kind);
    }
}

impl DataSchema {
    fn of(json: Value) -> Self {
        Self {
            json,
            validator: OnceLock::new(),
        }
    }

    fn validator(&self) -> Result<&Validator, Defect> {
        let make = || {
            let options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                // An expression takes time in proportion to the text, whatever it is.
                .with_pattern_options(PatternOptions::regex());
            let validator = options.build(&self.json);
            validator.map_err(|error| Defect::NotASchema {
                why: shortened(&error.to_string()),
            })
        };
        self.validator
            .get_or_init(make)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// The schema as it was declared.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The names of the properties that it tells of.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        let properties = self.json.get("properties").and_then(Value::as_object);
        let names = properties.into_iter().flat_map(serde_json::Map::keys);
        names.map(String::as_str)
    }

    /// What it says of a property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.json.get("properties")?.get(name)
    }

    /// Whether a property can only be a text.
    #[must_use]
    pub fn is_text(&self, name: &str) -> bool {
        self.property(name).is_some_and(|property| {
            let is_words = |value: &Value| {
                let words = value.as_array();
                words.is_some_and(|words| words.iter().all(Value::is_string))
            };
            property.get("type").is_some_and(|of| of == "string")
                || property.get("enum").is_some_and(is_words)
        })
    }

    /// Whether a property must be there.
    #[must_use]
    pub fn is_required(&self, name: &str) -> bool {
        self.required().any(|required| required == name)
    }

    /// Whether it asks for any field.
    pub(crate) fn requires_fields(&self) -> bool {
        self.required().next().is_some()
    }

    fn required(&self) -> impl Iterator<Item = &str> {
        let required = self.json.get("required").and_then(Value::as_array);
        required.into_iter().flatten().filter_map(Value::as_str)
    }

    /// `data` with a value for each property that must be there, and the stage.
    fn example(&self, stage: Option<(&str, &str)>) -> String {
        let required = self.required();
        let required = required.map(|name| (name.to_owned(), example_of(self.property(name))));
        let stage = stage.map(|(field, stage)| (field.to_owned(), Value::from(stage)));
        let data: serde_json::Map<String, Value> = required.chain(stage).collect();
        Value::Object(data).to_string()
    }

    /// Checks `data`.
    pub(crate) fn check(&self, data: &Data, problems: &mut Problems) {
        let data = Value::Object(data.to_map());
        // What was declared under another version of this software holds as far as it is
        // understood: otherwise nothing of its kind could be appended any more.
        let Ok(validator) = self.validator() else {
            return;
        };
        for error in validator.iter_errors(&data) {
            let mut path = "data".to_owned();
            for part in error.instance_path().as_str().split('/').skip(1) {
                match part.parse::<usize>() {
                    Ok(at) => path.push_str(&format!("[{at}]")),
                    Err(_) => path.push_str(&format!(".{part}")),
                }
            }
            let why = shortened(&error.to_string());
            problems.add(path, Defect::DoesNotFit { why });
        }
    }
}

/// The kind that a declaration gives, which was checked when it was appended.
///
/// What was declared once is kept for as long as the process runs, so that a kind
/// is as cheap to hand on as a built-in one. The same declaration is the same kind.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn declared(data: &Data) -> Result<&'static Kind, Vec<Problem>> {
    static DECLARED: Mutex<BTreeMap<Data, &'static Kind>> = Mutex::new(BTreeMap::new());
    let mut declared = DECLARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kind) = declared.get(data) {
        return Ok(kind);
    }
    let kind: &'static Kind = Box::leak(Box::new(read(data)?.kept(data)));
    declared.insert(data.clone(), kind);
    Ok(kind)
}

/// Holds that a declaration gives a kind, which is not kept: most may be refused yet.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(crate) fn check(data: &Data) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::default();
    let schema = DataSchema::of(data.value("schema").unwrap_or_default());
    problems.take("data.schema", schema.validator());
    problems.0.extend(read(data).err().into_iter().flatten());
    match problems.0.is_empty() {
        true => Ok(()),
        false => Err(problems.0),
    }
}

/// What a declaration says that is in order.
struct Declaration {
    schema: DataSchema,
    thread: Vec<String>,
    stages: Vec<String>,
    ends: Vec<String>,
    aside: Vec<String>,
}

impl Declaration {
    /// The kind of this declaration, kept for good.
    fn kept(self, data: &Data) -> Kind {
        let Self {
            schema,
            thread,
            stages,
            ends,
            aside,
        } = self;
        let stage_field = stage_field(data);
        let has_life = !stages.is_empty() || !ends.is_empty() || !aside.is_empty();
        let first_stage = stages.first().map(|stage| (stage_field, stage.as_str()));
        Kind {
            name: kept(data.text("name").unwrap_or_default()),
            about: kept(data.text("about").unwrap_or_default()),
            fields: &[],
            thread_key: all_kept(thread.iter().map(|name| all_kept([kept(name)].into_iter()))),
            example: kept(&schema.example(first_stage)),
            life: has_life.then(|| Life {
                field: kept(stage_field),
                stages: all_kept(stages.iter().map(|stage| kept(stage))),
                ends: all_kept(ends.iter().map(|stage| kept(stage))),
                aside: all_kept(aside.iter().map(|stage| kept(stage))),
            }),
            section: Section::Other,
            schema: Some(Box::leak(Box::new(schema))),
        }
    }
}

fn stage_field(data: &Data) -> &str {
    data.text("stage_field").unwrap_or("stage")
}

fn read(data: &Data) -> Result<Declaration, Vec<Problem>> {
    let mut problems = Problems::default();
    let name = data.text("name").unwrap_or_default();
    problems.take("data.name", kind_name(name));
    if Kind::named(name).is_some() {
        let name = name.to_owned();
        problems.add("data.name", Defect::BuiltInKind { name });
    }
    let schema = DataSchema::of(data.value("schema").unwrap_or_default());
    let properties = schema.json.get("properties").and_then(Value::as_object);
    let mut check_property = |path: &str, name: &str| {
        if properties.is_some_and(|properties| !properties.contains_key(name)) {
            let name = name.to_owned();
            problems.add(path, Defect::NoSuchProperty { name });
        }
    };
    let thread = texts(data, "thread");
    for name in &thread {
        check_property("data.thread", name);
    }
    let [stages, ends, aside] = ["stages", "ends", "aside"].map(|name| texts(data, name));
    if [&stages, &ends, &aside]
        .iter()
        .any(|names| !names.is_empty())
    {
        check_property("data.stages", stage_field(data));
    }
    for (path, names) in [
        ("data.thread", &thread),
        ("data.stages", &stages),
        ("data.ends", &ends),
        ("data.aside", &aside),
    ] {
        check_once(path, names, &mut problems);
    }
    match problems.0.is_empty() {
        true => Ok(Declaration {
            schema,
            thread,
            stages,
            ends,
            aside,
        }),
        false => Err(problems.0),
    }
}

/// A value as a property may have it; what else the schema asks of it is not looked at.
fn example_of(property: Option<&Value>) -> Value {
    let part = |name: &str| property.and_then(|property| property.get(name));
    let listed = part("const").or_else(|| part("enum")?.as_array()?.first());
    let given = listed.or_else(|| part("examples")?.as_array()?.first());
    if let Some(given) = given {
        return given.clone();
    }
    match part("type").and_then(Value::as_str) {
        Some("number" | "integer") => part("minimum").cloned().unwrap_or_else(|| Value::from(1)),
        Some("boolean") => Value::from(true),
        Some("array") => Value::Array(vec![example_of(part("items"))]),
        Some("object") => Value::Object(serde_json::Map::new()),
        _ => Value::from("text"),
    }
}

fn texts(data: &Data, name: &str) -> Vec<String> {
    let list = data.value(name);
    let items = list.iter().filter_map(Value::as_array).flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check_once(path: &str, names: &[String], problems: &mut Problems) {
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|before| before == name) {
            let name = name.clone();
            problems.add(path, Defect::Twice { name });
        }
    }
}

fn kept(text: &str) -> &'static str {
    Box::leak(text.into())
}

fn all_kept<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(items.collect())
}

/// What the library says of a fault, without a schema or text of any length in it.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(limits::FAULT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
