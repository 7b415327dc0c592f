//! Small chains, made by hand as `docs/format.md` says, and proofs of them.

use annals_proof::{Consistency, Content, Grower, Hash, Inclusion, Proof, TreeHead};
use minicbor::Encoder;
use sha2::{Digest, Sha256};

/// An event as the log keeps it.
pub(crate) struct Event {
    pub(crate) before: Hash,
    pub(crate) envelope: Vec<u8>,
    pub(crate) salt: [u8; 16],
    pub(crate) payload: String,
    pub(crate) hash: Hash,
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let hash = parts.iter().fold(Sha256::new(), Digest::chain_update);
    Hash(hash.finalize().into())
}

fn envelope(position: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes);
    encoder.map(9).unwrap();
    for (key, number) in [(0, position), (1, position), (2, 1_700_000_000 + position)] {
        encoder.u8(key).unwrap().u64(number).unwrap();
    }
    encoder.u8(3).unwrap().bytes(&[7; 16]).unwrap();
    for (key, text) in [(4, "acme"), (5, "statement"), (6, "")] {
        encoder.u8(key).unwrap().str(text).unwrap();
    }
    encoder.u8(7).unwrap().i64(1_600_000_000_000_000).unwrap();
    encoder.u8(9).unwrap().u8(1).unwrap();
    bytes
}

impl Event {
    /// The first event of a log, with the content of a proof.
    pub(crate) fn of(proof: &Inclusion) -> Self {
        let Content::Whole { salt, payload } = proof.content.clone() else {
            panic!("its content is gone");
        };
        let mut event = Self {
            before: proof.before,
            envelope: proof.envelope.clone(),
            salt,
            payload,
            hash: proof.before,
        };
        event.hash = sha256(&[&event.before.0, &event.envelope, &event.payload_hash().0]);
        event
    }

    pub(crate) fn payload_hash(&self) -> Hash {
        sha256(&[&self.salt, self.payload.as_bytes()])
    }
}

/// A log of these contents; the same contents under another seed are another log.
pub(crate) fn log(seed: u8, contents: &[String]) -> Vec<Event> {
    let mut before = Hash([0; 32]);
    let mut events = Vec::new();
    for (position, content) in (1..).zip(contents) {
        let mut event = Event {
            before,
            envelope: envelope(position),
            salt: [seed; 16],
            payload: format!("{{\"text\":{content:?}}}"),
            hash: before,
        };
        event.hash = sha256(&[&before.0, &event.envelope, &event.payload_hash().0]);
        before = event.hash;
        events.push(event);
    }
    events
}

pub(crate) fn leaves(events: &[Event]) -> Vec<[u8; 32]> {
    events.iter().map(|event| event.hash.0).collect()
}

pub(crate) fn grown(mut grower: Grower, events: &[Event]) -> (TreeHead, Vec<Hash>) {
    events.iter().for_each(|event| grower.push(&event.hash.0));
    grower.end().unwrap()
}

pub(crate) fn inclusion(events: &[Event], position: u64) -> Inclusion {
    let grower = Grower::for_inclusion(position, events.len() as u64).unwrap();
    let (head, path) = grown(grower, events);
    let event = &events[position as usize - 1];
    Inclusion {
        head,
        position,
        before: event.before,
        envelope: event.envelope.clone(),
        content: Content::Whole {
            salt: event.salt,
            payload: event.payload.clone(),
        },
        path,
    }
}

pub(crate) fn consistency(events: &[Event], since: usize) -> Consistency {
    let grower = Grower::for_consistency(since as u64, events.len() as u64).unwrap();
    let (head, path) = grown(grower, events);
    let (since, _) = grown(Grower::new(), &events[..since]);
    Consistency { since, head, path }
}

/// As it is after it was written and read.
pub(crate) fn through_file(proof: Proof) -> Proof {
    let read = Proof::from_json(proof.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(read, proof);
    read
}
