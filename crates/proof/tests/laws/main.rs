//! What always holds of proofs: over random logs, and against a naive reading of the
//! RFC.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod logs;
mod naive;
mod program;

use annals_proof::{Checked, Content, Grower, Hash, NotAProof, Proof, TreeHead, Wrong};
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;

use logs::{Event, consistency, grown, inclusion, leaves, log, through_file};

/// The leaves that the tests of certificate transparency are written about.
fn known_leaves() -> Vec<Vec<u8>> {
    let from = |first: u8, count: u8| (first..first + count).collect();
    vec![
        vec![],
        vec![0],
        vec![0x10],
        vec![0x20, 0x21],
        vec![0x30, 0x31],
        from(0x40, 4),
        from(0x50, 8),
        from(0x60, 16),
    ]
}

fn root_of(leaves: &[Vec<u8>]) -> RootHash<Sha256> {
    RootHash::new(naive::root(leaves).0.into(), leaves.len() as u64)
}

fn bytes_of(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn the_root_of_the_known_leaves_is_the_known_one() {
    let root = "sha256:5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
    assert_eq!(naive::root(&known_leaves()).to_string(), root);
}

#[test]
fn the_library_takes_what_the_rfc_makes_of_the_known_leaves() {
    let leaves = known_leaves();
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        for index in 0..size {
            let path = InclusionProof::from_bytes(bytes_of(&naive::path(index, tree)));
            let taken = root_of(tree).verify_inclusion(&tree[index], index as u64, &path);
            assert!(taken.is_ok(), "{index} of {size}");
        }
        for since in 1..=size {
            let path = bytes_of(&naive::proof(since, tree));
            let path = ConsistencyProof::try_from_bytes(path).unwrap();
            let taken = root_of(tree).verify_consistency(&root_of(&tree[..since]), &path);
            assert!(taken.is_ok(), "{since} of {size}");
        }
    }
}

fn contents(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("\\PC{0,12}", 1..most)
}

/// Whether a changed file is refused, does not hold, or is about another tree.
fn is_found(bytes: &[u8], trusted: &[TreeHead]) -> bool {
    match Proof::from_json(bytes) {
        Ok(proof) => proof.check(trusted).is_err(),
        Err(_) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_tree_that_is_grown_is_the_tree_of_the_rfc(contents in contents(70)) {
        let events = log(1, &contents);
        let leaves = leaves(&events);
        let mut grower = Grower::new();
        for (before, leaf) in leaves.iter().enumerate() {
            prop_assert_eq!(grower.head().root, naive::root(&leaves[..before]));
            grower.push(leaf);
        }
        prop_assert_eq!(grower.end().unwrap().0.root, naive::root(&leaves));
        for index in 0..leaves.len() {
            let proof = inclusion(&events, index as u64 + 1);
            prop_assert_eq!(proof.path, naive::path(index, &leaves));
        }
        for since in 1..=leaves.len() {
            prop_assert_eq!(consistency(&events, since).path, naive::proof(since, &leaves));
        }
    }

    #[test]
    fn every_event_is_in_every_tree_that_has_it(contents in contents(24)) {
        let events = log(1, &contents);
        for size in 1..=events.len() {
            for position in 1..=size as u64 {
                let proof = through_file(Proof::Inclusion(inclusion(&events[..size], position)));
                let heads = proof.heads();
                let Ok(Checked::Inclusion(checked)) = proof.check(&heads) else {
                    return Err(TestCaseError::fail(format!("{position} of {size}")));
                };
                prop_assert_eq!(checked.envelope.position, position);
            }
        }
    }

    #[test]
    fn every_tree_only_grew_into_each_later_one(contents in contents(24)) {
        let events = log(1, &contents);
        for size in 0..=events.len() {
            for since in 0..=size {
                let proof = consistency(&events[..size], since);
                let proof = through_file(Proof::Consistency(proof));
                prop_assert!(proof.check(&proof.heads()).is_ok(), "{} of {}", since, size);
            }
        }
    }

    #[test]
    fn a_redacted_event_is_still_in_the_tree(contents in contents(20), at in any::<prop::sample::Index>()) {
        let events = log(1, &contents);
        let at = at.index(events.len());
        let mut proof = inclusion(&events, at as u64 + 1);
        proof.content = Content::Redacted { payload_hash: events[at].payload_hash() };
        let proof = through_file(Proof::Inclusion(proof));
        let heads = proof.heads();
        prop_assert!(proof.check(&heads).is_ok());
        let Proof::Inclusion(mut forged) = proof else { unreachable!() };
        forged.content = Content::Redacted { payload_hash: Hash([9; 32]) };
        prop_assert!(Proof::Inclusion(forged).check(&heads).is_err());
    }

    #[test]
    fn a_byte_that_is_changed_is_found(
        contents in contents(12), at in any::<prop::sample::Index>(), since in any::<prop::sample::Index>(),
    ) {
        let events = log(1, &contents);
        let at = at.index(events.len());
        let whole = inclusion(&events, at as u64 + 1);
        let mut redacted = whole.clone();
        redacted.content = Content::Redacted { payload_hash: events[at].payload_hash() };
        let grew = consistency(&events, since.index(events.len()));
        for proof in [Proof::Inclusion(whole), Proof::Inclusion(redacted), Proof::Consistency(grew)] {
            let trusted = proof.heads();
            let bytes = proof.to_json().unwrap().into_bytes();
            for at in 0..bytes.len() {
                for flip in [1, 32, 255] {
                    let mut bytes = bytes.clone();
                    bytes[at] ^= flip;
                    prop_assert!(is_found(&bytes, &trusted), "byte {} ^ {}: {}", at, flip, String::from_utf8_lossy(&bytes));
                    // Whatever comes of it without a head, it comes without a panic.
                    let _ = Proof::from_json(&bytes).map(|proof| proof.check(&[]).is_ok());
                }
            }
            for end in 0..bytes.len() - 1 {
                prop_assert!(is_found(&bytes[..end], &trusted), "cut off at {}", end);
            }
        }
    }

    #[test]
    fn a_proof_of_another_log_does_not_hold(contents in contents(16), at in any::<prop::sample::Index>()) {
        let (ours, theirs) = (log(1, &contents), log(2, &contents));
        let at = at.index(ours.len());
        let trusted = inclusion(&ours, at as u64 + 1).head;
        let mut foreign = inclusion(&theirs, at as u64 + 1);
        prop_assert!(Proof::Inclusion(foreign.clone()).check(&[trusted]).is_err());
        foreign.head = trusted;
        prop_assert!(Proof::Inclusion(foreign).check(&[trusted]).is_err());

        let kept = grown(Grower::new(), &ours[..=at]).0;
        let mut foreign = consistency(&theirs, at + 1);
        prop_assert!(Proof::Consistency(foreign.clone()).check(&[kept]).is_err());
        foreign.since = kept;
        prop_assert!(Proof::Consistency(foreign).check(&[kept]).is_err());
    }

    #[test]
    fn no_path_makes_a_changed_past_look_grown(
        contents in contents(16), changed in any::<prop::sample::Index>(), since in any::<prop::sample::Index>(),
    ) {
        let ours = log(1, &contents);
        let since = 1 + since.index(ours.len());
        let mut other = contents.clone();
        other[changed.index(since)].push('!');
        let theirs = log(1, &other);
        let kept = grown(Grower::new(), &ours[..since]).0;
        let head = grown(Grower::new(), &theirs).0;
        // The paths of either log, and of both mixed.
        let (a, b) = (consistency(&ours, since).path, consistency(&theirs, since).path);
        for mix in 0..1_u32 << a.len() {
            let path = (0..a.len()).map(|at| if mix >> at & 1 == 0 { a[at] } else { b[at] });
            let mut proof = consistency(&theirs, since);
            (proof.since, proof.head, proof.path) = (kept, head, path.collect());
            prop_assert!(Proof::Consistency(proof).check(&[kept]).is_err(), "mix {:b}", mix);
        }
    }

    #[test]
    fn foreign_sizes_never_panic(
        contents in contents(6), position in any::<u64>(), sizes in (0..=1_u64 << 53, 0..=1_u64 << 53),
        paths in prop::collection::vec(any::<[u8; 32]>(), 0..60),
    ) {
        let events = log(1, &contents);
        let mut proof = inclusion(&events, 1);
        (proof.head.size, proof.position) = (sizes.0, position);
        proof.path = paths.iter().copied().map(Hash).collect();
        prop_assert!(Proof::Inclusion(proof).check(&[]).is_err());
        let mut proof = consistency(&events, 1);
        (proof.since.size, proof.head.size) = sizes;
        proof.path = paths.into_iter().map(Hash).collect();
        prop_assert!(Proof::Consistency(proof).check(&[]).is_err());
    }

    #[test]
    fn foreign_files_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Proof::from_json(&bytes).is_err());
    }
}

#[test]
fn what_is_no_proof_is_told_why() {
    let proof = Proof::Inclusion(inclusion(&log(1, &["a".to_owned()]), 1));
    let text = proof.to_json().unwrap();
    let read = |from: &str, to: &str| Proof::from_json(text.replace(from, to).as_bytes());
    let newer = read("annals-proof-1", "annals-proof-2");
    assert!(matches!(newer, Err(NotAProof::Format { .. })));
    let both = read(
        "\"salt\"",
        &format!("\"payload_hash\": \"{}\", \"salt\"", Hash([0; 32])),
    );
    assert!(matches!(both, Err(NotAProof::Content)));
    let half = read("\"salt\"", "\"payload_hash\"");
    assert!(half.is_err());
    assert!(matches!(
        read("\"head\"", "\"heads\""),
        Err(NotAProof::Json(_))
    ));
}

#[test]
fn an_event_that_says_another_position_is_not_at_this_one() {
    let events = log(1, &["a".to_owned(), "b".to_owned()]);
    let mut moved = inclusion(&events, 1);
    // A log of which the second event is the first one once more.
    let mut forged = log(1, &["a".to_owned(), "b".to_owned()]);
    forged[1] = Event::of(&moved);
    let grower = Grower::for_inclusion(2, 2).unwrap();
    (moved.head, moved.path) = grown(grower, &forged);
    moved.position = 2;
    let heads = [moved.head];
    let wrong = Wrong::Position {
        file: 2,
        envelope: 1,
    };
    assert_eq!(Proof::Inclusion(moved).check(&heads), Err(wrong));
}

#[test]
fn only_nothing_is_the_tree_of_no_events() {
    let mut proof = consistency(&log(1, &["a".to_owned()]), 0);
    assert!(Proof::Consistency(proof.clone()).check(&[]).is_ok());
    proof.since.root = Hash([1; 32]);
    assert!(Proof::Consistency(proof).check(&[]).is_err());
}

#[test]
fn the_path_for_what_is_not_in_the_tree_is_not_made() {
    assert!(Grower::for_inclusion(0, 3).is_none());
    assert!(Grower::for_inclusion(4, 3).is_none());
    assert!(Grower::for_consistency(4, 3).is_none());
    let mut short = Grower::for_inclusion(1, 3).unwrap();
    short.push(&[1; 32]);
    assert!(short.end().is_none());
}
