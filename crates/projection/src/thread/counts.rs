//! Which claims of a thread count: [`Counts`].

use std::sync::Arc;

use event_model::id::EventId;
use fixedbitset::FixedBitSet;

/// Which claims of a thread count, by their indices.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    /// From here on none counts.
    reach: usize,
    /// Those that do; `None`: all before the reach.
    some: Option<FixedBitSet>,
}

impl Counts {
    /// All of so many.
    pub(crate) const fn all(claims: usize) -> Self {
        Self {
            reach: claims,
            some: None,
        }
    }

    /// None of so many.
    pub(super) fn none(claims: usize) -> Self {
        Self {
            reach: 0,
            some: Some(FixedBitSet::with_capacity(claims)),
        }
    }

    /// Lets those of these count that did not, and the others not.
    pub(super) fn toggle(&mut self, claims: impl Iterator<Item = usize>) {
        let reach = self.reach;
        let some = self.some.get_or_insert_with(|| {
            let mut all = FixedBitSet::with_capacity(reach);
            all.insert_range(..);
            all
        });
        claims.for_each(|at| some.toggle(at));
        self.reach = some.maximum().map_or(0, |last| last + 1);
    }

    /// Which claims of a block count, a bit each. The claims are in blocks of so many,
    /// by which the bits of a word can be divided.
    pub(super) fn word(&self, block: usize, claims: usize) -> usize {
        let bits = usize::BITS as usize;
        let (word, shift) = ((block * claims) / bits, (block * claims) % bits);
        let words = self.some.as_ref().map(FixedBitSet::as_slice);
        let word = words.and_then(|words| words.get(word).copied());
        let some = word.unwrap_or_default() >> shift;
        match claims < bits {
            true => some & ((1 << claims) - 1),
            false => some,
        }
    }

    /// From where on none counts.
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// Whether a claim counts.
    pub(crate) fn hold(&self, claim: usize) -> bool {
        let is_some = |some: &FixedBitSet| some.contains(claim);
        claim < self.reach && self.some.as_ref().is_none_or(is_some)
    }

    /// Those that count, in order.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + Clone {
        (0..self.reach).filter(|claim| self.hold(*claim))
    }
}

/// The ids of the claims of a thread, and which of them count.
#[derive(Debug, Clone)]
pub(crate) struct CountingIds {
    pub(super) of_all: Arc<[EventId]>,
    pub(super) counts: Counts,
}

impl CountingIds {
    /// Those that count, in the order of publication.
    pub(crate) fn iter(&self) -> impl Iterator<Item = EventId> {
        self.counts
            .iter()
            .filter_map(|at| self.of_all.get(at).copied())
    }
}

impl PartialEq for CountingIds {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
