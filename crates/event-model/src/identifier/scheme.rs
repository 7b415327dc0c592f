//! [`Scheme`]: who gives an identifier, and how its value is checked.
//!
//! Of `regit-identifiers` only the check digits are used for LEI and ISIN. Its
//! types for them refuse real values: an early LEI need not have zeros in
//! places 5 and 6 (AMD's has not), and an ISIN may bear the code of a country
//! that is no more (`AN8068571086`).

use std::fmt;
use std::str::FromStr;

use regit_identifiers::checkdigit;
use regit_identifiers::cusip::Cusip;
use regit_identifiers::errors::ValidationError;
use regit_identifiers::figi::Figi;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::IdentifierError;
use crate::limits::{SCHEME_BYTES_MAX, SYMBOL_BYTES_MAX, VALUE_BYTES_MAX};

/// Who gives an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Legal Entity Identifier, ISO 17442.
    Lei,
    /// Central Index Key of the SEC.
    Cik,
    /// International Securities Identification Number, ISO 6166.
    Isin,
    /// Financial Instrument Global Identifier, ANSI X9.145.
    Figi,
    /// CUSIP or CINS number, ANSI X9.6.
    Cusip,
    /// Symbol on a market, with the market's MIC (ISO 10383) or without.
    Ticker,
    /// A scheme whose values are kept and not checked.
    Other(SchemeName),
}

/// The name of a scheme that this store does not know.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemeName(Box<str>);

impl SchemeName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scheme {
    /// The schemes whose values are checked, and by which a company is found.
    pub const KNOWN: [Self; 6] = [
        Self::Lei,
        Self::Cik,
        Self::Isin,
        Self::Figi,
        Self::Cusip,
        Self::Ticker,
    ];

    /// The name of the scheme.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Lei => "lei",
            Self::Cik => "cik",
            Self::Isin => "isin",
            Self::Figi => "figi",
            Self::Cusip => "cusip",
            Self::Ticker => "ticker",
            Self::Other(name) => name.as_str(),
        }
    }

    /// The known scheme of that name, in any case.
    pub(super) fn known(name: &str) -> Option<Self> {
        Self::KNOWN
            .into_iter()
            .find(|scheme| scheme.as_str().eq_ignore_ascii_case(name))
    }

    /// `lei:…, cik:…`, for messages.
    pub(super) fn list() -> String {
        Self::KNOWN.map(|scheme| format!("{scheme}:…")).join(", ")
    }

    /// Checks a value and writes it as the scheme does.
    ///
    /// Space around it is dropped, letters of a checked scheme become capital,
    /// and a CIK gets its leading zeros. A value that was written here is
    /// read as itself.
    ///
    /// # Errors
    ///
    /// [`IdentifierError`] says which check it fails and, for a check digit,
    /// what it should have been.
    pub fn parse_value(&self, text: &str) -> Result<Box<str>, IdentifierError> {
        let text = text.trim();
        if let Self::Other(_) = self {
            return self.parse_other(text);
        }
        let capital = text.to_ascii_uppercase();
        match self {
            Self::Lei => self.check_lei(&capital)?,
            Self::Isin => self.check_isin(&capital)?,
            Self::Figi => self.check(&capital, "12", Figi::validate)?,
            Self::Cusip => self.check(&capital, "9", Cusip::validate)?,
            Self::Ticker => self.check_ticker(&capital)?,
            Self::Cik => return self.parse_cik(&capital),
            Self::Other(_) => {}
        }
        Ok(capital.into())
    }

    fn parse_other(&self, text: &str) -> Result<Box<str>, IdentifierError> {
        if text.is_empty() {
            return Err(self.broken(text, "it is empty"));
        }
        if text.len() > VALUE_BYTES_MAX {
            return Err(self.broken(text, "it has more than 128 bytes"));
        }
        if text.chars().any(char::is_control) {
            return Err(self.broken(text, "it has control characters"));
        }
        Ok(text.into())
    }

    fn parse_cik(&self, text: &str) -> Result<Box<str>, IdentifierError> {
        self.characters(text, |_, found| found.is_ascii_digit())?;
        if !(1..=10).contains(&text.len()) {
            return Err(self.length(text, "1 to 10"));
        }
        if text.bytes().all(|digit| digit == b'0') {
            return Err(self.broken(text, "it is zero"));
        }
        Ok(format!("{text:0>10}").into())
    }

    fn check_lei(&self, text: &str) -> Result<(), IdentifierError> {
        if text.chars().count() != 20 {
            return Err(self.length(text, "20"));
        }
        self.characters(text, |position, found| match position {
            19.. => found.is_ascii_digit(),
            _ => found.is_ascii_alphanumeric(),
        })?;
        let (body, _) = text.split_at_checked(18).unwrap_or_default();
        let digits = checkdigit::lei_check_digits(body).map(String::from_iter);
        self.compare(text, 2, digits)
    }

    fn check_isin(&self, text: &str) -> Result<(), IdentifierError> {
        if text.chars().count() != 12 {
            return Err(self.length(text, "12"));
        }
        self.characters(text, |position, found| match position {
            1 | 2 => found.is_ascii_alphabetic(),
            12 => found.is_ascii_digit(),
            _ => found.is_ascii_alphanumeric(),
        })?;
        let (body, _) = text.split_at_checked(11).unwrap_or_default();
        let digit = checkdigit::isin_check_digit(body).map(String::from);
        self.compare(text, 1, digit)
    }

    /// Checks a value that ends in one check digit.
    fn check(
        &self,
        text: &str,
        length: &'static str,
        validate: impl Fn(&str) -> Result<(), ValidationError>,
    ) -> Result<(), IdentifierError> {
        match validate(text) {
            Err(ValidationError::WrongLength { .. }) => Err(self.length(text, length)),
            Err(ValidationError::BadCheckDigit { expected, .. }) => {
                self.compare(text, 1, Ok(expected.into()))
            }
            other => other.map_err(|error| self.refused(text, error)),
        }
    }

    /// Compares the last characters with what the check gives.
    fn compare(
        &self,
        text: &str,
        digits: usize,
        expected: Result<String, ValidationError>,
    ) -> Result<(), IdentifierError> {
        let expected = expected.map_err(|error| self.refused(text, error))?;
        let body_bytes = text.len().saturating_sub(digits);
        let (_, found) = text.split_at_checked(body_bytes).unwrap_or_default();
        if found == expected {
            return Ok(());
        }
        Err(IdentifierError::CheckDigits {
            scheme: self.clone(),
            text: text.to_owned(),
            found: found.to_owned(),
            expected,
        })
    }

    fn check_ticker(&self, text: &str) -> Result<(), IdentifierError> {
        let (market, symbol) = match text.split_once(':') {
            Some((market, symbol)) => (Some(market), symbol),
            None => (None, text),
        };
        if market.is_some_and(|market| market.len() != 4 || !is_alphanumeric(market)) {
            return Err(self.broken(text, "a market is a MIC of 4 letters or digits (XNYS)"));
        }
        let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || b".-/&_^$+".contains(&byte);
        if !symbol.bytes().all(is_symbol) || !symbol.bytes().any(|b| b.is_ascii_alphanumeric()) {
            let rule = "a symbol is of letters, digits and any of . - / & _ ^ $ + (BABA, BRK.B)";
            return Err(self.broken(text, rule));
        }
        if symbol.len() > SYMBOL_BYTES_MAX {
            return Err(self.broken(text, "a symbol has at most 16 characters"));
        }
        Ok(())
    }

    /// Checks each character by its place, from 1.
    fn characters(
        &self,
        text: &str,
        is_allowed: impl Fn(usize, char) -> bool,
    ) -> Result<(), IdentifierError> {
        match (1..)
            .zip(text.chars())
            .find(|(position, found)| !is_allowed(*position, *found))
        {
            None => Ok(()),
            Some((position, found)) => Err(IdentifierError::Character {
                scheme: self.clone(),
                text: text.to_owned(),
                position,
                found,
            }),
        }
    }

    fn refused(&self, text: &str, error: ValidationError) -> IdentifierError {
        match error {
            ValidationError::InvalidCharacter { position, found } => IdentifierError::Character {
                scheme: self.clone(),
                text: text.to_owned(),
                position,
                found,
            },
            ValidationError::Structure { rule } => self.broken(text, rule),
            _ => self.broken(text, "it is not well formed"),
        }
    }

    fn length(&self, text: &str, expected: &'static str) -> IdentifierError {
        IdentifierError::Length {
            scheme: self.clone(),
            text: text.chars().take(VALUE_BYTES_MAX).collect(),
            expected,
            found: text.chars().count(),
        }
    }

    fn broken(&self, text: &str, rule: &'static str) -> IdentifierError {
        IdentifierError::Rule {
            scheme: self.clone(),
            text: text.chars().take(VALUE_BYTES_MAX).collect(),
            rule,
        }
    }
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl FromStr for Scheme {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if text.is_empty() || text.len() > SCHEME_BYTES_MAX || !text.bytes().all(is_allowed) {
            return Err(IdentifierError::MalformedScheme {
                text: text.chars().take(VALUE_BYTES_MAX).collect(),
            });
        }
        Ok(Self::known(text).unwrap_or_else(|| Self::Other(SchemeName(text.into()))))
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scheme {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
