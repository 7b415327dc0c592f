//! The limits of the log, in one place. Those that cause an error are named in it, and in
//! `docs/format.md`; the others are sizes of buffers.

/// The largest payload of an event, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = event_model::limits::EVENT_BYTES_MAX;
/// The longest name of a kind, in bytes.
pub const KIND_BYTES_MAX: usize = event_model::limits::KIND_BYTES_MAX;
/// The longest name of a thread, in bytes.
pub const THREAD_BYTES_MAX: usize = event_model::limits::THREAD_BYTES_MAX;
/// The most events of a block.
pub const BLOCK_EVENTS_MAX: usize = 255;
/// The largest block as stored, in bytes.
///
/// Where sled holds the blocks (format 1), it puts a page of up to 17 neighbouring
/// values into a file of its own, which nobody syncs, once it is larger than a quarter
/// of a segment. So the bound is 1 MiB / 17 = 61 KiB; this leaves room.
pub const BLOCK_BYTES_MAX: usize = 32 * 1024;
/// The most bytes of records that are tried as one block before compression.
pub const BLOCK_RAW_BYTES_MAX: usize = 96 * 1024;
/// The most bytes of records that a block can have: one event as large as may
/// be, with what is around it, fits besides.
pub const BLOCK_RECORDS_BYTES_MAX: usize = BLOCK_RAW_BYTES_MAX + BLOCK_BYTES_MAX;
/// The most blocks that are written at once while the journal is sealed; where sled
/// holds them, it is told to write them as often.
pub const GROUP_BLOCKS_MAX: usize = 32;
/// The bytes of frames after which the journal is sealed into blocks.
pub const JOURNAL_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The bytes from which on a batch is written as blocks, past the journal.
pub const DIRECT_BYTES_MIN: u64 = 1024 * 1024;
/// The bytes of packed events that are gathered before they are written to the
/// streams as one run.
pub const RUN_BYTES_MAX: usize = 48 * 1024 * 1024;
/// The bytes of events that a witness of a batch is told at the end.
pub const NOTED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The ids of a batch that are sorted in memory at once.
pub const IDS_AT_ONCE_MAX: usize = 1 << 20;
/// The bytes of records that are handed on at once while a batch is written: enough
/// for some blocks.
pub const CHUNK_BYTES: usize = 256 * 1024;
/// The most payload bytes of the appends that share one sync; one append may
/// be larger.
pub const COMMIT_BYTES_MAX: usize = 1024 * 1024;
/// The most payload bytes of one append, each event counted with 256 more (32 MiB);
/// a batch may have more.
pub const APPEND_BYTES_MAX: usize = 32 << 20;
/// The longest file of the journal, in bytes (64 MiB): with the largest commit that
/// there can be, no writer comes near it.
pub const JOURNAL_FILE_BYTES_MAX: u64 = 64 << 20;
/// The longest manifest of the streams, in bytes (1 MiB).
pub const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// The longest file of a few words: `FORMAT`, `LOCK`, the mark of the head, in bytes.
pub const WORDS_BYTES_MAX: u64 = 4 * 1024;
/// The bytes of events that are held at once where a log is gone through in order
/// without sled; of each part of the companies, a quarter.
pub const SELECTION_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The positions that are looked through first where a log is gone through so.
pub const SELECTION_FIRST: u64 = 16 * 1024;
/// The room that a commit leaves free on the disk, in bytes: sled cannot even
/// open a store on a full one.
pub const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;
/// The size of a segment of sled's file where sled holds the blocks (format 1), in
/// bytes; fixed for the life of a store.
pub const SEGMENT_BYTES: usize = 4 * 1024 * 1024;
/// The same where sled is the index of the blocks (format 2).
pub const INDEX_SEGMENT_BYTES: usize = 16 * 1024;
/// The bytes of blocks that are written before the disk is told to write them, too,
/// while more are made.
pub const BLOCKS_UNSYNCED_MAX: u64 = 16 * 1024 * 1024;
/// How much of the blocks is read at once where their index is made again, in bytes.
pub const WALK_BYTES: usize = 1024 * 1024;
/// What sled may cache, in bytes (its own idea of it).
pub const CACHE_BYTES: u64 = 8 * 1024 * 1024;
/// How often sled's own thread flushes and collects garbage, in milliseconds.
pub const FLUSH_EVERY_MS: u64 = 500;
/// How many events `verify` walks between two calls of its progress function.
pub const PROGRESS_EVENTS: u64 = 1_000;

/// What a log accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest payload of an event, in bytes.
    pub payload_bytes_max: usize,
    /// The longest name of a kind, in bytes.
    pub kind_bytes_max: usize,
    /// The longest name of a thread, in bytes.
    pub thread_bytes_max: usize,
    /// The room that is left free on the disk, in bytes.
    pub free_bytes_min: u64,
}

impl Limits {
    /// The limits of the logs of this crate.
    pub(crate) const OURS: Self = Self {
        payload_bytes_max: PAYLOAD_BYTES_MAX,
        kind_bytes_max: KIND_BYTES_MAX,
        thread_bytes_max: THREAD_BYTES_MAX,
        free_bytes_min: FREE_BYTES_MIN,
    };
}
