//! What is legal and yet doubtful: [`check`].
//!
//! - [`CHECKS`]: every check by its name, with what it looks for
//! - `days`, `stages`, `overdue`, `sources`, `alike`, `references`, `values`: the
//!   checks of one company's events
//! - [`companies`]: those of companies beside each other
//!
//! `docs/checks.md` tells of them at length.

mod alike;
pub mod companies;
mod days;
mod likeness;
mod overdue;
mod references;
mod sources;
mod stages;
mod values;

use event_model::id::{EventId, Slug};
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::time::Day;
use serde::Serialize;

use crate::basis::{Cuts, Lens, Placed};
use crate::fold::{counting, told};
use crate::links::Links;
use crate::redacted::is_about_redaction;
use crate::standing::{Standing, Stood};
use crate::thread::Thread;
use crate::timeline::Timeline;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something is probably wrong.
    Warning,
    /// Something could be better, or wants to be known.
    Note,
}

/// A check.
#[derive(Debug)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// What it finds, in a line.
    pub about: &'static str,
    /// What to do about a finding, in a line.
    pub advice: &'static str,
    look: Look,
}

/// Where a check looks.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// Into the events of one company.
    Within(fn(&Case<'_>, &mut Findings)),
    /// From one company to the others.
    Across,
}

/// Checks are the same where they have the same name.
impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Check {}

impl Check {
    /// The check of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CHECKS.iter().find(|check| check.name == name)
    }

    /// Whether it holds companies against each other.
    #[must_use]
    pub fn is_across(&self) -> bool {
        matches!(self.look, Look::Across)
    }
}

/// Every check, in the order in which findings are told.
pub static CHECKS: &[Check] = &[
    Check {
        name: "company-without-name",
        severity: Severity::Warning,
        about: "a company of which no name is known",
        advice: "append a company event with its name and identifiers",
        look: Look::Within(values::company_without_name),
    },
    Check {
        name: "results-overdue",
        severity: Severity::Warning,
        about: "a results date that is over, and no results are known",
        advice: "append the results, a new date, or that it is cancelled",
        look: Look::Within(overdue::results),
    },
    Check {
        name: "dates-in-odd-order",
        severity: Severity::Warning,
        about: "a later stage that happened before an earlier one, a date to come that \
                was over when it was told, results before their period ends, a \
                correction published before what it corrects",
        advice: "look the dates up, and correct the event that is wrong",
        look: Look::Within(days::odd_order),
    },
    Check {
        name: "stage-back-without-reason",
        severity: Severity::Warning,
        about: "a thread that steps back to an earlier stage, or goes on after its end, \
                and the event says no reason",
        advice: "correct the event, or append it with a reason",
        look: Look::Within(stages::back_without_reason),
    },
    Check {
        name: "rule-ended-without-day",
        severity: Severity::Warning,
        about: "a rule that is said to have ended and is in force still, since nothing \
                says from which day on",
        advice: "correct the event that ends it, with `effective`",
        look: Look::Within(stages::ended_without_day),
    },
    Check {
        name: "near-duplicate",
        severity: Severity::Warning,
        about: "two events of one source that say the same within a week",
        advice: "retract one; another publication of it is an event that repeats it",
        look: Look::Within(alike::near_duplicates),
    },
    Check {
        name: "threads-alike",
        severity: Severity::Warning,
        about: "two threads of a kind whose names differ by a letter or a hyphen",
        advice: "join them by a thread_link, or correct the one that is misspelt",
        look: Look::Within(alike::threads),
    },
    Check {
        name: "links-nothing",
        severity: Severity::Warning,
        about: "a thread_link that names a thread without claims",
        advice: "retract the link, or correct its names",
        look: Look::Within(references::links_nothing),
    },
    Check {
        name: "about-nothing",
        severity: Severity::Warning,
        about: "an event that is about an event of which nothing can be seen",
        advice: "correct its `about`",
        look: Look::Within(references::about_nothing),
    },
    Check {
        name: "corrected-twice",
        severity: Severity::Warning,
        about: "an event that several corrections replace",
        advice: "retract all but one, or let the later correct the earlier",
        look: Look::Within(references::corrected_twice),
    },
    Check {
        name: "kind-unknown",
        severity: Severity::Warning,
        about: "events of a kind that nobody described",
        advice: "correct a misspelt kind, or describe it with `annals kind add`",
        look: Look::Within(values::kind_unknown),
    },
    Check {
        name: "money-without-currency",
        severity: Severity::Warning,
        about: "an amount of money in no currency",
        advice: "correct the event with its currency",
        look: Look::Within(values::money_without_currency),
    },
    Check {
        name: "number-scaled-by-unit",
        severity: Severity::Warning,
        about: "a number whose unit multiplies it, as 1.2 of \"million\"",
        advice: "correct the event with the number in full",
        look: Look::Within(values::number_scaled_by_unit),
    },
    Check {
        name: "companies-alike",
        severity: Severity::Warning,
        about: "two companies whose names differ by a letter or a form of business",
        advice: "put the claims under one of them: correct --set company=SLUG",
        look: Look::Across,
    },
    Check {
        name: "identifier-shared",
        severity: Severity::Warning,
        about: "an identifier that two companies have on the same day",
        advice: "end its span with one of them, or correct the one that is wrong",
        look: Look::Across,
    },
    Check {
        name: "expectation-overdue",
        severity: Severity::Note,
        about: "an expected date that is over, and what was expected has not come",
        advice: "append what became of it",
        look: Look::Within(overdue::expectations),
    },
    Check {
        name: "forecast-past-horizon",
        severity: Severity::Note,
        about: "an open forecast whose horizon is over",
        advice: "append whether it came true, failed or lapsed",
        look: Look::Within(overdue::forecasts),
    },
    Check {
        name: "contested",
        severity: Severity::Note,
        about: "a thread whose claims disagree where the surer prevails",
        advice: "ask `annals why` who lost, and whether one of them was wrong",
        look: Look::Within(values::contested),
    },
    Check {
        name: "source-without-url",
        severity: Severity::Note,
        about: "claims whose source says no URL",
        advice: "give source.url, so that others can read it",
        look: Look::Within(sources::without_url),
    },
    Check {
        name: "published-without-zone",
        severity: Severity::Note,
        about: "days of publication without the zone of the source, which count as UTC",
        advice: "give source.zone, or the instant of publication",
        look: Look::Within(sources::without_zone),
    },
];

/// Something doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check that found it.
    pub check: &'static Check,
    /// The kind that it is about, if it is about one.
    pub kind: Option<String>,
    /// The thread that it is about, if it is about one.
    pub thread: Option<String>,
    /// The events that it is about, the first that is doubtful first.
    pub events: Vec<EventId>,
    /// What it is, in a sentence.
    pub text: String,
}

/// Looks for what is doubtful among the events of one company, as they can be seen
/// through a lens; with these checks alone. Only events that can be seen are named.
///
/// Findings are in the order of [`CHECKS`], those of a check in the order in which
/// their threads came up.
#[must_use]
pub fn check<'l>(
    slug: &Slug,
    events: &[Placed],
    lens: impl Into<Lens<'l>>,
    checks: &[&'static Check],
) -> Vec<Finding> {
    let lens = lens.into();
    let (standing, threads) = counting(events, &lens);
    let timeline = told(slug, &standing, &threads, &lens.cuts);
    let case = Case {
        links: Links::among(&standing),
        standing: &standing,
        threads: &threads,
        timeline: &timeline,
        kinds: lens.kinds,
        cuts: lens.cuts,
    };
    let mut found = Vec::new();
    for check in CHECKS.iter().filter(|check| checks.contains(check)) {
        if let Look::Within(look) = check.look {
            let mut findings = Findings { check, found };
            look(&case, &mut findings);
            found = findings.found;
        }
    }
    found
}

/// The events of one company, and what they come to.
struct Case<'a> {
    standing: &'a Standing<'a>,
    links: Links<'a>,
    threads: &'a [Thread],
    timeline: &'a Timeline,
    kinds: &'a Kinds,
    cuts: Cuts,
}

impl<'a> Case<'a> {
    /// The day after whose end nothing is known, or asked about.
    fn today(&self) -> Day {
        self.cuts.on.min(self.cuts.known.day())
    }

    /// The events that count, or that retract others.
    fn holding(&self) -> impl Iterator<Item = &'a Stood<'a>> {
        let is_told = |stood: &&Stood<'_>| !is_about_redaction(&stood.placed.event);
        let seen = self.standing.events.iter().filter(is_told);
        seen.filter(|stood| stood.is_seen() && !stood.struck)
    }

    /// The threads of what happened: all but those that declare the company.
    fn matters(&self) -> impl Iterator<Item = &'a Thread> {
        let is_matter = |thread: &&Thread| {
            let kind = thread.kind_name();
            kind != kinds::COMPANY && kind != kinds::THREAD_LINK
        };
        self.threads.iter().filter(is_matter)
    }
}

/// What a check has found.
struct Findings {
    check: &'static Check,
    found: Vec<Finding>,
}

impl Findings {
    /// Something about a thread.
    fn of_thread(
        &mut self,
        (kind, thread): (&str, &str),
        events: impl IntoIterator<Item = EventId>,
        text: String,
    ) {
        self.found.push(Finding {
            check: self.check,
            kind: Some(kind.to_owned()),
            thread: Some(thread.to_owned()),
            events: events.into_iter().collect(),
            text,
        });
    }

    /// Something about several threads, or about none.
    fn of_company(&mut self, events: impl IntoIterator<Item = EventId>, text: String) {
        self.found.push(Finding {
            check: self.check,
            kind: None,
            thread: None,
            events: events.into_iter().collect(),
            text,
        });
    }
}
