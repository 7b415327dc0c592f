//! The `annals` command line: parse, ask the store, render.

mod cli;
mod commands;
mod error;
mod exit_code;
mod hints;
mod kind_flags;
mod output;
mod pager;
mod parse;
mod progress;
mod render;
mod session;
mod signals;
mod temporary;

use crate::exit_code::ExitCode;
use crate::output::{Output, complain};
use crate::parse::ParseError;

fn main() -> std::process::ExitCode {
    // A panic is our bug, and is told as one.
    std::panic::set_hook(Box::new(|panic| {
        complain(&format!(
            "error: annals has a bug: {panic}\n\
             hint: nothing that was acknowledged is lost; please report this with the command\n"
        ));
    }));
    signals::hold_off();
    let ran = std::panic::catch_unwind(run);
    std::process::ExitCode::from(ran.unwrap_or(ExitCode::Bug) as u8)
}

fn run() -> ExitCode {
    let cli = match parse::parse() {
        Ok(cli) => cli,
        Err(ParseError::Command(error)) => {
            complain(&error.to_string());
            return error.code;
        }
        Err(ParseError::Clap(error)) => {
            // Help asked for is no error, and goes to standard output.
            let is_error = error.use_stderr();
            error.print().ok();
            return if is_error {
                ExitCode::Usage
            } else {
                ExitCode::Done
            };
        }
    };
    let mut output = Output::stdout();
    let ran = commands::run(cli, &mut output).and_then(|()| output.finish());
    let ran = ran.map_err(|error| match output.tells_of_change() {
        true => error.after_change(),
        false => error,
    });
    // A pager is read to its end before anything is said.
    drop(output);
    match ran {
        Ok(()) => ExitCode::Done,
        Err(error) if error.is_broken_pipe() => ExitCode::Done,
        Err(error) => {
            complain(&error.to_string());
            error.code
        }
    }
}
