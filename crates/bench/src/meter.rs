//! Time, processor time and memory of this process: [`Meter`].

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// What a measured stretch of work took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
}

/// Measures a stretch of work.
pub(crate) struct Meter {
    began: Instant,
    cpu_began_s: f64,
}

impl Meter {
    pub(crate) fn start() -> Self {
        Self {
            cpu_began_s: cpu_s(),
            began: Instant::now(),
        }
    }

    pub(crate) fn stop(&self) -> Spent {
        Spent {
            wall_s: self.began.elapsed().as_secs_f64(),
            cpu_s: cpu_s() - self.cpu_began_s,
        }
    }
}

/// The processor time that all threads of this process have had, in seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "no process runs for 2^53 nanoseconds here"
)]
fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory that this process has held, in KiB; `None` where the system
/// does not tell.
pub(crate) fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// How many processes wanted a processor in the last minute, on average.
pub(crate) fn load() -> Option<f64> {
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    load.split_whitespace().next()?.parse().ok()
}

/// Runs something, and tells how many microseconds it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let began = Instant::now();
    let done = work()?;
    Ok((done, began.elapsed().as_secs_f64() * 1e6))
}

/// The value below which a share of the values lies; `None` of none.
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list of samples"
    )]
    let place = (last as f64 * share).round() as usize;
    sorted.get(place).copied()
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_there() {
        let values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(median(&values), Some(50.0));
        assert_eq!(quantile(&values, 0.99), Some(99.0));
        assert_eq!(median(&[3.0, 1.0]), Some(3.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn work_takes_time_and_memory() {
        let meter = Meter::start();
        let numbers: Vec<u64> = (0..1_000_000).collect();
        assert!(numbers.iter().sum::<u64>() > 0);
        let spent = meter.stop();
        assert!(spent.wall_s > 0.0 && spent.cpu_s > 0.0);
        assert!(peak_kib().is_none_or(|kib| kib > 1_000));
    }
}
