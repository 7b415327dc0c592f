//! How answers look to a person: 80 columns, colour only for how sure.

pub(crate) mod changes;
pub(crate) mod event;
pub(crate) mod findings;
pub(crate) mod happenings;
pub(crate) mod history;
pub(crate) mod identity;
pub(crate) mod log;
pub(crate) mod overview;
pub(crate) mod row;
pub(crate) mod table;
pub(crate) mod threads;
pub(crate) mod timeline;
pub(crate) mod why;
pub(crate) mod words;
