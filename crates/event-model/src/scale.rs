//! Words that multiply the number before them, as in "1.2 million".

/// Such words and their short forms. What they say belongs into the number: as a unit,
/// it is in nobody's comparison.
const SCALES: &[&str] = &[
    "hundred", "thousand", "k", "lakh", "million", "mio", "mill", "mln", "mn", "mm", "m", "crore",
    "billion", "bio", "bln", "bn", "b", "trillion", "tln", "tn",
];

/// The word that multiplies the number before a unit: "million" of "million units".
#[must_use]
pub fn scale_of(unit: &str) -> Option<&str> {
    let first = unit.split_whitespace().next()?;
    let word = first.trim_end_matches('.').to_lowercase();
    let is_scale = |word: &str| SCALES.contains(&word);
    let is_plural = || word.len() > 2 && word.strip_suffix('s').is_some_and(is_scale);
    (is_scale(&word) || is_plural()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_multiply_are_found_and_units_are_not() {
        for unit in ["million units", "thousands", "Bn", "mln. chips", "k"] {
            assert!(scale_of(unit).is_some(), "{unit}");
        }
        for unit in [
            "units",
            "MW",
            "percent",
            "H100-equivalents",
            "wafers a month",
            "GB",
            "",
        ] {
            assert_eq!(scale_of(unit), None, "{unit}");
        }
    }
}
