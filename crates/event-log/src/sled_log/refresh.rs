//! What another process appended since a log was opened to read:
//! [`SledLog::refresh`].

use std::sync::Arc;

use super::SledLog;
use super::open::{Looked, look};
use crate::error::{LogError, OpenError};
use crate::event_log::{EventLog, Head};
use crate::journal::{Grown, Watched};
use crate::sync;

/// After so many looks at streams that do not fit the journal, it is tried to take
/// the lock and to mend them: whoever was at it has ended.
const UNSETTLED_LOOKS_MAX: u32 = 25;

/// How what another process appends is seen.
#[derive(Debug)]
pub(super) struct Watch {
    file: Watched,
    /// How often the streams did not fit the journal, one look after the other.
    unsettled: u32,
}

impl Watch {
    pub(super) fn of(file: Watched) -> Self {
        Self { file, unsettled: 0 }
    }
}

impl SledLog {
    /// Looks what another process appended, where this one only reads, and tells
    /// the head of the log as it is now.
    ///
    /// While the journal goes on in the same file, only what is new in it is read.
    /// What is on its way into the streams is told by a later look.
    ///
    /// # Errors
    ///
    /// [`LogError`] if it cannot be read.
    pub fn refresh(&self) -> Result<Head, LogError> {
        if let Some(watch) = &mut *sync::lock(&self.watch) {
            loop {
                match watch.file.look()? {
                    Grown::No => break,
                    // The next file may have begun since.
                    Grown::By(bytes) => self.take_in(&mut watch.file, &bytes)?,
                    Grown::Sealed => {
                        self.look_again(watch)?;
                        break;
                    }
                }
            }
        }
        let head = self.head();
        self.progress.advance(head.position);
        Ok(head)
    }

    /// Reads once more what there is, of a log that another process may write; tells
    /// whether it could.
    pub(super) fn looks_anew(&self) -> bool {
        let mut watch = sync::lock(&self.watch);
        watch.as_mut().is_some_and(|watch| {
            *sync::lock(&self.lent) = None;
            self.look_again(watch).is_ok()
        })
    }

    /// Adds the frames by which the file has grown.
    fn take_in(&self, file: &mut Watched, bytes: &[u8]) -> Result<(), LogError> {
        let mut state = sync::write(&self.state);
        for frame in file.frames(bytes) {
            let pushed = state.tail.push(&frame);
            pushed.map_err(|(position, what)| LogError::Damaged { position, what })?;
            file.pass(&frame);
        }
        Ok(())
    }

    /// Reads the newest file of the journal, and the streams before it, if they fit
    /// together.
    fn look_again(&self, watch: &mut Watch) -> Result<(), LogError> {
        let unopened = |source: OpenError| LogError::Open {
            source: Box::new(source),
        };
        match look(&self.layout, &self.format).map_err(unopened)? {
            Looked::Whole(seen) => {
                *sync::write(&self.state) = seen.state;
                *watch = Watch::of(seen.watched);
                Ok(())
            }
            Looked::Unsettled | Looked::Bare if watch.unsettled < UNSETTLED_LOOKS_MAX => {
                watch.unsettled += 1;
                Ok(())
            }
            Looked::Unsettled | Looked::Bare => {
                watch.unsettled = 0;
                match Self::open(self.dir(), Arc::clone(&self.clock)) {
                    Ok(mended) => mended.close(),
                    Err(OpenError::Held { .. }) => Ok(()),
                    Err(error) => Err(unopened(error)),
                }
            }
        }
    }
}
