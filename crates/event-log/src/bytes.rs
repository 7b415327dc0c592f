//! Fixed pieces of bytes, read one after the other: [`Fields`].

/// Bytes that are read from the front.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'b>(pub(crate) &'b [u8]);

impl<'b> Fields<'b> {
    /// The next piece of a fixed length, if there is so much left.
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (piece, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*piece)
    }

    /// The next piece of this length, if there is so much left.
    pub(crate) fn piece(&mut self, bytes: usize) -> Option<&'b [u8]> {
        let (piece, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(piece)
    }

    /// The next four bytes as a length.
    pub(crate) fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.take()?)).ok()
    }
}
