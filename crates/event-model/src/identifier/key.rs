//! [`CompanyKey`]: how a company is referred to.

use std::fmt;
use std::str::FromStr;

use super::{IdentifierError, Scheme};
use crate::id::Slug;

/// A reference to a company: `alibaba`, `lei:5493001NTNQJDH60PM02`, `ticker:BABA`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CompanyKey {
    /// Its name in this store.
    Slug(Slug),
    /// An identifier that it has, or had.
    Identifier {
        /// Who gives the value: one of [`Scheme::KNOWN`].
        scheme: Scheme,
        /// The value as its scheme writes it.
        value: Box<str>,
    },
}

impl CompanyKey {
    /// Reads a slug, or a known scheme (in any case), a colon and a value.
    ///
    /// # Errors
    ///
    /// [`IdentifierError::UnknownScheme`] for another scheme, which lists all
    /// there are; [`IdentifierError::Slug`] for a text without a colon that is
    /// no slug; else what is wrong with the value.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let Some((scheme, value)) = text.split_once(':') else {
            return Ok(Self::Slug(text.parse()?));
        };
        let scheme = Scheme::known(scheme).ok_or_else(|| IdentifierError::UnknownScheme {
            text: scheme
                .chars()
                .take(crate::limits::VALUE_BYTES_MAX)
                .collect(),
        })?;
        let value = scheme.parse_value(value)?;
        Ok(Self::Identifier { scheme, value })
    }

    /// The slug of a company of which nothing else is known: `cik-0000000042`.
    ///
    /// `None` for a ticker without its market, which any market may have.
    #[must_use]
    pub fn slug(&self) -> Option<Slug> {
        match self {
            Self::Slug(slug) => Some(slug.clone()),
            Self::Identifier { scheme, value }
                if *scheme == Scheme::Ticker && !value.contains(':') =>
            {
                None
            }
            Self::Identifier { scheme, value } => Slug::from_name(&format!("{scheme} {value}")),
        }
    }

    /// Whether an identifier of a company is the one that is asked for.
    ///
    /// A ticker without a market matches that symbol on any market. A slug
    /// matches no identifier.
    #[must_use]
    pub fn matches(&self, scheme: &Scheme, value: &str) -> bool {
        let Self::Identifier {
            scheme: wanted,
            value: wanted_value,
        } = self
        else {
            return false;
        };
        if wanted != scheme {
            return false;
        }
        if *wanted == Scheme::Ticker && !wanted_value.contains(':') {
            let symbol = value.split_once(':').map_or(value, |(_, symbol)| symbol);
            return **wanted_value == *symbol;
        }
        **wanted_value == *value
    }
}

impl FromStr for CompanyKey {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for CompanyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slug(slug) => slug.fmt(f),
            Self::Identifier { scheme, value } => f.pad(&format!("{scheme}:{value}")),
        }
    }
}

/// What a text without a scheme could be, each value as its scheme writes it.
///
/// A value whose check digits hold is that and nothing else but a CIK, which
/// any number of up to ten digits could be. Any other text could be a ticker,
/// numbers too, as in Hong Kong.
#[must_use]
pub fn guesses(text: &str) -> Vec<(Scheme, Box<str>)> {
    let fits = |scheme: Scheme| {
        let value = scheme.parse_value(text).ok()?;
        Some((scheme, value))
    };
    let checked = [Scheme::Lei, Scheme::Isin, Scheme::Figi, Scheme::Cusip];
    let mut found: Vec<_> = checked.into_iter().filter_map(fits).collect();
    let ticker = found.is_empty().then_some(Scheme::Ticker);
    found.extend(fits(Scheme::Cik));
    found.extend(ticker.and_then(fits));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_a_slug_or_an_identifier() {
        for (text, expect) in [
            ("alibaba", "alibaba"),
            ("lei:5493001ntnqjdh60pm02", "lei:5493001NTNQJDH60PM02"),
            ("CIK:1577552", "cik:0001577552"),
            ("isin:US01609W1027", "isin:US01609W1027"),
            ("figi:BBG006G2JVL2", "figi:BBG006G2JVL2"),
            ("cusip:01609W102", "cusip:01609W102"),
            ("ticker:XNYS:BABA", "ticker:XNYS:BABA"),
            ("ticker:baba", "ticker:BABA"),
            (
                "wkn:A117ME",
                "\"wkn\" is not a scheme of identifiers; a company is referred to by its slug or by lei:…, cik:…, isin:…, figi:…, cusip:…, ticker:…",
            ),
            (
                "XNYS:BABA",
                "\"XNYS\" is not a scheme of identifiers; a company is referred to by its slug or by lei:…, cik:…, isin:…, figi:…, cusip:…, ticker:…",
            ),
            (
                "cik:x",
                "\"X\" is not a value of cik: 'X' cannot be character 1",
            ),
            (
                "Alibaba Group",
                "\"Alibaba Group\" is not a slug (lower-case letters, digits and single hyphens, at most 64 bytes); as a slug it is alibaba-group",
            ),
        ] {
            let found = match CompanyKey::parse(text) {
                Ok(key) => key.to_string(),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expect);
        }
    }

    #[test]
    fn a_key_matches_an_identifier() {
        for (key, scheme, value, expect) in [
            ("cik:1577552", Scheme::Cik, "0001577552", true),
            ("cik:1577552", Scheme::Cik, "0000002488", false),
            ("ticker:BABA", Scheme::Ticker, "XNYS:BABA", true),
            ("ticker:BABA", Scheme::Ticker, "BABA", true),
            ("ticker:BABA", Scheme::Ticker, "XNYS:BAB", false),
            ("ticker:XNYS:BABA", Scheme::Ticker, "XNYS:BABA", true),
            ("ticker:XNYS:BABA", Scheme::Ticker, "XHKG:BABA", false),
            ("ticker:XNYS:BABA", Scheme::Ticker, "BABA", false),
            ("ticker:9988", Scheme::Cik, "0000009988", false),
            ("alibaba", Scheme::Ticker, "ALIBABA", false),
        ] {
            let matches = CompanyKey::parse(key).unwrap().matches(&scheme, value);
            assert_eq!(matches, expect, "{key} {scheme}:{value}");
        }
    }

    #[test]
    fn a_bare_text_is_guessed() {
        for (text, expect) in [
            ("5493001ntnqjdh60pm02", "lei:5493001NTNQJDH60PM02"),
            ("5493001NTNQJDH60PM03", ""),
            ("US01609W1027", "isin:US01609W1027"),
            ("US01609W1028", "ticker:US01609W1028"),
            ("BBG006G2JVL2", "figi:BBG006G2JVL2"),
            ("01609W102", "cusip:01609W102"),
            ("007903107", "cusip:007903107 cik:0007903107"),
            ("9988", "cik:0000009988 ticker:9988"),
            ("baba", "ticker:BABA"),
            ("xnys:baba", "ticker:XNYS:BABA"),
            ("Alibaba Group", ""),
            ("", ""),
        ] {
            let found: Vec<String> = guesses(text)
                .iter()
                .map(|(scheme, value)| format!("{scheme}:{value}"))
                .collect();
            assert_eq!(found.join(" "), expect, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_guess_is_a_key_that_matches_itself(text in "[A-Za-z0-9.:]{0,20}") {
            for (scheme, value) in guesses(&text) {
                let key = CompanyKey::parse(&format!("{scheme}:{value}")).unwrap();
                prop_assert!(key.matches(&scheme, &value));
                prop_assert_eq!(CompanyKey::parse(&key.to_string()), Ok(key));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = (guesses(&text), CompanyKey::parse(&text));
        }
    }
}
