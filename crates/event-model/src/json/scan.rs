//! Reads JSON piece by piece: [`Scanner`].
//!
//! It takes what people and programs usually write and gives up (`None`) on
//! anything else, right or wrong: whoever uses it goes another way then.

use std::borrow::Cow;

use super::{first_escaped, write_text};

/// How deep objects and lists are followed.
pub(crate) const DEPTH_MAX: usize = 100;

/// A text of JSON, and how far it is read.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// A string of JSON as it stands there.
#[derive(Clone, Copy)]
pub(crate) enum Quoted<'a> {
    /// What is between the quotes says what it is.
    Plain(&'a str),
    /// Something is escaped; the quotes are part of it.
    Escaped(&'a str),
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Whether this comes next; if so it is passed.
    #[inline]
    pub(crate) fn eats(&mut self, literal: &str) -> bool {
        let comes = self.rest().starts_with(literal.as_bytes());
        if comes {
            self.at += literal.len();
        }
        comes
    }

    /// Whether a field of this name comes next, after another.
    pub(crate) fn eats_field(&mut self, name: &str) -> bool {
        let start = self.at;
        let comes = self.eats(",\"") && self.eats(name) && self.eats("\":");
        if !comes {
            self.at = start;
        }
        comes
    }

    #[inline]
    pub(crate) fn eat(&mut self, literal: &str) -> Option<()> {
        self.eats(literal).then_some(())
    }

    #[inline]
    pub(crate) fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// A string.
    pub(crate) fn quoted(&mut self) -> Option<Quoted<'a>> {
        let start = self.at;
        self.eat("\"")?;
        self.at += first_escaped(self.rest());
        if self.peek()? == b'"' {
            let inside = self.since(start + 1)?;
            self.at += 1;
            return Some(Quoted::Plain(inside));
        }
        while self.peek()? == b'\\' {
            self.at += 2;
            self.at += first_escaped(self.rest());
        }
        self.eat("\"")?;
        self.since(start).map(Quoted::Escaped)
    }

    /// A number as `serde_json` writes it.
    pub(crate) fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.eats("-");
        if !self.eats("0") {
            self.digits()?;
        }
        if self.eats(".") {
            self.digits()?;
        }
        if self.eats("e") {
            if !self.eats("+") {
                self.eat("-")?;
            }
            self.digits()?;
        }
        match self.peek() {
            Some(b'E' | b'0'..=b'9') => None,
            _ => self.since(start),
        }
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// Any value, if it is canonical: no space, fields in order, strings and
    /// numbers as `serde_json` writes them.
    pub(crate) fn canonical(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.pass_canonical(DEPTH_MAX)?;
        self.since(start)
    }

    fn pass_canonical(&mut self, depth_left: usize) -> Option<()> {
        let deeper = depth_left.checked_sub(1)?;
        match self.peek()? {
            b'{' => {
                let mut last: Option<Cow<'a, str>> = None;
                self.each_of(b'}', |scanner| {
                    let name = scanner.quoted()?.read_canonical()?;
                    if last.as_ref().is_some_and(|last| *last >= name) {
                        return None;
                    }
                    last = Some(name);
                    scanner.eat(":")?;
                    scanner.pass_canonical(deeper)
                })
            }
            b'[' => self.each_of(b']', |scanner| scanner.pass_canonical(deeper)),
            b'"' => self.quoted()?.read_canonical().map(drop),
            b't' => self.eat("true"),
            b'f' => self.eat("false"),
            b'n' => self.eat("null"),
            _ => self.number().map(drop),
        }
    }

    /// Each item of a list, or field of an object, without space between.
    pub(crate) fn each_of(
        &mut self,
        end: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.at += 1;
        if self.peek()? == end {
            self.at += 1;
            return Some(());
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == end => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }
}

impl<'a> Quoted<'a> {
    /// What it says.
    #[inline]
    pub(crate) fn read(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Plain(text) => Some(Cow::Borrowed(text)),
            Self::Escaped(quoted) => serde_json::from_str(quoted).ok().map(Cow::Owned),
        }
    }

    /// What it says, if it is written as it would be written here.
    #[inline]
    pub(crate) fn read_canonical(self) -> Option<Cow<'a, str>> {
        let text = self.read()?;
        match self {
            Self::Escaped(quoted) if !is_written_so(&text, quoted) => None,
            _ => Some(text),
        }
    }
}

fn is_written_so(text: &str, quoted: &str) -> bool {
    let mut again = String::with_capacity(quoted.len());
    write_text(text, &mut again);
    again == quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::json::tests::any_value;

    fn canonical(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.canonical().is_some() && scanner.is_at_end()
    }

    #[test]
    fn what_is_not_canonical_is_not_taken() {
        for text in [
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a": 1}"#,
            "[1, 2]",
            r#""\u0041""#,
            r#""\/""#,
            r#""\u000A""#,
            r#""\u000a""#,
            "1e5",
            "1E+5",
            "01",
            "-",
            "1.",
            ".5",
            "+1",
            "tru",
            "[1,]",
            "[",
            "{",
            r#""\ud800""#,
            r#""ab"#,
            "\"\u{1}\"",
            "",
            "nul",
            r#"{"a"}"#,
            r#"{"a":}"#,
        ] {
            assert!(!canonical(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_canonical_is_taken_whole(value in any_value()) {
            prop_assert!(canonical(&value.to_string()));
        }

        #[test]
        fn what_is_taken_is_what_serde_json_writes(text in "[\\[\\]{}\",:\\\\uab0-9e.+-]{0,12}") {
            if canonical(&text) {
                let value: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(value.to_string(), text);
            }
        }
    }
}
