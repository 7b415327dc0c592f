//! Which pieces are the log.
//!
//! There are blocks that do not count, too: of batches that were given up, and
//! what was written anew. The journal says with which hash the blocks that count end,
//! and each block says the hash before it; so they are followed from their end to the
//! first. Where the chain is broken, what was recorded last stands in the gap.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::piece::{Piece, Pieces};
use crate::hash::Hash;

/// A piece, and the positions that are taken from it.
type Chosen = Vec<(Piece, RangeInclusive<u64>)>;

/// The pieces that are the log, in order.
pub(super) fn of(pieces: &Pieces) -> Chosen {
    let anchor = pieces.anchors.last();
    let base = anchor.map_or(u64::MAX, |head| head.position.0);
    let mut taken = Taken::default();
    let expected = anchor.map(|head| head.hash);
    taken.follow(pieces, base, expected);
    // After the blocks, and in what they have lost, the frames.
    let frames = |piece: &&Piece| !piece.is_block;
    let mut order: Vec<&Piece> = pieces.found.iter().filter(frames).collect();
    order.sort_by_key(|piece| (piece.recorded, piece.first));
    for piece in order.into_iter().rev() {
        taken.fill(piece, piece.first..=piece.last);
    }
    taken.0.into_values().collect()
}

/// What was chosen, by the first position that is taken of each.
#[derive(Default)]
struct Taken(BTreeMap<u64, (Piece, RangeInclusive<u64>)>);

impl Taken {
    /// Goes from the end of the blocks to the first.
    fn follow(&mut self, pieces: &Pieces, base: u64, mut expected: Option<Hash>) {
        let mut by_last: BTreeMap<u64, Vec<&Piece>> = BTreeMap::new();
        for piece in pieces.found.iter().filter(|piece| piece.is_block) {
            by_last.entry(piece.last).or_default().push(piece);
        }
        let mut upto = base;
        while upto > 0 {
            let Some((&last, candidates)) = by_last.range(..=upto).next_back() else {
                return;
            };
            let wanted = expected.filter(|_| last == upto);
            let chosen = candidates
                .iter()
                .filter(|piece| wanted.is_none_or(|hash| piece.hash == hash))
                .max_by_key(|piece| piece.recorded);
            match chosen {
                Some(&&piece) => {
                    self.fill(&piece, piece.first..=piece.last);
                    upto = piece.first - 1;
                    expected = piece.previous;
                }
                // What ends here is of another history: look further back.
                None => {
                    upto = last - 1;
                    expected = None;
                }
            }
        }
    }

    /// Takes of a piece what nothing else was taken for.
    fn fill(&mut self, piece: &Piece, range: RangeInclusive<u64>) {
        let mut next = *range.start();
        let before = self.0.range(..next).next_back();
        if let Some((_, (_, taken))) = before {
            next = next.max(taken.end() + 1);
        }
        while next <= *range.end() {
            let after = self.0.range(next..).next();
            let (free_to, then) = match after {
                Some((&start, (_, taken))) if start <= *range.end() => {
                    (start - 1, *taken.end() + 1)
                }
                _ => (*range.end(), u64::MAX),
            };
            if next <= free_to {
                self.0.insert(next, (*piece, next..=free_to));
            }
            next = then;
        }
    }
}
