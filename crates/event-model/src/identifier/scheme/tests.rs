//! What each scheme takes, and what it refuses.

use proptest::prelude::*;

use super::*;

const REAL: [(Scheme, &str); 15] = [
    (Scheme::Lei, "5493001NTNQJDH60PM02"),
    (Scheme::Lei, "R2I72C950HOYXII45366"),
    (Scheme::Lei, "549300S4KLFTLO7GSQ80"),
    (Scheme::Isin, "US01609W1027"),
    (Scheme::Isin, "KYG017191142"),
    (Scheme::Isin, "US0079031078"),
    (Scheme::Isin, "US67066G1040"),
    // Schlumberger: the Netherlands Antilles are no more.
    (Scheme::Isin, "AN8068571086"),
    (Scheme::Isin, "XS0971721963"),
    (Scheme::Figi, "BBG006G2JVL2"),
    (Scheme::Figi, "BBG000BLNNH6"),
    (Scheme::Cusip, "01609W102"),
    (Scheme::Cusip, "007903107"),
    (Scheme::Cik, "0001577552"),
    (Scheme::Ticker, "XNYS:BABA"),
];

/// The value, or the message without its beginning.
fn check(scheme: &Scheme, text: &str, expect: &str) {
    let found = match scheme.parse_value(text) {
        Ok(value) => value.to_string(),
        Err(error) => {
            let message = error.to_string();
            let (_, why) = message
                .split_once(&format!(" value of {scheme}: "))
                .unwrap();
            why.to_owned()
        }
    };
    assert_eq!(found, expect, "{scheme} {text}");
}

#[test]
fn real_values_hold() {
    for (scheme, value) in REAL {
        check(&scheme, value, value);
        check(&scheme, &format!(" {} ", value.to_ascii_lowercase()), value);
    }
}

#[test]
fn one_changed_digit_is_found() {
    use Scheme::{Cusip, Figi, Isin, Lei};
    for (scheme, text, expect) in [
        (
            Lei,
            "5493001NTNQJDH60PM03",
            "it ends in 03, and its check gives 02",
        ),
        (
            Lei,
            "5493001NTNQJDH61PM02",
            "it ends in 02, and its check gives 72",
        ),
        (
            Lei,
            "R2I72C950HOYXII45367",
            "it ends in 67, and its check gives 66",
        ),
        (
            Lei,
            "549300S4KLFTLO7GSQ81",
            "it ends in 81, and its check gives 80",
        ),
        (Isin, "US01609W1028", "it ends in 8, and its check gives 7"),
        (Isin, "KYG017191143", "it ends in 3, and its check gives 2"),
        (Isin, "US0079031079", "it ends in 9, and its check gives 8"),
        (Isin, "US67066G1041", "it ends in 1, and its check gives 0"),
        (Figi, "BBG006G2JVL3", "it ends in 3, and its check gives 2"),
        (Cusip, "01609W103", "it ends in 3, and its check gives 2"),
    ] {
        check(&scheme, text, expect);
    }
}

#[test]
fn what_is_not_well_formed_says_why() {
    use Scheme::{Cik, Cusip, Figi, Isin, Lei, Ticker};
    let symbol = "a symbol is of letters, digits and any of . - / & _ ^ $ + (BABA, BRK.B)";
    let market = "a market is a MIC of 4 letters or digits (XNYS)";
    for (scheme, text, expect) in [
        (Lei, "", "it has 0 characters instead of 20"),
        (
            Lei,
            "5493001NTNQJDH60PM0",
            "it has 19 characters instead of 20",
        ),
        (Lei, "5493001NTNQJDH60PM0X", "'X' cannot be character 20"),
        (Lei, "5493001NTNQJDH6-PM02", "'-' cannot be character 16"),
        (Lei, "5493001NTNQJDH6éPM02", "'é' cannot be character 16"),
        (Isin, "US01609W102", "it has 11 characters instead of 12"),
        (Isin, "1S01609W1027", "'1' cannot be character 1"),
        (Isin, "US01609W102X", "'X' cannot be character 12"),
        (Figi, "BBG006G2JVL", "it has 11 characters instead of 12"),
        (Figi, "BBG006A2JVL2", "'A' cannot be character 7"),
        (Figi, "BBX006G2JVL2", "FIGI position 3 must be the letter G"),
        (Cusip, "01609W1021", "it has 10 characters instead of 9"),
        (Cik, "1577552", "0001577552"),
        (Cik, "2488", "0000002488"),
        (Cik, "0", "it is zero"),
        (Cik, "", "it has 0 characters instead of 1 to 10"),
        (
            Cik,
            "12345678901",
            "it has 11 characters instead of 1 to 10",
        ),
        (Cik, "CIK2488", "'C' cannot be character 1"),
        (Ticker, "baba", "BABA"),
        (Ticker, "xnys:brk.b", "XNYS:BRK.B"),
        (Ticker, "XHKG:9988", "XHKG:9988"),
        (Ticker, "BRK/B", "BRK/B"),
        (Ticker, "", symbol),
        (Ticker, "XNYS:", symbol),
        (Ticker, "XNYS:-", symbol),
        (Ticker, "BA BA", symbol),
        (Ticker, "NYSE1:BABA", market),
        (Ticker, ":BABA", market),
        (Ticker, "XNYS:BABA:X", symbol),
        (
            Ticker,
            "ABCDEFGHIJKLMNOPQ",
            "a symbol has at most 16 characters",
        ),
        ("wkn".parse().unwrap(), " A117ME", "A117ME"),
        ("wkn".parse().unwrap(), " ", "it is empty"),
        (
            "wkn".parse().unwrap(),
            "a\u{7}b",
            "it has control characters",
        ),
    ] {
        check(&scheme, text, expect);
    }
    let long = "x".repeat(VALUE_BYTES_MAX + 1);
    check(&"wkn".parse().unwrap(), &long, "it has more than 128 bytes");
}

#[test]
fn a_scheme_has_a_name() {
    for (text, expect) in [
        ("lei", Some(Scheme::Lei)),
        ("ticker", Some(Scheme::Ticker)),
        (
            "hk_stock_1",
            Some(Scheme::Other(SchemeName("hk_stock_1".into()))),
        ),
        ("LEI", None),
        ("", None),
        ("a-b", None),
        ("a:b", None),
    ] {
        assert_eq!(text.parse().ok(), expect, "{text}");
    }
    assert!("x".repeat(SCHEME_BYTES_MAX).parse::<Scheme>().is_ok());
    assert!("x".repeat(SCHEME_BYTES_MAX + 1).parse::<Scheme>().is_err());
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    let other = Scheme::Other(SchemeName("other".into()));
    proptest::sample::select([Scheme::KNOWN.to_vec(), vec![other]].concat())
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_itself(scheme in any_scheme(), text in "[ A-Za-z0-9:.]{0,21}|[0-9]{1,10}") {
        if let Ok(value) = scheme.parse_value(&text) {
            prop_assert_eq!(scheme.parse_value(&value), Ok(value));
        }
    }

    #[test]
    fn no_text_makes_it_panic(scheme in any_scheme(), text in any::<String>()) {
        if let Err(error) = scheme.parse_value(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn every_single_digit_that_changes_is_found(
        (scheme, value) in proptest::sample::select(REAL[..13].to_vec()),
        at in 0_usize..20,
        digit in b'0'..=b'9',
    ) {
        let mut bytes = value.as_bytes().to_vec();
        if let Some(byte) = bytes.get_mut(at)
            && byte.is_ascii_digit()
            && *byte != digit
        {
            *byte = digit;
            prop_assert!(scheme.parse_value(std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }

    #[test]
    fn the_check_digits_that_are_expected_hold(body in "[A-Z0-9]{18}") {
        let text = format!("{body}00");
        if let Err(IdentifierError::CheckDigits { expected, .. }) = Scheme::Lei.parse_value(&text) {
            prop_assert!(Scheme::Lei.parse_value(&(body + &expected)).is_ok());
        }
    }
}
