//! JSON as a line has it: [`Json`], whose texts are borrowed where they can be.

use std::borrow::Cow;

use serde_json::Value;

use super::scan::{DEPTH_MAX, Scanner};
use super::write_text;

/// A JSON value.
#[derive(Debug, Default)]
pub(crate) enum Json<'a> {
    #[default]
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Fields<'a>),
}

/// The fields of an object: sorted by name, and no name twice.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Json<'a> {
    /// Reads a text, if it is one as people and programs usually write it.
    /// `None` says nothing: it may be JSON or not.
    pub(crate) fn scan(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        let value = value(&mut scanner, DEPTH_MAX)?;
        scanner.skip_space();
        scanner.is_at_end().then_some(value)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What sort of value it is, for people.
    pub(crate) fn sort(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Writes it as canonical JSON.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => write_text(text, out),
            Self::List(list) => {
                let items = list.iter();
                write_all(('[', ']'), items, out, |item, out| item.write(out));
            }
            Self::Object(fields) => {
                let fields = fields.iter();
                write_all(('{', '}'), fields, out, |(name, value), out| {
                    write_text(name, out);
                    out.push(':');
                    value.write(out);
                });
            }
        }
    }
}

fn write_all<T>(
    (start, end): (char, char),
    items: impl Iterator<Item = T>,
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    out.push(start);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(end);
}

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// The value of a field, which is `null` from then on.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json<'a>> {
        let mut fields = self.0.iter_mut();
        let (_, value) = fields.find(|(known, _)| known == name)?;
        Some(std::mem::take(value))
    }

    /// The value of a field that is not `null`.
    pub(crate) fn given(&self, name: &str) -> Option<&Json<'a>> {
        self.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json<'a>)> {
        self.0.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// Drops the fields that are `null`.
    pub(crate) fn drop_null(&mut self) {
        self.0.retain(|(_, value)| !value.is_null());
    }
}

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is_so) => Self::Bool(*is_so),
            Value::Number(number) => Self::Number(number.as_str()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(map) => {
                let fields = map.iter();
                let fields = fields.map(|(name, value)| (Cow::from(name), Self::from(value)));
                Self::Object(Fields(fields.collect()))
            }
        }
    }
}

fn value<'a>(scanner: &mut Scanner<'a>, depth_left: usize) -> Option<Json<'a>> {
    let deeper = depth_left.checked_sub(1)?;
    scanner.skip_space();
    match scanner.peek()? {
        b'"' => scanner.quoted()?.read().map(Json::Text),
        b'{' => object(scanner, deeper).map(Json::Object),
        b'[' => {
            let mut list = Vec::new();
            scanner.each_of(b']', |scanner| {
                list.push(value(scanner, deeper)?);
                scanner.skip_space();
                Some(())
            })?;
            Some(Json::List(list))
        }
        b't' => scanner.eat("true").map(|()| Json::Bool(true)),
        b'f' => scanner.eat("false").map(|()| Json::Bool(false)),
        b'n' => scanner.eat("null").map(|()| Json::Null),
        _ => scanner.number().map(Json::Number),
    }
}

fn object<'a>(scanner: &mut Scanner<'a>, depth_left: usize) -> Option<Fields<'a>> {
    let mut fields = Vec::with_capacity(8);
    scanner.each_of(b'}', |scanner| {
        scanner.skip_space();
        let name = scanner.quoted()?.read()?;
        // A name by which `serde_json` means something of its own.
        if name.starts_with("$serde_json::") {
            return None;
        }
        scanner.skip_space();
        scanner.eat(":")?;
        fields.push((name, value(scanner, depth_left)?));
        scanner.skip_space();
        Some(())
    })?;
    fields.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let twice = fields
        .windows(2)
        .any(|two| matches!(two, [(a, _), (b, _)] if a == b));
    (!twice).then_some(Fields(fields))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::parse;
    use crate::json::tests::any_value;

    fn written(json: &Json<'_>) -> String {
        let mut out = String::new();
        json.write(&mut out);
        out
    }

    #[test]
    fn a_field_twice_is_left_to_the_parser_that_tells_of_it() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"[{"b":1,"\u0062":2}]"#,
            "{} x",
            "[1,]",
            "{,}",
            "",
        ] {
            assert!(Json::scan(text).is_none() && parse(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
        assert!(Json::scan(&deep).is_none() && parse(&deep).is_ok());
    }

    proptest! {
        #[test]
        fn it_is_what_serde_json_reads(value in any_value(), pretty in any::<bool>()) {
            let text = match pretty {
                true => serde_json::to_string_pretty(&value).unwrap(),
                false => value.to_string(),
            };
            prop_assert_eq!(written(&Json::scan(&text).unwrap()), value.to_string());
            prop_assert_eq!(written(&Json::from(&value)), value.to_string());
        }

        #[test]
        fn whatever_is_read_is_json(text in "[\\[\\]{}\",: \\\\uab0-9eE.+-]{0,14}") {
            if let Some(json) = Json::scan(&text) {
                prop_assert_eq!(written(&json), parse(&text).unwrap().to_string());
            }
        }
    }
}
