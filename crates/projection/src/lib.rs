//! Timelines: what could have been known of a company, as of a basis.
//!
//! One pure function gives the meaning of time travel: [`fold::fold`]. It sees
//! events, never storage, and reads no clock. Read the modules in the order in
//! which it calls them:
//!
//! 1. [`basis`]: the three cuts that a question makes
//! 2. [`standing`]: which events are visible, and which of them are struck
//! 3. [`claim`]: when each claim happened, as far as all of them tell
//! 4. [`rule`]: which of several claims prevails
//! 5. [`thread`]: the claims about a matter, which links may make one of several,
//!    and [`view`]: what it says through them
//! 6. [`earnings`], [`regulation`], [`identity`]: what follows from threads; and
//!    [`tenures`], what a company is called day by day
//! 7. [`timeline`]: the answer, its [`listing`]s and its JSON, which reads an
//!    [`item`] field by field, as a [`path`] does
//! 8. [`condition`]s that a timeline can meet, and the [`selection`] of companies,
//!    [`section`]s and threads that they make; and what happens on a day, the
//!    [`happening`]s
//!
//! [`replay`] gives the same answers sooner to one who asks often, [`parts`] in less
//! memory of a company with many events. [`diff`] compares two, [`why`] tells what a value follows from, and [`history`] every value that
//! there was. [`event_filter`] picks events without folding them, and [`inspection`]
//! tells of one event how it stands and what it is tied to.

pub mod basis;
pub mod bearing;
pub mod check;
pub mod claim;
pub mod condition;
pub mod diff;
pub mod earnings;
pub mod event_filter;
pub mod expectation;
pub mod fold;
pub mod happening;
pub mod history;
pub mod identity;
pub mod inspection;
pub mod item;
mod links;
pub mod listing;
pub mod parts;
pub mod path;
pub mod redacted;
pub mod regulation;
pub mod replay;
pub mod rule;
mod same;
pub mod section;
pub mod selection;
pub mod standing;
pub mod tenures;
pub mod thread;
pub mod timeline;
mod timeline_json;
pub mod view;
pub mod why;
