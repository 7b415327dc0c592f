//! How far a long command has come, for a person at a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error, if that is a terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Of so many events.
    pub(crate) fn of(events: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(events), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(
            "{wide_bar} {human_pos} of {human_len} events, {per_sec}, {eta} left",
        );
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    pub(crate) fn reach(&self, event: u64) {
        self.0.set_position(event);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
