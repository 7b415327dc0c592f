//! Repeatable choices: [`Random`], and skewed ones: [`Zipf`].

/// Numbers that follow from a seed (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound, which is not zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True in so many of a thousand cases.
    pub(super) fn permille(&mut self, share: u64) -> bool {
        self.below(1_000) < share
    }

    /// One of these.
    pub(super) fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let at = self.below(words.len() as u64);
        let at = usize::try_from(at).unwrap_or_default();
        words.get(at).copied().unwrap_or_default()
    }
}

/// Ranks of which the n-th comes up 1/n as often as the first.
#[derive(Debug)]
pub(super) struct Zipf {
    upto: Vec<u64>,
}

impl Zipf {
    /// So many ranks.
    pub(super) fn new(ranks: u64) -> Self {
        const UNIT: u64 = 1 << 32;
        let upto = (1..=ranks).scan(0, |sum, rank| {
            *sum += UNIT / rank;
            Some(*sum)
        });
        Self {
            upto: upto.collect(),
        }
    }

    /// A rank, from zero.
    pub(super) fn rank(&self, random: &mut Random) -> usize {
        let total = self.upto.last().copied().unwrap_or(1);
        let at = random.below(total);
        self.upto.partition_point(|&upto| upto <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rank_comes_up_most() {
        let (mut random, zipf) = (Random::new(1), Zipf::new(10));
        let mut counts = [0; 10];
        for _ in 0..29_290 {
            counts[zipf.rank(&mut random)] += 1;
        }
        assert!((9_500..10_500).contains(&counts[0]), "{counts:?}");
        assert!((4_600..5_400).contains(&counts[1]), "{counts:?}");
        assert!((850..1_150).contains(&counts[9]), "{counts:?}");
    }
}
