//! Cuts the power of annals at recorded moments, and kills it at others.
//!
//! A workload is run by a process of its own, under a recorder that stands in front of
//! the C library and writes down each call that changes the files of the store. From
//! the calls, a moment, and a rule of what a disk may lose, the folder is made as a
//! power cut could have left it; and that must be a store that has lost nothing which
//! was acknowledged.
//!
//! - [`workload`]: what is done, one a file; [`claims`] is what it appends,
//!   [`session`] how, and [`marks`] what it was answered
//! - [`recording`]: a workload run under the recorder (`recorder/recorder.c`), which
//!   gives a [`trace`]
//! - [`disk`]: what is on the disk for sure, and what is pending
//! - [`model`]: what becomes of that which is pending; [`tree`] is the folder
//! - [`check`]: what must hold
//! - [`cycles`]: thousands of it; [`group`] is what cycles of one recording share
//! - [`kills`]: the built program, killed at a call
//! - [`damage`]: files flipped, cut, swapped and gone, one at a time
//! - [`planted`]: bugs put in on purpose, to see that they are caught

pub mod check;
pub mod claims;
pub mod cli;
pub mod cycles;
pub mod damage;
pub mod disk;
mod gate;
pub mod group;
pub mod kills;
pub mod marks;
pub mod model;
pub mod planted;
pub mod random;
pub mod recording;
pub mod say;
pub mod session;
pub mod trace;
pub mod tree;
pub mod workload;
