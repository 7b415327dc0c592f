//! A disk with a cache that forgets: [`Disk`].
//!
//! It is told the calls of a trace, and knows of each file what is on the disk for
//! sure, and what was written after that and is only pending. A sync of a file makes
//! its pending writes sure; a sync of a folder makes the pending changes of the names
//! in it sure. Nothing else does: a synced file whose name was never synced can be gone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use crate::trace::{Descriptor, Op};
use crate::tree::Tree;

/// A file or folder, whatever it is called.
pub(crate) type Node = usize;

/// The names in a folder.
pub(crate) type Names = BTreeMap<String, Node>;

/// The folder that is recorded.
pub(crate) const ROOT: Node = 0;

/// What may or may not have come to the disk yet.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// Which call of the trace it was.
    pub(crate) number: usize,
    pub(crate) change: Change,
}

#[derive(Debug, Clone)]
pub(crate) enum Change {
    Write(u64, Arc<[u8]>),
    Length(u64),
}

impl Change {
    /// Does it to the bytes of a file.
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(to_usize(*length), 0),
            Self::Write(offset, written) => put(bytes, to_usize(*offset), written),
        }
    }
}

/// Puts bytes into others, which grow by zeros where they are too short.
pub(crate) fn put(bytes: &mut Vec<u8>, at: usize, written: &[u8]) {
    let end = at + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(at..end) {
        place.copy_from_slice(written);
    }
}

pub(crate) fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[derive(Debug, Clone)]
pub(crate) enum Kept {
    File {
        sure: Vec<u8>,
        pending: Vec<Pending>,
    },
    Folder {
        sure: Names,
        now: Names,
    },
}

/// A change of names that is all there or not at all: a rename is two of them.
#[derive(Debug, Clone)]
pub(crate) struct Renaming {
    pub(crate) number: usize,
    pub(crate) edits: Vec<(Node, String, Option<Node>)>,
}

/// The files below a folder, on a disk with a cache.
#[derive(Debug, Clone)]
pub struct Disk {
    pub(crate) nodes: Vec<Kept>,
    /// In the order in which they were made.
    pub(crate) renamings: Vec<Renaming>,
    open: HashMap<Descriptor, Node>,
    number: usize,
}

impl Disk {
    /// A disk that has this for sure.
    ///
    /// # Errors
    ///
    /// If a path of the tree is below none.
    pub fn of(tree: &Tree) -> Result<Self> {
        let mut disk = Self {
            nodes: vec![Kept::Folder {
                sure: Names::new(),
                now: Names::new(),
            }],
            renamings: Vec::new(),
            open: HashMap::new(),
            number: 0,
        };
        // A folder comes before what is in it, by the order of the paths.
        for (path, what) in &tree.0 {
            let node = match what {
                None => disk.add_folder(),
                Some(bytes) => disk.add_file(bytes.clone()),
            };
            disk.rename(&[(path, Some(node))])?;
        }
        for renaming in std::mem::take(&mut disk.renamings) {
            disk.make_sure(&renaming);
        }
        Ok(disk)
    }

    /// Does what a call did.
    ///
    /// # Errors
    ///
    /// If the trace cannot be: something is not there that must be.
    pub fn apply(&mut self, op: &Op) -> Result<()> {
        self.number += 1;
        self.try_apply(op)
            .with_context(|| format!("call {} of the trace: {op:?}", self.number))
    }

    fn try_apply(&mut self, op: &Op) -> Result<()> {
        match op {
            Op::Open {
                descriptor,
                path,
                empties,
            } => self.opened(*descriptor, path, *empties)?,
            Op::OpenNameless(descriptor) => {
                let node = self.add_file(Vec::new());
                self.open.insert(*descriptor, node);
            }
            Op::Close(descriptor) => drop(self.open.remove(descriptor)),
            Op::Duplicate(from, to) => {
                let node = self.node_of(*from)?;
                self.open.insert(*to, node);
            }
            Op::Write {
                descriptor,
                offset,
                bytes,
            } => self.change(*descriptor, Change::Write(*offset, Arc::clone(bytes)))?,
            Op::SetLength(descriptor, length) => {
                self.change(*descriptor, Change::Length(*length))?;
            }
            Op::Sync(descriptor) => {
                let node = self.node_of(*descriptor)?;
                self.sync(node);
            }
            Op::Rename(from, to) => {
                let node = self.find(from).context("no such name")?;
                self.rename(&[(from, None), (to, Some(node))])?;
            }
            Op::Remove(path) => self.rename(&[(path, None)])?,
            Op::MakeFolder(path) if path.is_empty() => {}
            Op::MakeFolder(path) => {
                let node = self.add_folder();
                self.rename(&[(path, Some(node))])?;
            }
            Op::Mark(_) => {}
            Op::ProcessEnded => self.open.clear(),
        }
        Ok(())
    }

    fn opened(&mut self, descriptor: Descriptor, path: &str, empties: bool) -> Result<()> {
        let node = match self.find(path) {
            Some(node) => node,
            None => {
                let node = self.add_file(Vec::new());
                self.rename(&[(path, Some(node))])?;
                node
            }
        };
        self.open.insert(descriptor, node);
        if empties {
            self.change(descriptor, Change::Length(0))?;
        }
        Ok(())
    }

    fn change(&mut self, descriptor: Descriptor, change: Change) -> Result<()> {
        let (node, number) = (self.node_of(descriptor)?, self.number);
        match self.nodes.get_mut(node) {
            Some(Kept::File { pending, .. }) => pending.push(Pending { number, change }),
            _ => bail!("it is no file"),
        }
        Ok(())
    }

    fn sync(&mut self, node: Node) {
        match self.nodes.get_mut(node) {
            Some(Kept::File { sure, pending }) => {
                for Pending { change, .. } in pending.drain(..) {
                    change.apply(sure);
                }
            }
            _ => self.sync_folder(node),
        }
    }

    /// A change that is in two folders comes to the disk whole, and takes with it what
    /// was changed in the other before.
    fn sync_folder(&mut self, node: Node) {
        let mut folders = vec![node];
        let mut is_sure = vec![false; self.renamings.len()];
        for (renaming, is_sure) in self.renamings.iter().zip(&mut is_sure).rev() {
            if renaming.edits.iter().any(|(at, ..)| folders.contains(at)) {
                *is_sure = true;
                folders.extend(renaming.edits.iter().map(|(at, ..)| *at));
            }
        }
        let renamings = std::mem::take(&mut self.renamings);
        for (renaming, is_sure) in renamings.into_iter().zip(is_sure) {
            match is_sure {
                true => self.make_sure(&renaming),
                false => self.renamings.push(renaming),
            }
        }
    }

    fn make_sure(&mut self, renaming: &Renaming) {
        for (folder, name, node) in &renaming.edits {
            if let Some(Kept::Folder { sure, .. }) = self.nodes.get_mut(*folder) {
                set(sure, name, *node);
            }
        }
    }

    fn rename(&mut self, edits: &[(&str, Option<Node>)]) -> Result<()> {
        let mut made = Vec::new();
        for (path, node) in edits {
            let (folder, name) = path.rsplit_once('/').context("a path without a folder")?;
            let folder = self.find(folder).context("no such folder")?;
            let Some(Kept::Folder { now, .. }) = self.nodes.get_mut(folder) else {
                bail!("{path} is below a file");
            };
            set(now, name, *node);
            made.push((folder, name.to_owned(), *node));
        }
        let number = self.number;
        self.renamings.push(Renaming {
            number,
            edits: made,
        });
        Ok(())
    }

    fn find(&self, path: &str) -> Option<Node> {
        let mut names = path.split('/').filter(|name| !name.is_empty());
        names.try_fold(ROOT, |node, name| match self.nodes.get(node)? {
            Kept::Folder { now, .. } => now.get(name).copied(),
            Kept::File { .. } => None,
        })
    }

    fn node_of(&self, descriptor: Descriptor) -> Result<Node> {
        let node = self.open.get(&descriptor).copied();
        node.context("it was never opened")
    }

    fn add(&mut self, kept: Kept) -> Node {
        self.nodes.push(kept);
        self.nodes.len() - 1
    }

    fn add_file(&mut self, sure: Vec<u8>) -> Node {
        let pending = Vec::new();
        self.add(Kept::File { sure, pending })
    }

    fn add_folder(&mut self) -> Node {
        let (sure, now) = (Names::new(), Names::new());
        self.add(Kept::Folder { sure, now })
    }
}

pub(crate) fn set(names: &mut Names, name: &str, node: Option<Node>) {
    match node {
        Some(node) => drop(names.insert(name.to_owned(), node)),
        None => drop(names.remove(name)),
    }
}
