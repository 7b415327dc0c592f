//! Lengths that stand inside a text: six bits a character, the lowest first, and
//! a seventh bit where more follow. All of it is ASCII, so that what holds them
//! is a text as a whole.

const MORE: u8 = 0x40;
const BITS: u8 = MORE - 1;

/// Writes a length into a text.
pub(crate) fn push(length: usize, out: &mut String) {
    out.extend(Bytes(Some(length)).map(char::from));
}

/// Writes a length into bytes that are a text.
pub(crate) fn push_bytes(length: usize, out: &mut Vec<u8>) {
    out.extend(Bytes(Some(length)));
}

/// The bytes of a length.
struct Bytes(Option<usize>);

impl Iterator for Bytes {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let length = self.0?;
        let bits = (length % 64) as u8;
        let rest = length / 64;
        self.0 = (rest > 0).then_some(rest);
        Some(if rest > 0 { bits | MORE } else { bits })
    }
}

/// Reads the length that a text begins with, and gives the rest.
#[inline]
pub(crate) fn split(text: &str) -> Option<(usize, &str)> {
    let (length, rest) = split_bytes(text.as_bytes())?;
    Some((length, text.get(text.len() - rest.len()..)?))
}

/// Reads the length that some bytes begin with, and gives the rest.
#[inline]
pub(crate) fn split_bytes(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0;
    let mut rest = bytes;
    for shift in [0, 6, 12, 18, 24] {
        let (byte, after) = rest.split_first()?;
        rest = after;
        if *byte > MORE | BITS {
            return None;
        }
        length |= usize::from(byte & BITS) << shift;
        if *byte < MORE {
            return Some((length, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_reads_as_it_was_written() {
        for length in [0, 1, 63, 64, 4_095, 4_096, 262_143, 262_144, (1 << 30) - 1] {
            let mut text = String::new();
            push(length, &mut text);
            text.push('ü');
            assert_eq!(split(&text), Some((length, "ü")));
        }
        for wrong in ["", "A", "ü", "@@@@@@@"] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
    }
}
