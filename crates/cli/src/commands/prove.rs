//! `annals prove`

use std::path::PathBuf;

use annals::KeptHead;
use annals::model::id::Position;
use annals::model::problem::brief;
use annals::proof::{TreeHead, TreeHeadError};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals prove a1000001 -o a1000001.proof
  annals prove a1000001 --size 38 | annals-proof check -
  annals prove --since $(cat /mnt/elsewhere/tree) -o grown.proof

The proof is a small file, which `annals-proof check` checks without the store,
against a tree head that was kept elsewhere (`annals head --tree`).")]
pub(crate) struct ProveArgs {
    /// The id of the event that is in the log, or its first digits
    #[arg(required_unless_present = "since", conflicts_with = "since")]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    id: Option<String>,
    /// Prove it in the tree of the first N events [default: all]
    #[arg(long, value_name = "N", conflicts_with = "since")]
    size: Option<u64>,
    /// Prove that the log only grew since this tree head
    #[arg(long, value_name = "HEAD", value_parser = tree_head)]
    since: Option<TreeHead>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Reads the head of a tree, and tells that of a chain from it.
fn tree_head(text: &str) -> Result<TreeHead, String> {
    match text.parse::<KeptHead>() {
        Ok(_) => Err("it is a head of the chain; `annals verify --since` takes it".to_owned()),
        Err(_) => text
            .parse()
            .map_err(|error: TreeHeadError| brief(&error.to_string()).into_owned()),
    }
}

pub(crate) fn run(
    session: &Session,
    args: &ProveArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let proof = match (&args.id, args.since) {
        (_, Some(kept)) => store.prove_since(kept)?,
        (id, None) => {
            let id = id.as_deref().unwrap_or_default();
            store.prove(id, args.size.map(Position))?
        }
    };
    let text = proof.to_json().map_err(CommandError::json)?;
    out.write_to(args.output.as_deref(), |out| {
        let written = out.write_all(text.as_bytes());
        written.map_err(CommandError::output)
    })?;
    Ok(store.close()?)
}
