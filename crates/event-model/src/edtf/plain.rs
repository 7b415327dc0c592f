//! The dates that most sources write, read without the whole grammar.

use super::Bounds;
use crate::time::{Day, digits, usual_day};

/// The bounds of a day, month or year, of a span or a choice of days; `None`
/// for anything else, right or wrong.
pub(super) fn bounds(text: &str) -> Option<Bounds> {
    let bytes = text.as_bytes();
    match bytes {
        [b'[', rest @ .., b']'] => {
            let (first, rest) = rest.split_first_chunk::<10>()?;
            days(first, rest.strip_prefix(b"..")?)
        }
        [rest @ .., b'~' | b'?' | b'%'] => calendar(rest),
        _ => match bytes.split_first_chunk::<10>() {
            Some((first, [b'/', last @ ..])) => days(first, last),
            _ => calendar(bytes),
        },
    }
}

fn days(first: &[u8], last: &[u8]) -> Option<Bounds> {
    let (first, last) = (usual_day(first)?, usual_day(last)?);
    (first <= last).then_some(Bounds {
        earliest: Some(first),
        latest: Some(last),
    })
}

fn calendar(bytes: &[u8]) -> Option<Bounds> {
    if bytes.len() == 10 {
        return usual_day(bytes).map(Bounds::day);
    }
    let (year, rest) = bytes.split_first_chunk::<4>()?;
    let year = i32::try_from(digits(year)?).ok()?;
    let (first, last) = match rest {
        [] => (1, 12),
        [b'-', tens, ones] => {
            let month = digits(&[*tens, *ones])?;
            (month, month)
        }
        _ => return None,
    };
    let after = match last {
        12 => Day::from_ymd_opt(year + 1, 1, 1)?,
        _ => Day::from_ymd_opt(year, last + 1, 1)?,
    };
    Some(Bounds {
        earliest: Some(Day::from_ymd_opt(year, first, 1)?),
        latest: Some(after.pred_opt()?),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{bounds_of, unsupported_part};
    use super::*;

    fn by_the_grammar(text: &str) -> Option<Bounds> {
        let value = edtf_core::Edtf::parse(text).ok()?;
        let none = unsupported_part(&value).is_none();
        none.then(|| bounds_of(&value)).flatten()
    }

    proptest! {
        #[test]
        fn a_plain_date_is_what_the_grammar_says(text in "[0-2][0-9]{3}(-[0-3][0-9](-[0-3][0-9])?)?[~?%]?") {
            if let Some(bounds) = bounds(&text) {
                prop_assert_eq!(Some(bounds), by_the_grammar(&text));
            }
        }

        #[test]
        fn a_span_is_what_the_grammar_says(
            a in "20[0-9]{2}-[01][0-9]-[0-3][0-9]",
            b in "20[0-9]{2}-[01][0-9]-[0-3][0-9]",
        ) {
            for text in [format!("{a}/{b}"), format!("[{a}..{b}]"), format!("{a}..{b}"), format!("[{a}/{b}]"), format!("{a}/{b}~")] {
                if let Some(bounds) = bounds(&text) {
                    prop_assert_eq!(Some(bounds), by_the_grammar(&text));
                }
            }
        }

        #[test]
        fn any_other_text_is_what_the_grammar_says(text in "[0-9X/~.\\[\\]-]{0,24}") {
            if let Some(bounds) = bounds(&text) {
                prop_assert_eq!(Some(bounds), by_the_grammar(&text));
            }
        }
    }
}
