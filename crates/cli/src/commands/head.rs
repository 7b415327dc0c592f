//! `annals head`

use annals::{KeptHead, Store};
use serde_json::{Value, json};

use crate::cli::HeadArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &HeadArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let (head, more) = match args.tree {
        true => of_tree(&store)?,
        false => of_chain(&store),
    };
    match args.json {
        true => out.json(&more)?,
        false => out.line(&head)?,
    }
    out.finish()?;
    Ok(store.close()?)
}

fn of_chain(store: &Store) -> (String, Value) {
    let head = store.head();
    let kept = KeptHead::from(head).to_string();
    let more = json!({
        "head": kept,
        "position": head.position,
        "recorded": head.recorded,
        "hash": head.hash.to_string(),
    });
    (kept, more)
}

fn of_tree(store: &Store) -> Result<(String, Value), CommandError> {
    let head = store.tree_head()?;
    let more = json!({
        "head": head.to_string(),
        "size": head.size,
        "root": head.root.to_string(),
    });
    Ok((head.to_string(), more))
}
