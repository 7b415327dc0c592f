//! Where the time of recording comes from: [`Clock`].

use event_model::time::Instant;

/// Tells the time. The log itself reads no clock.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Instant;
}

impl<F> Clock for F
where
    F: Fn() -> Instant + Send + Sync,
{
    fn now(&self) -> Instant {
        self()
    }
}
