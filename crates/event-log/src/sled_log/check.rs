//! Walking all of the log: `verify`, `rebuild`, and the sizes of it.

use std::fs;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use event_model::id::{Position, Slug, Version};
use event_model::kinds;
use foldhash::{HashMap, HashMapExt};

use super::block_file::BlockFile;
use super::block_walk::{BlockWalk, Walked};
use super::seal::{follow, joined};
use super::witness::Witness;
use super::{SledLog, State, Stored, Tail};
use crate::error::{Damage, LogError, OpenError, Wrong, damaged};
use crate::event_log::{EventLog, Head, NewEvent, Recorded};
use crate::kept_head::KeptHead;
use crate::layout::format::BlocksIn;
use crate::limits;
use crate::record::Raw;
use crate::streams::{Choice, SlugRange, Streams};
use crate::sync;

/// What a walk of the whole log found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many events there are.
    pub events: u64,
    /// How many blocks hold them; those of the journal are in none.
    pub blocks: u64,
    /// The head that the walk came to.
    pub head: Head,
    /// What there is of redactions. Whether it fits together is for who reads events.
    pub redactions: Redactions,
}

/// The events of a log that have to do with redactions, in order of position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redactions {
    /// Those of which the log itself has erased the payload.
    pub erased: Vec<Position>,
    /// Those that tell of a redaction, or did before they were redacted.
    pub telling: Vec<Position>,
}

impl Redactions {
    fn note(&mut self, raw: &Raw<'_>) {
        if raw.is_redacted() {
            self.erased.push(raw.position());
        }
        if raw.kind_then() == kinds::REDACTION {
            self.telling.push(raw.position());
        }
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Events of the log.
    pub events: u64,
    /// Companies that have events.
    pub companies: u64,
    /// Events that are in the journal, and not in blocks yet.
    pub journal_events: u64,
    /// The bytes of the blocks, of their index, and of the journal.
    pub log_bytes: u64,
    /// The bytes of what may be thrown away.
    pub cache_bytes: u64,
}

impl SledLog {
    /// Walks the whole log: every checksum, every link of the chain, versions
    /// and times; and compares the streams with it.
    ///
    /// Whoever can write the files can also make the whole chain anew. So the log is
    /// held against heads that were `kept` elsewhere, in any order: with the same hash
    /// at its position each proves that nothing up to it was changed. `progress` is
    /// told a position now and then, and the last. What is appended meanwhile is not
    /// walked, and does not wait.
    ///
    /// # Errors
    ///
    /// [`LogError::Damaged`] tells the first position that does not hold.
    pub fn verify(
        &self,
        kept: &[KeptHead],
        progress: &mut dyn FnMut(Position),
    ) -> Result<Verified, LogError> {
        match self.verify_now(kept, progress) {
            // It may have been written anew since it was opened, by a redaction.
            Err(_) if self.looks_anew() => self.verify_now(kept, progress),
            verified => verified,
        }
    }

    /// Walks the log as it is now.
    fn verify_now(
        &self,
        kept: &[KeptHead],
        progress: &mut dyn FnMut(Position),
    ) -> Result<Verified, LogError> {
        let State { streams, tail } = sync::read(&self.state).clone();
        let (base, head) = (tail.base(), tail.head());
        let mut walk = Walk::default();
        walk.hold(kept).map_err(damaged)?;
        let mut walk_blocks = || {
            self.each_block(base, |first, bytes| {
                let before = walk.head.position.0 / limits::PROGRESS_EVENTS;
                walk.block(first, bytes).map_err(damaged)?;
                if walk.head.position.0 / limits::PROGRESS_EVENTS > before {
                    progress(walk.head.position);
                }
                Ok(())
            })
        };
        // The streams are read meanwhile.
        let is_over = AtomicBool::new(false);
        let (walked, streams) = thread::scope(|scope| {
            let streams = scope.spawn(|| {
                let digest = |streams: &_| digest_of(streams, base, &is_over);
                streams.as_deref().map(digest).transpose()
            });
            let walked = walk_blocks();
            is_over.store(walked.is_err(), Ordering::Relaxed);
            (walked, joined(streams))
        });
        walked?;
        if walk.head != base {
            let next = Position(walk.head.position.0 + 1);
            return Err(damaged((next, Damage::BlockMissing)));
        }
        if streams?.is_some_and(|streams| streams != walk.digest) {
            return Err(disagree());
        }
        walk_tail(&tail, &mut walk)?;
        walk.end().map_err(damaged)?;
        progress(head.position);
        Ok(Verified {
            events: head.position.0,
            blocks: walk.blocks,
            head,
            redactions: walk.redactions,
        })
    }

    /// Gives the blocks up to a head, in order: as they lie in their file, or as sled has
    /// them.
    fn each_block(
        &self,
        base: Head,
        mut each: impl FnMut(Position, &[u8]) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        if self.format.blocks == BlocksIn::File {
            let file = BlockFile::open_to_read(&self.layout.blocks())?;
            for walked in BlockWalk::of(&file, base.position) {
                let Walked { first, bytes, .. } = walked?;
                each(first, &bytes)?;
            }
            return Ok(());
        }
        let engine = self.blocks()?;
        let mut next = Position(0);
        let failed = |next| move |error| LogError::engine(next, error);
        engine.check_first_key().map_err(failed(next))?;
        for found in engine.scan(Position(0), base.position) {
            let (first, bytes) = found.map_err(failed(next))?;
            each(first, &bytes)?;
            next = Position(first.0 + 1);
        }
        Ok(())
    }

    /// Makes the streams again from the log, as far as its blocks go, before a
    /// witness if there is one; tells up to where that is.
    ///
    /// # Errors
    ///
    /// [`LogError`] if the log cannot be read or the streams not be written, as where the
    /// store was opened only to read it.
    pub fn rebuild(&self, witness: Option<Witness<'_>>) -> Result<Position, LogError> {
        self.queue.alone(|| {
            if sync::lock(&self.lock).is_none() {
                return Err(LogError::Open {
                    source: Box::new(OpenError::ReadOnly),
                });
            }
            let base = sync::read(&self.state).tail.base();
            if base != Head::ZERO {
                self.install(self.new_streams(base, witness)?)?;
            }
            Ok(base.position)
        })
    }

    /// How much there is.
    ///
    /// # Errors
    ///
    /// [`LogError`] if a folder cannot be read.
    pub fn stats(&self) -> Result<Stats, LogError> {
        let bytes = |path: &Path| {
            folder_bytes(path).map_err(|source| LogError::Io {
                path: path.to_owned(),
                source,
            })
        };
        let log_bytes = bytes(&self.layout.log())? + bytes(&self.layout.journal())?;
        let cache_bytes = bytes(&self.layout.cache())?;
        let companies = self.companies()?.len() as u64;
        let state = sync::read(&self.state);
        let (base, head) = (state.tail.base(), state.tail.head());
        Ok(Stats {
            events: head.position.0,
            companies,
            journal_events: head.position.0 - base.position.0,
            log_bytes,
            cache_bytes,
        })
    }
}

/// Walks the events of the journal.
fn walk_tail(tail: &Tail, walk: &mut Walk) -> Result<(), LogError> {
    let head = tail.head();
    for position in (walk.head.position.0 + 1..=head.position.0).map(Position) {
        let raw = tail.raw(position);
        let raw = raw
            .unwrap_or(Err((position, Damage::Journal)))
            .map_err(damaged)?;
        let hash = raw.hash(walk.head.hash);
        walk.redactions.note(&raw);
        let event = raw
            .into_recorded(hash)
            .map_err(|what| damaged((position, what)))?;
        walk.event(&event)
            .map_err(|what| damaged((position, what)))?;
    }
    if walk.head == head {
        return Ok(());
    }
    // The first frame that says another hash than its events have.
    tail.record_ends().map_err(damaged)?;
    Err(damaged((head.position, Damage::Chain)))
}

/// What streams hold up to a head, or until it is over.
fn digest_of(streams: &Streams, base: Head, is_over: &AtomicBool) -> Result<Digest, LogError> {
    let mut digest = Digest::default();
    let mut failed: Result<(), LogError> = Ok(());
    let mut all = |_: &_| Choice::Read;
    streams.scan(
        &SlugRange::default(),
        (Position(0), base.position),
        &mut all,
        &mut |entry| {
            let stored = Stored::of(&entry);
            failed = recorded_of(streams, &stored).map(|recorded| digest.add(&recorded));
            match failed.is_err() || is_over.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        },
    )?;
    failed?;
    Ok(digest)
}

/// An event of the streams with its hash.
fn recorded_of(streams: &Streams, stored: &Stored<'_>) -> Result<Recorded, LogError> {
    let head = streams.head_at(stored.position)?.ok_or_else(disagree)?;
    Ok(Recorded {
        position: stored.position,
        version: stored.version,
        recorded: stored.recorded,
        hash: head.hash,
        event: stored.new_event()?,
    })
}

fn disagree() -> LogError {
    LogError::Cache {
        what: "cache/streams disagrees with the log".to_owned(),
    }
}

fn folder_bytes(folder: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_bytes(&entry.path())?,
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        };
    }
    Ok(bytes)
}

/// What tells one set of events from another, in whichever order they come.
#[derive(Debug, Default, PartialEq, Eq)]
struct Digest {
    events: u64,
    sum: u64,
}

impl Digest {
    fn add(&mut self, recorded: &Recorded) {
        let Recorded {
            position,
            version,
            recorded,
            hash,
            event,
        } = recorded;
        let NewEvent {
            id,
            company,
            kind,
            thread,
            published,
            schema,
            payload,
        } = event;
        let given = (position.0, version.0, recorded.micros(), hash.as_bytes());
        let named = (id.0.as_bytes(), company.as_str(), kind, thread);
        let said = (published.micros(), schema, payload);
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        self.events += 1;
        self.sum = self.sum.wrapping_add(hasher.hash_one((given, named, said)));
    }
}

/// What was walked.
#[derive(Debug)]
struct Walk {
    head: Head,
    versions: HashMap<Slug, u64>,
    blocks: u64,
    digest: Digest,
    redactions: Redactions,
    /// The heads that it did not come to yet, the first last.
    kept: Vec<KeptHead>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            head: Head::ZERO,
            versions: HashMap::new(),
            blocks: 0,
            digest: Digest::default(),
            redactions: Redactions::default(),
            kept: Vec::new(),
        }
    }
}

impl Walk {
    /// Takes in the heads that it is to come by.
    fn hold(&mut self, kept: &[KeptHead]) -> Result<(), Wrong> {
        self.kept = kept.to_vec();
        self.kept.sort_unstable_by(|one, other| other.cmp(one));
        self.pass_kept().map_err(|what| (Position(0), what))
    }

    /// Holds the heads against where it stands.
    fn pass_kept(&mut self) -> Result<(), Damage> {
        let Head { position, hash, .. } = self.head;
        while let Some(kept) = self.kept.pop_if(|kept| kept.position <= position) {
            if kept.hash != hash {
                let kept = kept.hash;
                return Err(Damage::Changed { kept, found: hash });
            }
        }
        Ok(())
    }

    /// Whether it came by all heads.
    fn end(&self) -> Result<(), Wrong> {
        let end = self.head.position;
        match self.kept.first() {
            None => Ok(()),
            Some(KeptHead { position: kept, .. }) => {
                let kept = *kept;
                Err((Position(end.0 + 1), Damage::CutOff { end, kept }))
            }
        }
    }

    fn block(&mut self, first: Position, bytes: &[u8]) -> Result<(), Wrong> {
        let next = Position(self.head.position.0 + 1);
        let block = follow(next, first, bytes, self.head.hash)?;
        let records = block.records().map_err(|what| (next, what))?;
        let mut events = Vec::new();
        block.walk(&records, |raw, hash| {
            self.redactions.note(&raw);
            events.push(raw.into_recorded(hash)?);
            Ok(())
        })?;
        if events.first().map(|event| event.recorded) != Some(block.recorded_first) {
            return Err((next, Damage::BlockHeader));
        }
        for event in &events {
            self.event(event).map_err(|what| (event.position, what))?;
            self.digest.add(event);
        }
        self.blocks += 1;
        Ok(())
    }

    fn event(&mut self, event: &Recorded) -> Result<(), Damage> {
        let company = &event.event.company;
        if self
            .head
            .recorded
            .is_some_and(|last| last >= event.recorded)
        {
            return Err(Damage::Recorded);
        }
        if !self.versions.contains_key(company) {
            self.versions.insert(company.clone(), 0);
        }
        let version = self.versions.get_mut(company).map_or(0, |version| {
            *version += 1;
            *version
        });
        if event.version != Version(version) {
            return Err(Damage::Version {
                claimed: event.version,
            });
        }
        self.head = Head {
            position: event.position,
            recorded: Some(event.recorded),
            hash: event.hash,
        };
        self.pass_kept()
    }
}
