//! Lengths that stand inside a text: six bits a character, the lowest first, and
//! a seventh bit where more follow. All of it is ASCII, so that what holds them
//! is a text as a whole.

const MORE: u8 = 0x40;
const BITS: u8 = MORE - 1;

/// Writes a length.
pub(crate) fn push(length: usize, out: &mut String) {
    let mut rest = length;
    loop {
        let bits = rest as u8 & BITS;
        rest >>= 6;
        if rest == 0 {
            return out.push(char::from(bits));
        }
        out.push(char::from(bits | MORE));
    }
}

/// Reads the length that a text begins with, and gives the rest.
pub(crate) fn split(text: &str) -> Option<(usize, &str)> {
    let mut length = 0;
    for (at, byte) in text.bytes().enumerate().take(5) {
        if byte > MORE | BITS {
            return None;
        }
        length |= usize::from(byte & BITS) << (6 * at);
        if byte < MORE {
            return Some((length, text.get(at + 1..)?));
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
