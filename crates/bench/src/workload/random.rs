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

/// Ranks that come up as by the law of Zipf and Mandelbrot: the n-th as often
/// as `(n + shift)` to the power of `-exponent`.
#[derive(Debug)]
pub(super) struct Zipf {
    upto: Vec<u64>,
}

impl Zipf {
    /// So many ranks, with the exponent by which the middle one comes up this
    /// share of all times.
    pub(super) fn with_middle(ranks: u64, share_of_middle: f64) -> Self {
        let (mut low, mut high) = (0.0, 4.0);
        for _ in 0..40 {
            let exponent = f64::midpoint(low, high);
            // The steeper, the less is left for the middle.
            match share(ranks, ranks / 2, exponent) > share_of_middle {
                true => low = exponent,
                false => high = exponent,
            }
        }
        Self::new(ranks, low)
    }

    fn new(ranks: u64, exponent: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a weight is above zero and at most 2^44"
        )]
        let upto = (0..ranks).scan(0, |sum, rank| {
            *sum += (weight(ranks, rank, exponent) * UNIT) as u64 + 1;
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

/// The weight of the first rank is about this.
const UNIT: f64 = 17_592_186_044_416.0;

/// Ranks are shifted by a hundredth of their number and some, so that the first
/// does not outgrow the one company that is to be the largest.
#[expect(
    clippy::cast_precision_loss,
    reason = "there are far fewer than 2^53 ranks"
)]
fn weight(ranks: u64, rank: u64, exponent: f64) -> f64 {
    let shift = (ranks / 100 + 20) as f64;
    (1.0 + rank as f64 / shift).powf(-exponent)
}

fn share(ranks: u64, rank: u64, exponent: f64) -> f64 {
    let all: f64 = (0..ranks).map(|rank| weight(ranks, rank, exponent)).sum();
    weight(ranks, rank, exponent) / all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_rank_comes_up_as_often_as_asked_and_the_first_most() {
        let (mut random, zipf) = (Random::new(1), Zipf::with_middle(1_000, 0.0004));
        let mut counts = [0; 1_000];
        for _ in 0..1_000_000 {
            counts[zipf.rank(&mut random)] += 1;
        }
        let of_middle: i32 = counts[490..510].iter().sum();
        assert!((7_500..8_500).contains(&of_middle), "{of_middle}");
        let of_first: i32 = counts[..20].iter().sum();
        assert!(of_first > 10 * of_middle, "{of_first}");
    }
}
