//! The `annals-crash` command. It ends with 5 where something does not hold.

use std::process::ExitCode;

use annals_crash::cli::Cli;
use annals_crash::say::tell;
use clap::Parser;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(5),
        Err(error) => {
            tell(&format!("error: {error:#}"));
            ExitCode::from(7)
        }
    }
}
