//! RFC 6962, section 2.1, word by word and as slow: what the quick code is held to.

use annals_proof::Hash;
use sha2::{Digest, Sha256};

fn sha256(parts: &[&[u8]]) -> Hash {
    let hash = parts.iter().fold(Sha256::new(), Digest::chain_update);
    Hash(hash.finalize().into())
}

/// The largest power of two smaller than `n`.
fn k(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D[n])
pub(crate) fn root<L: AsRef<[u8]>>(leaves: &[L]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => sha256(&[&[0], leaf.as_ref()]),
        _ => {
            let (left, right) = leaves.split_at(k(leaves.len()));
            sha256(&[&[1], &root(left).0, &root(right).0])
        }
    }
}

/// PATH(m, D[n])
pub(crate) fn path<L: AsRef<[u8]>>(m: usize, leaves: &[L]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = k(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, beside) = match m < k {
        true => (path(m, left), root(right)),
        false => (path(m - k, right), root(left)),
    };
    path.push(beside);
    path
}

/// PROOF(m, D[n])
pub(crate) fn proof<L: AsRef<[u8]>>(m: usize, leaves: &[L]) -> Vec<Hash> {
    subproof(m, leaves, true)
}

fn subproof<L: AsRef<[u8]>>(m: usize, leaves: &[L], is_known: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return match is_known {
            true => Vec::new(),
            false => vec![root(leaves)],
        };
    }
    let k = k(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, beside) = match m <= k {
        true => (subproof(m, left, is_known), root(right)),
        false => (subproof(m - k, right, false), root(left)),
    };
    path.push(beside);
    path
}
