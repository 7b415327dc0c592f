//! What names a company elsewhere: [`Identifier`], [`Scheme`], [`CompanyKey`].
//!
//! - [`Identifier`]: a value of a scheme, with the span in which it held.
//! - [`Scheme`]: who gives the value, and how it is checked and written.
//! - [`CompanyKey`]: how a company is referred to, by identifier or by slug.
//!
//! | scheme | value | checked by |
//! |---|---|---|
//! | `lei` | `5493001NTNQJDH60PM02` | ISO 17442: two digits, ISO 7064 mod 97-10 |
//! | `cik` | `0001577552` | SEC: 1 to 10 digits, written with ten |
//! | `isin` | `US01609W1027` | ISO 6166: one digit, Luhn |
//! | `figi` | `BBG006G2JVL2` | ANSI X9.145: one digit, modified Luhn |
//! | `cusip` | `01609W102` | ANSI X9.6: one digit |
//! | `ticker` | `XNYS:BABA`, `BABA` | form only: ISO 10383 market, symbol |
//! | any other | | no control characters |

mod key;
mod scheme;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::key::{CompanyKey, guesses};
pub use self::scheme::{Scheme, SchemeName};
use crate::edtf::{Bounds, Edtf, EdtfError};
use crate::id::SlugError;
use crate::limits::SCHEME_BYTES_MAX;
use crate::time::Day;

/// A value that names a company in some scheme, and when it did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// Who gives the value.
    pub scheme: Scheme,
    /// The value as its scheme writes it; see [`Scheme::parse_value`].
    pub value: Box<str>,
    /// From when on it held. `None`: always.
    pub from: Option<Edtf>,
    /// Until when it held. `None`: for ever.
    pub to: Option<Edtf>,
}

/// A text that is no identifier, or no key of a company.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Not the name of a scheme.
    #[error(
        "{text:?} is not the name of a scheme (lower-case letters, digits and underscores, at most {} bytes)",
        SCHEME_BYTES_MAX
    )]
    MalformedScheme {
        /// What was read.
        text: String,
    },
    /// A key with a scheme by which no company is found.
    #[error(
        "{text:?} is not a scheme of identifiers; a company is referred to by its slug or by {}",
        Scheme::list()
    )]
    UnknownScheme {
        /// What stands before the colon.
        text: String,
    },
    /// A value of the wrong length.
    #[error("{text:?} is not a value of {scheme}: it has {found} characters instead of {expected}")]
    Length {
        /// The scheme.
        scheme: Scheme,
        /// What was read.
        text: String,
        /// How many characters its scheme has.
        expected: &'static str,
        /// How many it has.
        found: usize,
    },
    /// A character that its scheme does not have in that place.
    #[error("{text:?} is not a value of {scheme}: {found:?} cannot be character {position}")]
    Character {
        /// The scheme.
        scheme: Scheme,
        /// What was read.
        text: String,
        /// The place of the character, from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// A check digit, or two, that the other characters do not give.
    #[error(
        "{text:?} is not a value of {scheme}: it ends in {found}, and its check gives {expected}"
    )]
    CheckDigits {
        /// The scheme.
        scheme: Scheme,
        /// What was read.
        text: String,
        /// What the other characters give.
        expected: String,
        /// What was read in its place.
        found: String,
    },
    /// A value that breaks another rule of its scheme.
    #[error("{text:?} is not a value of {scheme}: {rule}")]
    Rule {
        /// The scheme.
        scheme: Scheme,
        /// What was read.
        text: String,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// A span that is no date.
    #[error("{field:?} of an identifier: {source}")]
    Span {
        /// The side: `from` or `to`.
        field: &'static str,
        /// What is wrong with it.
        source: EdtfError,
    },
    /// A span that ends before it begins.
    #[error("an identifier cannot hold from {from} to {to}: that runs backwards")]
    Backwards {
        /// From when on it held.
        from: String,
        /// Until when it held.
        to: String,
    },
    /// A key without a colon that is no slug.
    #[error(transparent)]
    Slug(#[from] SlugError),
}

impl Identifier {
    /// An identifier that always holds, its value written as its scheme does.
    ///
    /// # Errors
    ///
    /// [`IdentifierError`] says which check of the scheme the value fails.
    pub fn new(scheme: Scheme, value: &str) -> Result<Self, IdentifierError> {
        let value = scheme.parse_value(value)?;
        Ok(Self {
            scheme,
            value,
            from: None,
            to: None,
        })
    }

    /// Reads an identifier; the span is of EDTF dates, both included.
    ///
    /// # Errors
    ///
    /// [`IdentifierError`] if the scheme has no name, the value fails a check
    /// of its scheme, or the span is no date or runs backwards.
    pub fn read(
        scheme: &str,
        value: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Self, IdentifierError> {
        let identifier = Self::new(scheme.parse()?, value)?;
        let (from, to) = (side("from", from)?, side("to", to)?);
        if let (Some(from), Some(to)) = (&from, &to)
            && from.bounds().certainly_after(to.bounds())
        {
            return Err(IdentifierError::Backwards {
                from: from.to_string(),
                to: to.to_string(),
            });
        }
        Ok(Self {
            from,
            to,
            ..identifier
        })
    }

    /// Whether a day possibly lies within its span.
    ///
    /// It does if it is not before the earliest day of `from` and not after
    /// the latest day of `to`.
    #[must_use]
    pub fn covers(&self, day: Day) -> bool {
        let has_begun = |from: &Edtf| from.bounds().possibly_by(day);
        let has_not_ended = |to: &Edtf| to.bounds().latest.is_none_or(|latest| day <= latest);
        self.from.as_ref().is_none_or(has_begun) && self.to.as_ref().is_none_or(has_not_ended)
    }

    /// Whether its span and that of another cannot both be so: they certainly share a day,
    /// or all days that one may have lie within those that the other may have.
    #[must_use]
    pub fn clashes_with(&self, other: &Self) -> bool {
        let (one, other) = (Sides::of(self), Sides::of(other));
        one.certainly_meets(&other) || one.encloses(&other) || other.encloses(&one)
    }
}

/// The days between which a span begins, and between which it ends.
struct Sides {
    from: Bounds,
    to: Bounds,
}

impl Sides {
    fn of(identifier: &Identifier) -> Self {
        let bounds = |side: &Option<Edtf>| side.as_ref().map_or(Bounds::ANY, Edtf::bounds);
        Self {
            from: bounds(&identifier.from),
            to: bounds(&identifier.to),
        }
    }

    /// Whether a day certainly lies in both spans. An open side is no bound.
    fn certainly_meets(&self, other: &Self) -> bool {
        let begun = self.from.latest.max(other.from.latest);
        let ended = [self.to.earliest, other.to.earliest];
        let ended = ended.into_iter().flatten().min();
        begun.zip(ended).is_none_or(|(begun, ended)| begun <= ended)
    }

    /// Whether all days of another, at its longest, are days of this at its longest.
    fn encloses(&self, other: &Self) -> bool {
        let begins = |first: Day| other.from.earliest.is_some_and(|other| first <= other);
        let ends = |last: Day| other.to.latest.is_some_and(|other| other <= last);
        self.from.earliest.is_none_or(begins) && self.to.latest.is_none_or(ends)
    }
}

fn side(field: &'static str, text: Option<&str>) -> Result<Option<Edtf>, IdentifierError> {
    text.map(Edtf::parse)
        .transpose()
        .map_err(|source| IdentifierError::Span { field, source })
}

/// The symbol of a ticker, without its market.
#[must_use]
pub fn symbol_of(ticker: &str) -> &str {
    ticker.rsplit(':').next().unwrap_or(ticker)
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sides = [("from", &self.from), ("to", &self.to)];
        let given = sides.iter().filter(|(_, side)| side.is_some()).count();
        let mut fields = serializer.serialize_struct("Identifier", 2 + given)?;
        fields.serialize_field("scheme", &self.scheme)?;
        fields.serialize_field("value", &self.value)?;
        for (name, side) in sides {
            match side {
                Some(side) => fields.serialize_field(name, side)?,
                None => fields.skip_field(name)?,
            }
        }
        fields.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    scheme: String,
    value: String,
    from: Option<String>,
    to: Option<String>,
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields {
            scheme,
            value,
            from,
            to,
        } = Fields::deserialize(deserializer)?;
        Self::read(&scheme, &value, from.as_deref(), to.as_deref())
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_covers_the_days_that_are_possibly_in_it() {
        for (from, to, day, expect) in [
            ("", "", "1900-01-01", true),
            ("2014-05-06", "", "2014-05-05", false),
            ("2014-05-06", "", "2014-05-06", true),
            ("2014-05", "", "2014-05-01", true),
            ("2014-05~", "", "2014-04-30", false),
            ("", "2022-06-08", "2022-06-08", true),
            ("", "2022-06-08", "2022-06-09", false),
            ("", "2022", "2022-12-31", true),
            ("2014", "2022", "2018-01-01", true),
            ("2014", "2022", "2023-01-01", false),
            ("/2014", "2022/", "1900-01-01", true),
            ("/2014", "2022/", "2099-01-01", true),
            ("2022", "2022-01", "2022-02-01", false),
        ] {
            let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
            let identifier = Identifier::read("ticker", "FB", given(from), given(to)).unwrap();
            assert_eq!(
                identifier.covers(day.parse().unwrap()),
                expect,
                "{from} {to} {day}"
            );
        }
    }

    #[test]
    fn a_wrong_span_is_refused() {
        let read = |from, to| Identifier::read("cik", "1", Some(from), Some(to)).unwrap_err();
        assert_eq!(
            read("2022-06-09", "2022-06-08").to_string(),
            "an identifier cannot hold from 2022-06-09 to 2022-06-08: that runs backwards"
        );
        assert!(matches!(
            read("2022-02-30", "2023"),
            IdentifierError::Span { field: "from", .. }
        ));
        assert!(matches!(
            read("2022", "soon"),
            IdentifierError::Span { field: "to", .. }
        ));
    }

    #[test]
    fn json_leaves_out_what_is_absent() {
        for (written, expect) in [
            (
                r#"{"scheme":"cik","value":"1577552"}"#,
                r#"{"scheme":"cik","value":"0001577552"}"#,
            ),
            (
                r#"{"to":null,"from":"2014-05-06","value":"0001577552","scheme":"cik"}"#,
                r#"{"scheme":"cik","value":"0001577552","from":"2014-05-06"}"#,
            ),
            (
                r#"{"scheme":"wkn","value":"A117ME","from":"2014","to":"2022~"}"#,
                r#"{"scheme":"wkn","value":"A117ME","from":"2014","to":"2022~"}"#,
            ),
        ] {
            let identifier: Identifier = serde_json::from_str(written).unwrap();
            assert_eq!(serde_json::to_string(&identifier).unwrap(), expect);
        }
        for wrong in [
            r#"{"scheme":"cik","value":"x"}"#,
            r#"{"scheme":"CIK","value":"1"}"#,
            r#"{"scheme":"cik"}"#,
            r#"{"scheme":"cik","value":"1","since":"2014"}"#,
        ] {
            assert!(
                serde_json::from_str::<Identifier>(wrong).is_err(),
                "{wrong}"
            );
        }
    }
}
