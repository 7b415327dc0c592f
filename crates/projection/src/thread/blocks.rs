//! What a long thread tells of its claims block by block: [`Blocks`].

use event_model::time::Day;

use super::counts::Counts;
use crate::claim::Claim;
use crate::rule::Contest;

/// The claims of a thread in blocks of some, each with the contest among those that
/// count. The days of these claims never give way to others.
///
/// From one known cut to the next mostly the same claims of a block count, or none.
#[derive(Debug)]
pub(super) struct Blocks {
    /// How many claims are in one: a power of two, [`Blocks::CLAIMS_MAX`] at most.
    claims: usize,
    blocks: Vec<Block>,
}

/// Some claims in a row.
#[derive(Debug, Clone, Default)]
struct Block {
    /// Which of them count in the contest, a bit each.
    counting: usize,
    contest: Contest,
    /// The day by which these have all happened, if there is one.
    certain_by: Option<Day>,
}

impl Blocks {
    /// The most claims in a block, so that a word tells which of them count.
    pub(super) const CLAIMS_MAX: usize = usize::BITS as usize;

    /// So many claims in blocks of about so many, none of which counts.
    pub(super) fn of_none(claims: usize, block: usize) -> Self {
        let block = block.clamp(1, Self::CLAIMS_MAX).next_power_of_two();
        Self {
            claims: block,
            blocks: vec![Block::default(); claims.div_ceil(block)],
        }
    }

    /// Follows a change of the claims that count.
    pub(super) fn follow(&mut self, counts: &Counts, claims: &[Claim]) {
        let each = claims.chunks(self.claims).enumerate();
        for (block, (at, claims)) in self.blocks.iter_mut().zip(each) {
            let counting = counts.word(at, self.claims);
            // What was heard before none counted may be heard again.
            if counting != 0 && counting != block.counting {
                *block = Block::of(counting, claims);
            }
        }
    }

    /// The contest among those of the claims that count, and certainly happened by a
    /// day.
    pub(super) fn contest(&self, counts: &Counts, claims: &[Claim], day: Day) -> Contest {
        let mut contest = Contest::default();
        let each = claims.chunks(self.claims).enumerate();
        for (block, (at, claims)) in self.blocks.iter().zip(each) {
            if counts.word(at, self.claims) == 0 {
                continue;
            }
            if block.certain_by.is_some_and(|certain| certain <= day) {
                contest.join(&block.contest);
            } else {
                let certain = block.among(claims).filter(|claim| claim.is_certain_by(day));
                certain.for_each(|claim| contest.enter(claim));
            }
        }
        contest
    }
}

impl Block {
    fn of(counting: usize, claims: &[Claim]) -> Self {
        let mut block = Self {
            counting,
            ..Self::default()
        };
        block.contest = Contest::among(block.among(claims));
        let mut last = block.among(claims).map(|claim| claim.bounds.latest);
        block.certain_by = last.try_fold(Day::MIN, |by, last| Some(by.max(last?)));
        block
    }

    fn among<'c>(&self, claims: &'c [Claim]) -> impl Iterator<Item = &'c Claim> + use<'c> {
        let counting = self.counting;
        let claims = claims.iter().enumerate();
        let counting = claims.filter(move |(at, _)| counting >> at & 1 == 1);
        counting.map(|(_, claim)| claim)
    }
}
