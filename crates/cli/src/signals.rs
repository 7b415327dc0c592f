//! Signals that would end the program without a word.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGXFSZ;

/// Lets a file that grows over the limit of its size be an error of the write, which is
/// told, and not the end of the process.
pub(crate) fn hold_off() {
    // Where it cannot be held off, nothing is lost but the words.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).ok();
}
