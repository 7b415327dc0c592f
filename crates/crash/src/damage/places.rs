//! Which harms there are to a store: [`flips`] of every written byte, [`cuts`], and
//! [`exchanges`] of whole files.

use super::blocks;
use super::harm::{Harm, Source};
use super::victim::Victim;
use crate::tree::Tree;

/// A run of zeros that is longer was never written, or only filled ahead.
const ZEROS_MAX: usize = 64;
/// Of the bytes of such a run, one in so many is flipped.
const ZEROS_STEP: usize = 4096;
/// A file is cut at every so many of its written bytes, besides at its parts.
const CUT_STEP: usize = 61;

/// The files of a tree.
fn files(tree: &Tree) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    let files = tree.0.iter();
    files.filter_map(|(path, what)| Some((path, what.as_ref()?)))
}

/// The offsets of the bytes that were written, and of some of the others.
pub(super) fn written(bytes: &[u8]) -> (Vec<usize>, usize) {
    let mut places = Vec::new();
    let mut sampled = 0;
    let mut at = 0;
    for run in bytes.chunk_by(|one, next| (*one == 0) == (*next == 0)) {
        let is_blank = run.first() == Some(&0) && run.len() > ZEROS_MAX;
        let (step, before) = (if is_blank { ZEROS_STEP } else { 1 }, places.len());
        places.extend((at..at + run.len()).step_by(step));
        if is_blank {
            sampled += places.len() - before;
        }
        at += run.len();
    }
    (places, sampled)
}

/// Every written byte of every file, one bit of it flipped. The lock counts only while
/// it is held.
pub(super) fn flips(tree: &Tree) -> Vec<Harm> {
    let mut harms = Vec::new();
    for (path, bytes) in files(tree) {
        let (places, _) = written(bytes);
        harms.extend(places.into_iter().map(|at| Harm::Flip {
            path: path.clone(),
            at: at as u64,
            // Another bit from byte to byte, so that all take part.
            bit: u8::try_from(at % 8).unwrap_or_default(),
        }));
    }
    harms
}

/// Files cut off at the ends of their parts, beside them, and in between; and zeros
/// instead of what comes after.
pub(super) fn cuts(tree: &Tree) -> Vec<Harm> {
    let mut harms = Vec::new();
    for (path, bytes) in files(tree) {
        let (places, _) = written(bytes);
        let edges = blocks::edges(path, bytes);
        let edges = edges
            .iter()
            .flat_map(|edge| [edge.saturating_sub(1), *edge, edge + 1]);
        let mut cuts: Vec<usize> = places.into_iter().step_by(CUT_STEP).chain(edges).collect();
        cuts.extend([0, 1, bytes.len().saturating_sub(1)]);
        cuts.retain(|at| *at < bytes.len());
        cuts.sort_unstable();
        cuts.dedup();
        for at in cuts {
            let (path, at) = (path.clone(), at as u64);
            harms.push(Harm::Blank {
                path: path.clone(),
                at,
            });
            harms.push(Harm::Cut { path, at });
        }
    }
    harms
}

/// Files and folders that are gone, of another sort, swapped, or those of elsewhere.
pub(super) fn exchanges(victim: &Victim) -> Vec<Harm> {
    let tree = &victim.tree;
    let mut harms = Vec::new();
    for (path, what) in &tree.0 {
        let path = path.clone();
        harms.push(Harm::Gone { path: path.clone() });
        harms.push(match what {
            Some(_) => Harm::Folder { path: path.clone() },
            None => Harm::File { path: path.clone() },
        });
        let alike = |(other, is): &(&String, &Option<Vec<u8>>)| {
            is.is_some() == what.is_some() && sort_of(other) == sort_of(&path)
        };
        let with = tree.0.iter().filter(|(other, _)| **other > path);
        harms.extend(with.filter(alike).map(|(with, _)| Harm::Swapped {
            path: path.clone(),
            with: with.clone(),
        }));
        for from in [Source::Other, Source::Older] {
            let there = from.tree(victim).0.iter().filter(alike);
            harms.extend(there.map(|(there, _)| Harm::Taken {
                path: path.clone(),
                from,
                there: there.clone(),
            }));
        }
    }
    harms
}

/// What a file is, whatever numbers are in its name.
fn sort_of(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or_default();
    let is_numbered = |byte: u8| byte.is_ascii_hexdigit();
    let name = match folder {
        "/journal" => "frames",
        "/log/index" if name.starts_with("snap.") => "snap",
        "/cache/streams" => name.trim_start_matches(|c: char| c.is_ascii() && is_numbered(c as u8)),
        _ => name,
    };
    format!("{folder}/{name}")
}
