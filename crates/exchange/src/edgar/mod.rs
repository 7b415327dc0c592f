//! The submissions files of the SEC's EDGAR, as events.
//!
//! A file is one crawl of one company: its newest filings as a table of
//! columns (`filings.recent`) beside facts of the company, or a page of older
//! filings, which is the bare table. The same company is crawled again and
//! again, and a later crawl may say otherwise of a filing that an earlier one
//! had; so what counts must not hang on the order in which files come in.
//!
//! - [`read`] makes a [`Crawl`] of the bytes of a file.
//! - [`slug_of_name`] proposes a slug for a company that has none yet.
//! - [`Crawl::eastern_times`] tells whether its times are what they are marked to be.
//! - [`plan`] compares crawls with a company's history and makes a [`Plan`]:
//!   the events to append, and a [`Report`] of what they are.
//!
//! # Which crawl is right
//!
//! Claims about one filing are ordered by where they were read, then by the
//! newest acceptance in that file, then by their content, so that any two can
//! be told apart. A page comes after every `filings.recent`, since filings move
//! from there to the pages and never back. The last claim is the one that
//! counts; it strikes the one before it as our error (`fault` is `record`). A
//! claim that comes in after a later one is kept, and retracted at once.
//!
//! A crawl that agrees with what counts leaves no event for the filing. Its
//! `company` event is a marker instead: `source.covers` says of which filing
//! dates, and what counted for those when it came in counts as of that crawl
//! from then on. A filing that the crawl should have and lacks is told again
//! (`repeats`) as of the crawl that had it last.
//!
//! A correction of a filing that was made by hand is later than any crawl, and what was
//! retracted or redacted of it by hand stays so. Claims that no crawl made are left alone: an import knows its
//! own by their ids, and those that may be corrected by `source.edition`.

mod accepted;
mod columns;
mod crawl;
mod draft;
mod eastern;
mod facts;
mod ids;
mod items;
mod ledger;
mod listing;
mod plan;
mod read;
mod slug;

pub use self::accepted::Accepted;
pub use self::columns::{BadRow, RowDefect, RowProblem};
pub use self::crawl::{Crawl, FormerName, Row};
pub use self::ids::ids;
pub use self::items::item_type;
pub use self::listing::ticker;
pub use self::plan::{Plan, PlanError, Refusal, Report, plan};
pub use self::read::{EdgarError, read};
pub use self::slug::slug_of_name;
