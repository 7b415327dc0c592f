//! Growing a tree leaf by leaf: [`Grower`].
//!
//! The library that checks proofs also tells which nodes one is made of, and keeps
//! a tree only whole: a million leaves take it a hundred megabytes and twenty times
//! the hashes. Here each node is hashed once, and only what the path needs is kept.
//!
//! A node covers `2^level` leaves from `start` on, or fewer at the end of the tree.
//! The library numbers it `2 · start + 2^level − 1`.

use ct_merkle::{indices_for_consistency_proof, indices_for_inclusion_proof};
use sha2::{Digest, Sha256};

use crate::hash::Hash;
use crate::tree_head::{SIZE_MAX, TreeHead};

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// A tree that grows, and the nodes that a proof is made of.
#[derive(Debug, Default)]
pub struct Grower {
    size: u64,
    /// The whole subtrees so far, the widest first.
    subtrees: Vec<Node>,
    wanted: Vec<Wanted>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    start: u64,
    level: u32,
    hash: Hash,
}

#[derive(Debug)]
struct Wanted {
    number: u64,
    hash: Option<Hash>,
}

impl Node {
    fn leaf(number: u64, leaf: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(LEAF).chain_update(leaf);
        Self {
            start: number,
            level: 0,
            hash: Hash(hash.finalize().into()),
        }
    }

    /// The node over this one and the one to the right of it.
    fn join(self, right: Self) -> Self {
        let hash = Sha256::new()
            .chain_update(NODE)
            .chain_update(self.hash.0)
            .chain_update(right.hash.0);
        Self {
            start: self.start,
            level: self.level + 1,
            hash: Hash(hash.finalize().into()),
        }
    }

    fn number(&self) -> u64 {
        2 * self.start + (1 << self.level) - 1
    }
}

impl Grower {
    /// Only the root is wanted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The path of a position, from 1 on, in a tree of so many leaves; `None` if
    /// it is not in it.
    #[must_use]
    pub fn for_inclusion(position: u64, size: u64) -> Option<Self> {
        let index = position.checked_sub(1)?;
        (position <= size && size <= SIZE_MAX)
            .then(|| Self::wanting(indices_for_inclusion_proof(size, index)))
    }

    /// The path from a tree of so many leaves to one of more; `None` if it has fewer.
    #[must_use]
    pub fn for_consistency(since: u64, size: u64) -> Option<Self> {
        let more = size.checked_sub(since).filter(|_| size <= SIZE_MAX)?;
        Some(match since {
            // Whatever there is grew out of nothing.
            0 => Self::new(),
            since => Self::wanting(indices_for_consistency_proof(since, more)),
        })
    }

    fn wanting(numbers: Vec<u64>) -> Self {
        let wanted = numbers
            .into_iter()
            .map(|number| Wanted { number, hash: None });
        Self {
            wanted: wanted.collect(),
            ..Self::default()
        }
    }

    /// Adds the next leaf: the hash of the chain at the next position.
    pub fn push(&mut self, leaf: &[u8; 32]) {
        let mut node = Node::leaf(self.size, leaf);
        self.size += 1;
        self.meet(&node);
        while let Some(left) = self.subtrees.pop_if(|left| left.level == node.level) {
            node = left.join(node);
            self.meet(&node);
        }
        self.subtrees.push(node);
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The head of the tree so far.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.closed(|_| ())
    }

    /// The head of the whole tree, and the path that was asked for; `None` if the
    /// tree has not as many leaves as the path is for.
    #[must_use]
    pub fn end(mut self) -> Option<(TreeHead, Vec<Hash>)> {
        let mut last = Vec::new();
        let head = self.closed(|node| last.push(node));
        last.iter().for_each(|node| self.meet(node));
        let path = self.wanted.iter().map(|wanted| wanted.hash);
        Some((head, path.collect::<Option<_>>()?))
    }

    /// Joins what is there, from the right: the nodes that are not whole.
    fn closed(&self, mut meet: impl FnMut(Node)) -> TreeHead {
        let root = self.subtrees.iter().rev().copied().reduce(|right, left| {
            let node = left.join(right);
            meet(node);
            node
        });
        root.map_or_else(TreeHead::empty, |root| TreeHead {
            size: self.size,
            root: root.hash,
        })
    }

    fn meet(&mut self, node: &Node) {
        let number = node.number();
        let wanted = self.wanted.iter_mut();
        for wanted in wanted.filter(|wanted| wanted.number == number) {
            wanted.hash = Some(node.hash);
        }
    }
}
