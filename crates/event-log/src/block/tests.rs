use super::*;
use crate::chain::Chain;
use crate::event_log::{Head, NewEvent};
use crate::record::tests::any_event;
use event_model::id::Version;
use proptest::prelude::*;

fn chain(events: &[NewEvent]) -> Chain {
    let mut chain = Chain::new(Head::ZERO, Instant::from_micros(1_000).unwrap());
    for (version, event) in (1..).zip(events) {
        chain.push(event, Version(version)).unwrap();
    }
    chain
}

fn blocks(events: &[NewEvent]) -> Vec<(Position, Vec<u8>)> {
    let mut blocks = Vec::new();
    Encoder::new()
        .encode(chain(events).records(), &mut blocks)
        .unwrap();
    blocks
}

fn one_block(events: &[NewEvent]) -> Vec<u8> {
    let mut blocks = blocks(events);
    assert_eq!(blocks.len(), 1);
    blocks.remove(0).1
}

fn event(payload: Vec<u8>) -> NewEvent {
    NewEvent {
        id: event_model::id::EventId(uuid::Uuid::from_u128(7)),
        company: "acme".parse().unwrap(),
        kind: "statement".into(),
        thread: "".into(),
        published: Instant::from_micros(0).unwrap(),
        schema: 1,
        payload: payload.into(),
    }
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    getrandom::fill(&mut noise).unwrap();
    noise
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_block_reads_as_it_was_written(events in prop::collection::vec(any_event(), 1..20)) {
        let bytes = one_block(&events);
        let block = Block::decode(&bytes).unwrap();
        prop_assert_eq!(block.previous, Hash::ZERO);
        let read = block.events(|_| true).unwrap();
        prop_assert_eq!(read.last().unwrap().hash, block.hash);
        prop_assert_eq!(read[0].recorded, block.recorded_first);
        let read: Vec<_> = read.into_iter().map(|recorded| recorded.event).collect();
        prop_assert_eq!(read, events);
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Block::decode(&bytes).is_err());
    }

    /// As if whoever broke it had also mended the checksum.
    #[test]
    fn foreign_bytes_with_a_good_checksum_never_panic(
        events in prop::collection::vec(any_event(), 1..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = one_block(&events);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let sum = checksum(&bytes[..CHECKSUM_AT], &bytes[HEADER_BYTES..]);
        bytes[CHECKSUM_AT..HEADER_BYTES].copy_from_slice(&sum.to_le_bytes());
        if let Ok(block) = Block::decode(&bytes) {
            let _ = block.events(|_| true);
        }
    }
}

#[test]
fn every_flipped_bit_is_found() {
    for payload in [b"{\"text\":\"some some some some\"}".to_vec(), noise(40)] {
        let bytes = one_block(&[event(payload.clone()), event(payload)]);
        assert!(Block::decode(&bytes).is_ok());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Block::decode(&flipped).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn every_shorter_block_is_found() {
    let bytes = one_block(&[event(noise(20))]);
    for length in 0..bytes.len() {
        assert!(Block::decode(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn the_largest_event_fits_into_a_block() {
    let largest = NewEvent {
        company: "c".repeat(64).parse().unwrap(),
        kind: "k".repeat(limits::KIND_BYTES_MAX).into(),
        thread: "t".repeat(limits::THREAD_BYTES_MAX).into(),
        ..event(noise(limits::PAYLOAD_BYTES_MAX))
    };
    let bytes = one_block(std::slice::from_ref(&largest));
    assert!(bytes.len() <= limits::BLOCK_BYTES_MAX, "{}", bytes.len());
    let read = Block::decode(&bytes).unwrap().events(|_| true).unwrap();
    assert_eq!(read[0].event, largest);
}

#[test]
fn what_does_not_compress_is_split() {
    let events: Vec<_> = (0..300).map(|_| event(noise(1_000))).collect();
    let blocks = blocks(&events);
    assert!(blocks.len() > 9);
    let mut position = 0;
    let mut hash = Hash::ZERO;
    for (first, bytes) in blocks {
        assert!(bytes.len() <= limits::BLOCK_BYTES_MAX);
        assert_eq!(first, Position(position + 1));
        let block = Block::decode(&bytes).unwrap();
        assert_eq!(block.previous, hash);
        (position, hash) = (block.last.0, block.hash);
        assert!(block.events(|_| true).is_ok());
    }
    assert_eq!(position, 300);
}

#[test]
fn a_forged_event_breaks_the_chain() {
    let honest = chain(&[event(b"1".to_vec()), event(b"2".to_vec())]);
    let forged = chain(&[event(b"9".to_vec()), event(b"2".to_vec())]);
    let records = Records {
        ends: honest.records().ends,
        ..forged.records()
    };
    let mut blocks = Vec::new();
    Encoder::new().encode(records, &mut blocks).unwrap();
    let block = Block::decode(&blocks[0].1).unwrap();
    assert_eq!(
        block.events(|_| true).unwrap_err(),
        (Position(2), Damage::Chain)
    );
}
