//! Chunks that are encoded by threads beside, in their order: [`Encoding`].

use std::mem::replace;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::chunk::{Draft, Encoder};
use crate::side_by_side::next;

/// From how many drafts on other threads are worth their while.
const BESIDE_MIN: usize = 8;
const THREADS: usize = 2;

/// A chunk on its way to a file.
pub(super) enum Content {
    /// Its events, to be encoded.
    Draft(Draft),
    /// It is being encoded.
    Promised(Receiver<Vec<u8>>),
    /// Its bytes.
    Encoded(Vec<u8>),
}

/// Encodes chunks: by itself at first, and by threads where there are more of them.
/// These end with it.
pub(super) struct Encoding {
    encoder: Encoder,
    threads: Option<Sender<Job>>,
}

/// A draft, and where its bytes are waited for.
type Job = (Draft, Sender<Vec<u8>>);

impl Encoding {
    pub(super) fn new() -> Self {
        Self {
            encoder: Encoder::new(),
            threads: None,
        }
    }

    /// Begins to encode the drafts that came last, once there are so many chunks that
    /// other threads do it.
    pub(super) fn begin<'c>(
        &mut self,
        chunks: impl DoubleEndedIterator<Item = &'c mut Content> + ExactSizeIterator,
    ) {
        if self.threads.is_none() && chunks.len() >= BESIDE_MIN {
            self.threads = Some(begin_threads());
        }
        let Some(threads) = &self.threads else { return };
        let are_drafts = |content: &&mut Content| matches!(content, Content::Draft(_));
        let mut begun: Vec<&mut Content> = chunks.rev().take_while(are_drafts).collect();
        for content in begun.iter_mut().rev() {
            let (done, promised) = channel();
            if let Content::Draft(draft) = replace(*content, Content::Promised(promised)) {
                // They wait for more as long as they can be told.
                threads.send((draft, done)).ok();
            }
        }
    }

    /// The bytes of a chunk; `None` if the thread panicked that encodes it.
    pub(super) fn end(&mut self, content: Content) -> Option<Vec<u8>> {
        match content {
            Content::Encoded(bytes) => Some(bytes),
            Content::Draft(draft) => Some(draft.encode(&mut self.encoder)),
            Content::Promised(bytes) => bytes.recv().ok(),
        }
    }
}

/// Begins the threads, which end once nobody can send them anything.
fn begin_threads() -> Sender<Job> {
    let (begin, begun) = channel::<Job>();
    let begun = Arc::new(Mutex::new(begun));
    for _ in 0..THREADS {
        let begun = Arc::clone(&begun);
        thread::spawn(move || {
            let mut encoder = Encoder::new();
            while let Some((draft, done)) = next(&begun) {
                // Nobody waits for it any more after an error.
                done.send(draft.encode(&mut encoder)).ok();
            }
        });
    }
    begin
}
