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
/// The lines at fault of an input that are told; all of them are counted.
pub const LINES_TOLD_MAX: usize = 1_000;
/// The faults of one line that are told; all of them are counted.
pub const PROBLEMS_TOLD_MAX: usize = 100;
/// The longest text that is looked for among names that are like it, in bytes.
pub const NEAR_BYTES_MAX: usize = 256;
/// The largest file that is imported, in bytes (16 MiB).
pub const IMPORT_FILE_BYTES_MAX: usize = 16 << 20;
/// The largest files that are imported at once, in bytes of all (512 MiB).
pub const IMPORT_BYTES_MAX: usize = 512 << 20;
/// The largest file that lists events to be retracted or corrected, in bytes (64 MiB).
pub const AMENDMENTS_BYTES_MAX: usize = 64 << 20;
/// The largest file that declares a kind, in bytes (256 KiB).
pub const KIND_FILE_BYTES_MAX: usize = LINE_BYTES_MAX;
/// The most declarations of kinds in a store, those included that count no more.
pub const KIND_DECLARATIONS_MAX: usize = 1_000;
/// The deepest nesting of objects and lists in JSON that is read at all.
pub const JSON_DEPTH_MAX: usize = 127;
/// The longest number in `data`, in characters, where its kind does not say less.
pub const NUMBER_CHARS_MAX: usize = 100;
/// The largest exponent of ten of a number in `data`, whatever its sign.
pub const NUMBER_EXPONENT_MAX: usize = 400;
/// The longest text of an id of an event, in bytes: a UUID, with `urn:uuid:` before it.
pub const EVENT_ID_BYTES_MAX: usize = 45;
/// The longest text of a date, in bytes.
pub const EDTF_BYTES_MAX: usize = 200;
/// The longest value of an identifier, in bytes.
pub const VALUE_BYTES_MAX: usize = 128;
/// The longest name of a scheme of identifiers, in bytes.
pub const SCHEME_BYTES_MAX: usize = 32;
/// The longest key of a company, in bytes: a scheme, a colon and a value.
pub const COMPANY_KEY_BYTES_MAX: usize = SCHEME_BYTES_MAX + 1 + VALUE_BYTES_MAX;
/// The longest symbol of a ticker, in bytes.
pub const SYMBOL_BYTES_MAX: usize = 16;
/// The longest path into a timeline, in bytes; a condition may have a value besides.
pub const PATH_BYTES_MAX: usize = 1_000;
