//! Records, blocks, the journal and backups.

use event_log::Recorded;
use event_log::fuzzing::{self, mend};

/// Reads bytes as one of the parts of a log: the first byte says which, and whether
/// their checksums are set right before.
pub fn target(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else {
        return;
    };
    let mut rest = rest.to_vec();
    let is_mended = choice & 0x10 == 0;
    match choice & 0x0f {
        0 => written_again(&fuzzing::records(&rest)),
        1 => {
            is_mended.then(|| mend::block(&mut rest));
            if let Some(events) = fuzzing::block(&rest) {
                follow_each_other(&events);
                written_again(&events);
            }
        }
        2 => {
            is_mended.then(|| mend::journal(&mut rest));
            if let Some(events) = fuzzing::journal(&rest) {
                follow_each_other(&events);
            }
        }
        3 => {
            is_mended.then(|| mend::part(&mut rest));
            let _ = fuzzing::part(&rest);
        }
        _ => {}
    }
}

fn follow_each_other(events: &[Recorded]) {
    for pair in events.windows(2) {
        if let [before, after] = pair {
            assert_eq!(before.position.0 + 1, after.position.0);
        }
    }
}

/// Holds that what was read is read again when it is written.
fn written_again(events: &[Recorded]) {
    // Records that do not follow each other are one block each.
    for event in events {
        let Some(blocks) = fuzzing::blocks_of(std::slice::from_ref(event)) else {
            continue;
        };
        for block in blocks {
            let again = fuzzing::block(&block);
            let again = again.as_deref().and_then(<[Recorded]>::first);
            let again = again.map(|again| (again.version, again.recorded, &again.event));
            assert_eq!(again, Some((event.version, event.recorded, &event.event)));
        }
    }
}
