//! Numbers as bytes: fields of fixed width, and varints.

/// Reads fields off the front of bytes; `None` where they end too soon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'b>(pub(crate) &'b [u8]);

impl<'b> Fields<'b> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (piece, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*piece)
    }

    pub(crate) fn piece(&mut self, bytes: usize) -> Option<&'b [u8]> {
        let (piece, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(piece)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    /// A length that is in memory anyhow.
    pub(crate) fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    /// A number of seven bits a byte, the lowest first.
    pub(crate) fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for (at, &byte) in self.0.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                self.0 = self.0.get(at + 1..)?;
                return Some(number);
            }
        }
        None
    }

    /// A number that is this far from another, to either side.
    pub(crate) fn step(&mut self, from: u64) -> Option<u64> {
        let step = self.varint()?;
        Some(from.wrapping_add((step >> 1) ^ (step & 1).wrapping_neg()))
    }
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Puts how far a number is from another, to either side.
pub(crate) fn put_step(out: &mut Vec<u8>, from: u64, to: u64) {
    let step = to.wrapping_sub(from);
    put_varint(out, (step << 1) ^ (step >> 63).wrapping_neg());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_it_was_put() {
        let numbers = [
            0,
            1,
            127,
            128,
            300,
            u64::from(u32::MAX),
            u64::MAX / 2,
            u64::MAX,
        ];
        for &from in &numbers {
            for &to in &numbers {
                let mut bytes = Vec::new();
                put_varint(&mut bytes, from);
                put_step(&mut bytes, from, to);
                let mut fields = Fields(&bytes);
                assert_eq!(fields.varint(), Some(from));
                assert_eq!(fields.step(from), Some(to));
                assert_eq!(fields.varint(), None);
            }
        }
    }

    #[test]
    fn a_number_without_end_is_none() {
        assert_eq!(Fields(&[0x80; 20]).varint(), None);
        assert_eq!(Fields(&[0x80]).varint(), None);
    }
}
