//! Every limit on input, in one place.
//!
//! Each is named with its value in the error that it causes, and in `docs/limits.md`.
//! Those of the log's own bytes are in `event_log::limits`.

// An event

/// The largest event, in bytes of its canonical JSON (24 KiB).
pub const EVENT_BYTES_MAX: usize = 24 * 1024;
/// The longest slug, in bytes.
pub const SLUG_BYTES_MAX: usize = 64;
/// The longest name of a kind, in bytes.
pub const KIND_BYTES_MAX: usize = 64;
/// The longest name of a thread, in bytes.
pub const THREAD_BYTES_MAX: usize = 200;
/// The longest text of an id of an event, in bytes: a UUID, with `urn:uuid:` before it.
pub const EVENT_ID_BYTES_MAX: usize = 45;
/// The longest text in `data`, in characters.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// The deepest nesting of objects and lists in `data`.
pub const DATA_DEPTH_MAX: usize = 16;
/// The longest list or object in `data`.
pub const DATA_ITEMS_MAX: usize = 1_000;
/// The longest number in `data`, in characters, where its kind does not say less.
pub const NUMBER_CHARS_MAX: usize = 100;
/// The most digits of a decimal number, as `Decimal` can hold them.
pub const DECIMAL_DIGITS_MAX: usize = 28;
/// The largest exponent of ten of a number in `data`, whatever its sign.
pub const NUMBER_EXPONENT_MAX: usize = 400;
/// How far ahead of the clock a publication may lie, in microseconds (one day).
pub const PUBLISHED_AHEAD_US_MAX: i64 = 24 * 60 * 60 * 1_000_000;

// Dates, identifiers and paths

/// The longest text of a date, in bytes.
pub const EDTF_BYTES_MAX: usize = 200;
/// The first and the last year of a date.
pub const YEARS: std::ops::RangeInclusive<i32> = -9_999..=9_999;
/// The longest name of a scheme of identifiers, in bytes.
pub const SCHEME_BYTES_MAX: usize = 32;
/// The longest value of an identifier, in bytes.
pub const VALUE_BYTES_MAX: usize = 128;
/// The longest symbol of a ticker, in bytes.
pub const SYMBOL_BYTES_MAX: usize = 16;
/// The longest key of a company, in bytes: a scheme, a colon and a value.
pub const COMPANY_KEY_BYTES_MAX: usize = SCHEME_BYTES_MAX + 1 + VALUE_BYTES_MAX;
/// The longest path into a timeline, in bytes; a condition may have a value besides.
pub const PATH_BYTES_MAX: usize = 1_000;

// Lines, files and tables

/// The longest line of JSON that is read, in bytes, its end not counted (256 KiB).
pub const LINE_BYTES_MAX: usize = 256 * 1024;
/// The deepest nesting of objects and lists in JSON that is read at all.
pub const JSON_DEPTH_MAX: usize = 127;
/// The most events of one batch, since what they refer to is held in memory.
pub const BATCH_EVENTS_MAX: usize = 20_000_000;
/// The most bytes of the `company` events of one batch, which are held in memory
/// (256 MiB).
pub const BATCH_COMPANY_BYTES_MAX: usize = 256 << 20;
/// The largest file that lists events to be retracted or corrected, in bytes (64 MiB).
pub const AMENDMENTS_BYTES_MAX: usize = 64 << 20;
/// The largest file that declares a kind, in bytes (256 KiB).
pub const KIND_FILE_BYTES_MAX: usize = LINE_BYTES_MAX;
/// The most declarations of kinds in a store, those included that count no more.
pub const KIND_DECLARATIONS_MAX: usize = 1_000;
/// The most events about kinds in a store: declarations, and what takes them back.
pub const KIND_EVENTS_MAX: usize = 4_000;
/// The largest file that is imported, in bytes (16 MiB).
pub const IMPORT_FILE_BYTES_MAX: usize = 16 << 20;
/// The largest files that are imported at once, in bytes of all (512 MiB).
pub const IMPORT_BYTES_MAX: usize = 512 << 20;
/// The longest row of a table, in bytes: of CSV all of its lines, of JSON Lines its
/// line (1 MiB).
pub const TABLE_ROW_BYTES_MAX: usize = 1 << 20;
/// The most columns of a table of CSV.
pub const TABLE_COLUMNS_MAX: usize = 4_096;

// What is told

/// The lines at fault of an input that are told; all of them are counted.
pub const LINES_TOLD_MAX: usize = 1_000;
/// The kinds of an input that are told because they are not known.
pub const UNKNOWN_KINDS_TOLD_MAX: usize = 100;
/// The faults of one line that are told; all of them are counted.
pub const PROBLEMS_TOLD_MAX: usize = 100;
/// How much is told of one problem, in characters; more is left out in its middle.
pub const PROBLEM_CHARS_MAX: usize = 1_200;
/// How much is told of what a JSON Schema says of a fault, in characters.
pub const FAULT_CHARS_MAX: usize = 300;
/// The longest text that is looked for among names that are like it, in bytes.
pub const NEAR_BYTES_MAX: usize = 256;
/// How many near names an error suggests.
pub const SUGGESTIONS_MAX: usize = 3;
