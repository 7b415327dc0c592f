//! Every limit of the event model, in one place.
//!
//! Each is named in the error that it causes and in `docs/events.md`.

/// The longest slug, in bytes.
pub const SLUG_BYTES_MAX: usize = 64;
/// The longest name of a kind, in bytes.
pub const KIND_BYTES_MAX: usize = 64;
/// The longest name of a thread, in bytes.
pub const THREAD_BYTES_MAX: usize = 200;
/// The largest event, in bytes of its canonical JSON (24 KiB).
pub const EVENT_BYTES_MAX: usize = 24 * 1024;
/// The longest line of JSON that is read, in bytes, its end not counted (256 KiB).
pub const LINE_BYTES_MAX: usize = 256 * 1024;
/// The deepest nesting of objects and lists in `data`.
pub const DATA_DEPTH_MAX: usize = 16;
/// The longest list or object in `data`.
pub const DATA_ITEMS_MAX: usize = 1_000;
/// How far ahead of the clock a publication may lie, in microseconds (one day).
pub const PUBLISHED_AHEAD_US_MAX: i64 = 24 * 60 * 60 * 1_000_000;
/// The first and the last year of a date.
pub const YEARS: std::ops::RangeInclusive<i32> = -9_999..=9_999;
/// How many near names an error suggests.
pub const SUGGESTIONS_MAX: usize = 3;
/// The longest text in `data`, in characters.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// How much is told of what a JSON Schema says of a fault, in characters.
pub const FAULT_CHARS_MAX: usize = 300;
/// How much is told of one problem, in characters; more is left out in its middle.
pub const PROBLEM_CHARS_MAX: usize = 1_200;
/// The longest row of a table, in bytes: of CSV all of its lines, of JSON Lines its
/// line (1 MiB).
pub const TABLE_ROW_BYTES_MAX: usize = 1 << 20;
/// The most columns of a table of CSV.
pub const TABLE_COLUMNS_MAX: usize = 4_096;
