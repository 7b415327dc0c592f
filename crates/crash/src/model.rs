//! What a disk can hold after a power cut: [`Model`]s, and the image of each.

use std::collections::HashMap;

use crate::disk::{Change, Disk, Kept, Names, Node, Pending, ROOT, put, set, to_usize};
use crate::random::Random;
use crate::tree::Tree;

/// A disk writes this much or nothing.
const SECTOR_BYTES: usize = 512;

/// What became of that which was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Model {
    /// All of it is lost.
    Lost,
    /// All of it is there, as after `kill -9`.
    Kept,
    /// What came before some moment is there, and nothing after it.
    Prefix,
    /// The same, and the write at that moment is there in part.
    Torn,
    /// Of the calls, some are there.
    Some,
    /// Of the sectors, some are there, and so are some names.
    Sectors,
    /// Names and lengths are there, and the bytes are lost.
    Names,
    /// Bytes are there, and names are lost.
    Bytes,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Lost,
        Self::Kept,
        Self::Prefix,
        Self::Torn,
        Self::Some,
        Self::Sectors,
        Self::Names,
        Self::Bytes,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Kept => "kept",
            Self::Prefix => "prefix",
            Self::Torn => "torn",
            Self::Some => "some",
            Self::Sectors => "sectors",
            Self::Names => "names",
            Self::Bytes => "bytes",
        }
    }
}

/// What is left of a disk.
#[must_use]
pub fn image(disk: &Disk, model: Model, random: &mut Random) -> Tree {
    let mut fate = Fate::new(disk, model, random);
    let mut names: HashMap<Node, Names> = HashMap::new();
    for (node, kept) in disk.nodes.iter().enumerate() {
        if let Kept::Folder { sure, .. } = kept {
            names.insert(node, sure.clone());
        }
    }
    for renaming in &disk.renamings {
        if fate.keeps_name(renaming.number) {
            for (folder, name, node) in &renaming.edits {
                set(names.entry(*folder).or_default(), name, *node);
            }
        }
    }
    let mut tree = Tree::default();
    put_folder(disk, (ROOT, ""), &names, &mut fate, &mut tree);
    tree
}

fn put_folder(
    disk: &Disk,
    (folder, path): (Node, &str),
    names: &HashMap<Node, Names>,
    fate: &mut Fate<'_>,
    tree: &mut Tree,
) {
    for (name, node) in names.get(&folder).into_iter().flatten() {
        let path = format!("{path}/{name}");
        match disk.nodes.get(*node) {
            Some(Kept::File { sure, pending }) => {
                tree.0.insert(path, Some(fate.bytes(sure, pending)));
            }
            _ => {
                tree.0.insert(path.clone(), None);
                put_folder(disk, (*node, &path), names, fate, tree);
            }
        }
    }
}

/// Decides of each change whether it came to the disk.
struct Fate<'r> {
    model: Model,
    /// The first call that did not.
    end: usize,
    /// In how many of a hundred cases it did, where that is not by its place.
    share: usize,
    /// Whether a file is as long as what was lost made it.
    lengths: bool,
    random: &'r mut Random,
}

impl<'r> Fate<'r> {
    fn new(disk: &Disk, model: Model, random: &'r mut Random) -> Self {
        let names = disk.renamings.iter().map(|renaming| renaming.number);
        let pending = |kept: &Kept| match kept {
            Kept::File { pending, .. } => pending.iter().map(|it| it.number).collect(),
            Kept::Folder { .. } => Vec::new(),
        };
        let mut numbers: Vec<_> = names.chain(disk.nodes.iter().flat_map(pending)).collect();
        numbers.sort_unstable();
        let place = random.below(numbers.len() + 1);
        Self {
            model,
            end: numbers.get(place).copied().unwrap_or(usize::MAX),
            share: random.between(10, 90),
            lengths: random.percent(50),
            random,
        }
    }

    fn keeps_name(&mut self, number: usize) -> bool {
        match self.model {
            Model::Lost | Model::Bytes => false,
            Model::Kept | Model::Names => true,
            Model::Prefix | Model::Torn => number < self.end,
            Model::Some | Model::Sectors => self.random.percent(self.share),
        }
    }

    /// What a file holds.
    fn bytes(&mut self, sure: &[u8], pending: &[Pending]) -> Vec<u8> {
        let mut bytes = sure.to_vec();
        for Pending { number, change } in pending {
            match change {
                Change::Length(_) => {
                    if self.keeps_length(*number) {
                        change.apply(&mut bytes);
                    }
                }
                Change::Write(offset, written) => {
                    self.write(*number, &mut bytes, to_usize(*offset), written);
                }
            }
        }
        bytes
    }

    fn keeps_length(&mut self, number: usize) -> bool {
        self.model == Model::Bytes || self.keeps_name(number)
    }

    fn write(&mut self, number: usize, bytes: &mut Vec<u8>, at: usize, written: &[u8]) {
        let (keeps_all, in_part) = match self.model {
            Model::Lost | Model::Names => (false, false),
            Model::Kept | Model::Bytes => (true, false),
            Model::Prefix => (number < self.end, false),
            Model::Torn => (number < self.end, number == self.end),
            Model::Some => (self.random.percent(self.share), false),
            Model::Sectors => (false, true),
        };
        let lengths = self.model == Model::Names || (self.lengths && self.model != Model::Lost);
        if lengths && bytes.len() < at + written.len() && number <= self.end {
            bytes.resize(at + written.len(), 0);
        }
        if keeps_all {
            put(bytes, at, written);
        } else if in_part {
            self.write_sectors(bytes, at, written);
        }
    }

    /// Sectors are those of the file, not of the write.
    fn write_sectors(&mut self, bytes: &mut Vec<u8>, at: usize, written: &[u8]) {
        let (mut at, mut rest) = (at, written);
        while !rest.is_empty() {
            let length = (SECTOR_BYTES - at % SECTOR_BYTES).min(rest.len());
            let (sector, after) = rest.split_at(length);
            if self.random.percent(self.share) {
                put(bytes, at, sector);
            }
            (at, rest) = (at + length, after);
        }
    }
}
