//! Importers and tables, one module a format.
//!
//! They see bytes and events; never storage, network or clock.
//!
//! - [`edgar`]: the submissions files of the SEC's EDGAR (in)
//! - [`rows`]: tables as CSV or JSON Lines, row by row (in and out)

pub mod edgar;
pub mod rows;
