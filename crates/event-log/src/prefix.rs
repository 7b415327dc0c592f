//! The ids that begin alike: [`ids_of`], [`digits_alike`].

use event_model::id::EventId;

/// The first and the last id that begin with these digits, if they are digits.
pub(crate) fn ids_of(prefix: &str) -> Option<(EventId, EventId)> {
    let digits: Vec<u8> = prefix.bytes().filter(|byte| *byte != b'-').collect();
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    if !is_hex || digits.len() > 32 {
        return None;
    }
    let digits = String::from_utf8(digits).ok()?;
    let bound = |fill: char| {
        let text: String = digits
            .chars()
            .chain(std::iter::repeat(fill))
            .take(32)
            .collect();
        u128::from_str_radix(&text, 16)
            .ok()
            .map(|id| EventId(uuid::Uuid::from_u128(id)))
    };
    Some((bound('0')?, bound('f')?))
}

/// With how many hex digits two ids both begin.
pub(crate) fn digits_alike(one: &[u8; 16], other: &[u8; 16]) -> usize {
    let differ = u128::from_be_bytes(*one) ^ u128::from_be_bytes(*other);
    // Half a byte is a digit.
    usize::try_from(differ.leading_zeros() / 4).unwrap_or(0)
}
