//! `annals-proof`: checks the file of a proof, without the store that it came from.

mod arguments;
mod report;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use annals_proof::{FILE_BYTES_MAX, Proof};

use crate::arguments::{Asked, CheckArguments};

/// Why it ended otherwise: what, what more of it, what to do next, and the exit code.
struct Failed {
    code: u8,
    what: String,
    why: String,
    hint: &'static str,
}

const DATA: u8 = 1;
const USAGE: u8 = 2;
const CHECK_FAILED: u8 = 5;
const MACHINE: u8 = 7;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let Failed {
                what, why, hint, ..
            } = &failed;
            let (what, why) = (report::fault(what), report::fault(why));
            let text = format!("error: {what}\n  {why}\nhint: {hint}\n");
            // A closed standard error is no reason to fail otherwise.
            io::stderr().write_all(text.as_bytes()).ok();
            ExitCode::from(failed.code)
        }
    }
}

fn run() -> Result<(), Failed> {
    match arguments::read(lexopt::Parser::from_env()) {
        Ok(Asked::Text(text)) => print(&text),
        Ok(Asked::Check(arguments)) => check(&arguments),
        Err(error) => Err(Failed {
            code: USAGE,
            what: "the command line is at fault".to_owned(),
            why: error.to_string(),
            hint: "annals-proof check FILE [--head HEAD]; `annals-proof --help` tells more",
        }),
    }
}

fn check(arguments: &CheckArguments) -> Result<(), Failed> {
    let name = arguments.file.display();
    let bytes = read(&arguments.file).map_err(|error| Failed {
        code: match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => USAGE,
            _ => MACHINE,
        },
        what: format!("cannot read {name}"),
        why: error.to_string(),
        hint: "give the path of a file, or - for standard input",
    })?;
    let not_a_proof = |why: String| Failed {
        code: DATA,
        what: format!("{name} is not a proof"),
        why,
        hint: "`annals prove ID -o FILE` makes one; it was cut short or changed on its way",
    };
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let why = format!("it is longer than {FILE_BYTES_MAX} bytes");
        return Err(not_a_proof(why));
    }
    let proof = Proof::from_json(&bytes).map_err(|error| not_a_proof(error.to_string()))?;
    let checked = proof.check(&arguments.heads).map_err(|wrong| Failed {
        code: CHECK_FAILED,
        what: format!("{name} does not hold"),
        why: wrong.to_string(),
        hint: "nothing is proven: ask for another proof, or whoever made this one",
    })?;
    print(&match arguments.json {
        true => report::json(&checked, &arguments.heads),
        false => report::words(&checked, &arguments.heads),
    })
}

/// The bytes of a file, and one more than there may be at most.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = FILE_BYTES_MAX + 1;
    match path == Path::new("-") {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

fn print(text: &str) -> Result<(), Failed> {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failed {
            code: MACHINE,
            what: "cannot write the output".to_owned(),
            why: error.to_string(),
            hint: "what it says was not told; look at where it goes",
        }),
        _ => Ok(()),
    }
}
