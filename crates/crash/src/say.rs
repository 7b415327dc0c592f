//! What is said: results on standard output, talk on standard error.

use std::io::{self, Write};

/// Writes a line of results.
///
/// # Errors
///
/// If nobody takes it.
pub fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Writes a line of talk; where nobody listens, nothing is lost.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
