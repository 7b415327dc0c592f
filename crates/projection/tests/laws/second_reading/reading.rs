//! The contract, read a second time: [`read`] and its [`Reading`].
//!
//! What stands in quotation marks is the contract. What it leaves open and how
//! it is read here stands below it, after "Read as".

use std::collections::{BTreeMap, BTreeSet};

use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::id::{EventId, Position};
use event_model::thread::words_of;
use event_model::time::{Day, Instant};
use event_model::vocabulary::{Certainty, Confirmation, Fault, Level};
use serde_json::Value;

/// What one company's events say under three cuts.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Every visible event: `struck`, `repeats`, `retraction` or `counts`.
    pub status: BTreeMap<EventId, &'static str>,
    /// Every counting claim with its bounds after rule 3.
    pub bounds: BTreeMap<EventId, Bounds>,
    /// The threads that speak on the day asked about, by kind and name.
    pub threads: BTreeMap<(String, String), ThreadReading>,
    /// The thread of the next results date, and whether it is overdue.
    pub next: Option<(String, bool)>,
    /// The other threads of results dates that are open and overdue.
    pub overdue: Vec<String>,
    /// The threads of results dates that speak and are not open.
    pub closed: Vec<String>,
    /// From, to, days and event, for each speaking thread of a results date.
    pub moves: BTreeMap<String, Vec<Move>>,
    /// `certain`, `possible` or `no`, for each rule with a counting claim.
    pub in_force: BTreeMap<String, &'static str>,
}

/// From, to, the days between and the event that holds the new date.
pub type Move = (String, String, Option<i64>, EventId);

/// What one thread says on the day asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadReading {
    /// `certain` or `possible`.
    pub occurrence: &'static str,
    /// The claims through which it speaks.
    pub speaks_through: BTreeSet<EventId>,
    /// The one of them that is current.
    pub current: EventId,
    /// Each field of `data` with the claim that decides it.
    pub fields: BTreeMap<String, (Value, EventId)>,
    /// The confirmation with the claim that decides it.
    pub confirmation: Option<(String, EventId)>,
    /// Whether some claim lost to a surer one.
    pub contested: bool,
}

/// Reads the events of one company under three cuts.
pub fn read(events: &[(Position, Event)], known: Instant, on: Day, recorded: Position) -> Reading {
    // "and only the recorded cut still shows what we had": what lies past that
    // cut is not there at all, not even to strike.
    let events = events
        .iter()
        .filter(|(position, _)| *position <= recorded)
        .collect();
    let as_written = Log { events, known, on };
    let named = as_written.under_their_names();
    let log = Log {
        events: named.iter().collect(),
        known,
        on,
    };
    let claims = log.claims();
    let threads = log.threads(&claims);
    let dates = log.results_dates(&claims, &threads);
    Reading {
        status: log.status(),
        bounds: claims
            .iter()
            .map(|claim| (claim.event.id, claim.bounds))
            .collect(),
        next: dates.next,
        overdue: dates.overdue,
        closed: dates.closed,
        moves: log.all_moves(&claims),
        in_force: log.in_force(&claims),
        threads,
    }
}

/// The events within the recorded cut.
struct Log<'a> {
    events: Vec<&'a (Position, Event)>,
    known: Instant,
    on: Day,
}

/// An event that counts.
#[derive(Clone, Copy)]
struct Claim<'a> {
    event: &'a Event,
    position: Position,
    /// Where it stands in the order of publication.
    place: (Instant, Position),
    /// After rule 3.
    bounds: Bounds,
}

// Rules 1 and 2.
impl<'a> Log<'a> {
    fn find(&self, id: EventId) -> Option<&'a (Position, Event)> {
        self.events
            .iter()
            .copied()
            .find(|(_, event)| event.id == id)
    }

    /// "Visible: published ≤ known, and within the recorded cut."
    fn is_visible(&self, event: &Event) -> bool {
        event.published.instant() <= self.known
    }

    /// "A retraction, or an event that supersedes, strikes its target: with
    /// fault `source` once it is visible; with fault `record` on every `known`
    /// date."
    ///
    /// "A retracted strike strikes nothing, so what it struck counts again; a
    /// superseded one still strikes." And "strikes ignore `on`".
    ///
    /// Read as: that the strike itself does not count, because a correction
    /// superseded it, does not matter; that it is retracted does, even where it
    /// is also superseded.
    fn strikes_now(&self, strike: &Event) -> bool {
        let in_time = match strike.fault {
            Some(Fault::Record) => true,
            _ => self.is_visible(strike),
        };
        strike.strikes().is_some() && in_time && !self.is_retracted(strike)
    }

    fn is_retracted(&self, target: &Event) -> bool {
        self.events.iter().any(|(_, event)| {
            event.is_retraction() && event.strikes() == Some(target.id) && self.strikes_now(event)
        })
    }

    fn is_superseded(&self, target: &Event) -> bool {
        // "A retraction cannot be superseded."
        !target.is_retraction()
            && self.events.iter().any(|(_, event)| {
                !event.is_retraction()
                    && event.strikes() == Some(target.id)
                    && self.strikes_now(event)
            })
    }

    /// Read as: "is struck with it" (section 2, `repeats`) goes down a chain of
    /// repeats, and does not ask whether the event told again is visible.
    fn is_struck(&self, event: &Event) -> bool {
        let told_again = event.repeats.and_then(|id| self.find(id));
        self.is_retracted(event)
            || self.is_superseded(event)
            || told_again.is_some_and(|(_, target)| self.is_struck(target))
    }

    fn status_of(&self, event: &Event) -> Option<&'static str> {
        if !self.is_visible(event) {
            // "The correcting claim itself counts from its own `published`": a
            // strike for our own fault may work before it can be seen.
            None
        } else if self.is_struck(event) {
            Some("struck")
        } else if event.repeats.is_some() {
            // "It adds a source, replaces nothing."
            Some("repeats")
        } else if event.is_retraction() {
            Some("retraction")
        } else {
            Some("counts")
        }
    }

    fn status(&self) -> BTreeMap<EventId, &'static str> {
        let all = self.events.iter();
        all.filter_map(|(_, event)| Some((event.id, self.status_of(event)?)))
            .collect()
    }
}

// Links.
impl Log<'_> {
    /// The events, each with the name under which its thread is told: "a
    /// `thread_link` event from its publication on; its retraction splits them".
    ///
    /// Read as: links are heard in the order of publication, as claims are; all
    /// that is told under one name with `from` is told with `into` from then on.
    fn under_their_names(&self) -> Vec<(Position, Event)> {
        let mut links: Vec<_> = self
            .events
            .iter()
            .filter(|(_, event)| {
                &*event.kind == "thread_link"
                    && self.status_of(event) == Some("counts")
                    && matches!(event.level, Level::Fact | Level::Inference)
            })
            .collect();
        links.sort_by_key(|(position, event)| {
            let (published, place) = self.place(*position, event);
            (published, event.certainty, place, *position)
        });
        let mut events: Vec<(Position, Event)> =
            self.events.iter().map(|event| (*event).clone()).collect();
        // Every name that somebody wrote, and the one under which it is told.
        let mut told: BTreeMap<(String, String), String> = BTreeMap::new();
        for (_, link) in links {
            let part = |name: &str| link.text(name).expect("a link has it").to_owned();
            let kind = part("of");
            let mut name = |written: String| {
                let key = (kind.clone(), written.clone());
                told.entry(key).or_insert(written).clone()
            };
            let (from, into) = (name(part("from")), name(part("into")));
            for ((of, _), name) in &mut told {
                if *of == kind && *name == from {
                    name.clone_from(&into);
                }
            }
        }
        for (_, event) in &mut events {
            let key = (event.kind.to_string(), event.thread.to_string());
            if let Some(name) = told.get(&key) {
                event.thread = name.as_str().into();
            }
        }
        events
    }
}

// Rules 3 and 4.
impl<'a> Log<'a> {
    fn claims(&self) -> Vec<Claim<'a>> {
        let counting: Vec<&'a (Position, Event)> = self
            .events
            .iter()
            .copied()
            .filter(|(_, event)| self.status_of(event) == Some("counts"))
            .collect();
        let claim = |(position, event): &'a (Position, Event)| Claim {
            event,
            position: *position,
            place: self.place(*position, event),
            bounds: bounds_after_rule_3(event, &counting),
        };
        counting.iter().copied().map(claim).collect()
    }

    /// "A correction stands in its target's place."
    ///
    /// Read as: in the place of the first event of its chain of supersession,
    /// whether that event is visible or not. "A log corrected for our own
    /// errors answers like one that never had them": so where our own error was
    /// the publication itself, the mended publication counts. (A claim that
    /// stands in another's place keeps that place whatever is mended in it.)
    fn place(&self, position: Position, event: &Event) -> (Instant, Position) {
        match event.supersedes.and_then(|id| self.find(id)) {
            Some((position, target)) => {
                let (published, root) = self.place(*position, target);
                let is_ours =
                    |event: &Event| event.fault == Some(event_model::vocabulary::Fault::Record);
                let mut chain = std::iter::successors(Some(target), |event| {
                    event
                        .supersedes
                        .and_then(|id| self.find(id))
                        .map(|(_, event)| event)
                });
                let stands_by_itself = chain.all(|it| it.supersedes.is_none() || is_ours(it));
                if is_ours(event) && stands_by_itself {
                    (event.published.instant(), root)
                } else {
                    (published, root)
                }
            }
            None => (event.published.instant(), position),
        }
    }

    /// "A thread speaks through its certain claims; only where it has none,
    /// through the possible ones, and then says `possible`."
    fn speaking(&self, thread: &[Claim<'a>]) -> (Vec<Claim<'a>>, &'static str) {
        let certain = |claim: &&Claim<'a>| {
            // "`denied` says that it never was, and counts on every day."
            claim.event.stage() == Some("denied")
                // "A claim is certain *by* that day if its latest day is not
                // after it,"
                || claim.bounds.latest.is_some_and(|latest| latest <= self.on)
        };
        // "possible if its earliest is not."
        let possible = |claim: &&Claim<'a>| {
            claim
                .bounds
                .earliest
                .is_none_or(|earliest| earliest <= self.on)
        };
        let through: Vec<Claim<'a>> = thread.iter().filter(certain).copied().collect();
        if through.is_empty() {
            (
                thread.iter().filter(possible).copied().collect(),
                "possible",
            )
        } else {
            (through, "certain")
        }
    }

    fn threads(&self, claims: &[Claim<'a>]) -> BTreeMap<(String, String), ThreadReading> {
        let name =
            |claim: &Claim<'a>| (claim.event.kind.to_string(), claim.event.thread.to_string());
        let names: BTreeSet<(String, String)> = claims.iter().map(name).collect();
        let mut threads = BTreeMap::new();
        for (kind, thread) in names {
            let (speaking, occurrence) = self.speaking(&of_thread(claims, &kind, &thread));
            if let Some(reading) = read_thread(&speaking, occurrence) {
                threads.insert((kind, thread), reading);
            }
        }
        threads
    }
}

/// "A thread is company, kind and this name" (section 2).
fn of_thread<'a>(claims: &[Claim<'a>], kind: &str, thread: &str) -> Vec<Claim<'a>> {
    let own = |claim: &&Claim<'a>| &*claim.event.kind == kind && &*claim.event.thread == thread;
    claims.iter().filter(own).copied().collect()
}

/// "Each claim has an earliest and a latest day. A claim about the past cannot
/// have happened after it was published: its latest day is cut there; no
/// `occurred` means any day up to publication." The event model does so much.
///
/// "A claim whose bounds enclose those of other counting facts of its thread
/// and stage takes their span: a vague date gives way to a precise one."
///
/// Read as: the bounds that enclose and are enclosed are those of the sentence
/// before; equal ones do not narrow. The span taken is that of what the
/// enclosed facts say in the end: one of them that has given way itself hands
/// on what it took, and not the vague date that it gave up. Of a year around a
/// month around a day, all three say the day.
fn bounds_after_rule_3(event: &Event, counting: &[&(Position, Event)]) -> Bounds {
    let own = event.bounds();
    let Some(stage) = event.stage() else {
        return own;
    };
    let mut span: Option<Bounds> = None;
    for (_, other) in counting {
        if other.id != event.id
            && other.level == Level::Fact
            && other.kind == event.kind
            && other.thread == event.thread
            && other.stage() == Some(stage)
            && own.strictly_encloses(other.bounds())
        {
            let theirs = bounds_after_rule_3(other, counting);
            span = Some(span.map_or(theirs, |span| span.hull(theirs)));
        }
    }
    span.unwrap_or(own)
}

// Rule 5.

fn is_of_what_is(claim: &Claim<'_>) -> bool {
    matches!(claim.event.level, Level::Fact | Level::Inference)
}

fn is_official(claim: &Claim<'_>) -> bool {
    claim.event.certainty == Certainty::Official
}

/// "What certainly happened later."
fn happened_certainly_later(claim: &Claim<'_>, than: &Claim<'_>) -> bool {
    match (claim.bounds.earliest, than.bounds.latest) {
        (Some(earliest), Some(latest)) => earliest > latest,
        _ => false,
    }
}

fn beats(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    // "A fact or inference beats a forecast or opinion; among the rest,"
    // Read as: the rest are two claims of which this does not decide.
    if is_of_what_is(one) != is_of_what_is(other) {
        return is_of_what_is(one);
    }
    let alone_official = is_official(one) && !is_official(other);
    let other_alone_official = is_official(other) && !is_official(one);
    // "(for an `earnings_date`, `official` always beats)"
    // Read as: also what certainly happened later, which then does not beat it.
    if &*one.event.kind == "earnings_date" && (alone_official || other_alone_official) {
        return alone_official;
    }
    // "what certainly happened later beats what came before,"
    if happened_certainly_later(one, other) {
        return true;
    }
    // "and what alone is `official` beats what did not certainly happen later"
    alone_official && !happened_certainly_later(other, one)
}

/// "Current is the last, by publication (a correction stands in its target's
/// place; equal instants: the surer wins, then the later position), of the
/// claims through which the thread speaks and that no other of them beats."
fn current<'a>(speaking: &[Claim<'a>]) -> Option<Claim<'a>> {
    let unbeaten = |claim: &&Claim<'a>| {
        let mut others = speaking
            .iter()
            .filter(|other| other.event.id != claim.event.id);
        !others.any(|other| beats(other, claim))
    };
    speaking
        .iter()
        .filter(unbeaten)
        .copied()
        .max_by_key(|claim| {
            let (published, position) = claim.place;
            // Two corrections of one target stand in one place.
            (published, claim.event.certainty, position, claim.position)
        })
}

/// "Claims that lost to a surer one make the thread `contested`."
///
/// Read as: it would have won but for the winner's certainty. At equal instants
/// the position plays no part, since certainty is asked first.
fn lost_to_a_surer(loser: &Claim<'_>, winner: &Claim<'_>) -> bool {
    let by_time = happened_certainly_later(winner, loser);
    let by_level = is_of_what_is(winner) && !is_of_what_is(loser);
    let (theirs, ours) = (loser.place.0, winner.place.0);
    let by_publication = theirs < ours;
    if by_time || by_level || by_publication {
        return false;
    }
    let by_the_official_rule = is_official(winner) && !is_official(loser);
    let at_equal_instants = theirs == ours && winner.event.certainty > loser.event.certainty;
    by_the_official_rule || at_equal_instants
}

/// The winner among the claims that state a value, and whether another value
/// lost to a surer one.
///
/// Read as: `128.60` and `128.6` are one value.
fn decide<'a, T: PartialEq>(
    stating: &[Claim<'a>],
    stated: impl Fn(&Claim<'a>) -> T,
) -> Option<(Claim<'a>, bool)> {
    let winner = current(stating)?;
    let contested = stating
        .iter()
        .any(|claim| stated(claim) != stated(&winner) && lost_to_a_surer(claim, &winner));
    Some((winner, contested))
}

/// A value of a field with its amounts without the zeros at their ends.
fn in_short(field: &str, value: Value) -> Value {
    let is_amount = ["value", "min", "max", "capacity_mw"].contains(&field);
    match value {
        Value::String(text) if is_amount && text.contains('.') => {
            Value::from(text.trim_end_matches('0').trim_end_matches('.'))
        }
        Value::Object(parts) => {
            let parts = parts.into_iter();
            let in_short = parts.map(|(name, part)| {
                let part = in_short(&name, part);
                (name, part)
            });
            Value::Object(in_short.collect())
        }
        value => value,
    }
}

/// "Each field of `data`, and `confirmation`, is decided by this rule among the
/// claims that state it, and keeps that claim's certainty and event."
///
/// Read as: among those claims through which the thread speaks that state it;
/// a claim that does not state it beats nobody there.
fn read_thread(speaking: &[Claim<'_>], occurrence: &'static str) -> Option<ThreadReading> {
    let mut reading = ThreadReading {
        occurrence,
        speaks_through: speaking.iter().map(|claim| claim.event.id).collect(),
        current: current(speaking)?.event.id,
        fields: BTreeMap::new(),
        confirmation: None,
        contested: false,
    };
    let names: BTreeSet<&str> = speaking
        .iter()
        .flat_map(|claim| claim.event.data.names())
        .collect();
    for name in names {
        let stated = |claim: &Claim<'_>| claim.event.data.value(name);
        let read = |claim: &Claim<'_>| stated(claim).map(|value| in_short(name, value));
        let Some((winner, contested)) = decide(&stating(speaking, name), read) else {
            continue;
        };
        let value = stated(&winner).expect("the winner states it");
        reading
            .fields
            .insert(name.to_owned(), (value, winner.event.id));
        reading.contested |= contested;
    }
    // "`unstated` (the default, and says nothing)" (section 2)
    let stating: Vec<Claim<'_>> = speaking
        .iter()
        .filter(|claim| claim.event.confirmation != Confirmation::Unstated)
        .copied()
        .collect();
    if let Some((winner, contested)) = decide(&stating, |claim| claim.event.confirmation) {
        let word = winner.event.confirmation.as_str().to_owned();
        reading.confirmation = Some((word, winner.event.id));
        reading.contested |= contested;
    }
    Some(reading)
}

fn stating<'a>(speaking: &[Claim<'a>], name: &str) -> Vec<Claim<'a>> {
    let states = |claim: &&Claim<'a>| claim.event.data.contains(name);
    let stating: Vec<Claim<'a>> = speaking.iter().filter(states).copied().collect();
    if name != "quantity" {
        return stating;
    }
    // "A quantity shared with others never replaces one's own."
    // Read as: where one's own is stated by a claim through which the thread
    // speaks, the shared ones are out of the question, whatever their level,
    // time or certainty; and so they do not make the thread contested either.
    let is_own = |claim: &&Claim<'a>| !is_shared(&claim.event.data.value(name).unwrap());
    let own: Vec<Claim<'a>> = stating.iter().filter(is_own).copied().collect();
    if own.is_empty() { stating } else { own }
}

fn is_shared(quantity: &Value) -> bool {
    let with = quantity.get("shared_with").and_then(Value::as_array);
    with.is_some_and(|others| !others.is_empty())
}

// Rule 6.

#[derive(Default)]
struct ResultsDates {
    next: Option<(String, bool)>,
    overdue: Vec<String>,
    closed: Vec<String>,
}

/// A period that is open.
struct OpenPeriod {
    thread: String,
    overdue: bool,
    /// First those with a date, and they by it.
    order: (bool, DateOrder),
}

/// The date, and the place and position of the claim that decides it.
type DateOrder = (Bounds, (Instant, Position), Position);

impl<'a> Log<'a> {
    fn results_dates(
        &self,
        claims: &[Claim<'a>],
        threads: &BTreeMap<(String, String), ThreadReading>,
    ) -> ResultsDates {
        let mut dates = ResultsDates::default();
        let mut open: Vec<OpenPeriod> = Vec::new();
        for ((kind, thread), reading) in threads {
            if kind != "earnings_date" {
                continue;
            }
            if self.is_open(thread, reading, claims) {
                open.push(self.open_period(thread, reading, claims));
            } else {
                dates.closed.push(thread.clone());
            }
        }
        // "`next` is the open period with the earliest date that is not
        // overdue; where all are, the one with the latest, flagged;"
        // Read as: earliest and latest in the order of lists, "(earliest,
        // latest, published, position)", the last two those of the place of the
        // claim that decides the date: "a log corrected for our own errors
        // answers like one that never had them" (section 3, laws). A period
        // without a date is next only where none has one.
        let (undated, dated): (Vec<_>, Vec<_>) = open.iter().partition(|period| period.order.0);
        let to_come = dated.iter().filter(|period| !period.overdue);
        let first = to_come.min_by_key(|period| period.order);
        let next = first.or_else(|| dated.iter().max_by_key(|period| period.order));
        let next = next.or_else(|| undated.iter().min_by_key(|period| period.order));
        let next = next.copied();
        dates.next = next.map(|period| (period.thread.clone(), period.overdue));
        // "the others stand in `overdue`."
        // Read as: the other ones that are overdue.
        let chosen = next.map(|period| period.thread.clone());
        let others = open.iter().filter(|period| period.overdue);
        let others = others.map(|period| period.thread.clone());
        dates.overdue = others
            .filter(|thread| Some(thread) != chosen.as_ref())
            .collect();
        dates.overdue.sort();
        dates.closed.sort();
        dates
    }

    /// "A period is open until a counting result (fact or inference, not
    /// preliminary) that is at least possible by the day asked about closes it,
    /// or its date is cancelled."
    ///
    /// Read as: a result closes the period that it names, and the thread of dates that
    /// is told under the name of that period.
    fn is_open(&self, thread: &str, reading: &ThreadReading, claims: &[Claim<'a>]) -> bool {
        let text = |name: &str| {
            reading
                .fields
                .get(name)
                .and_then(|(value, _)| value.as_str())
        };
        let period = text("period");
        let closes = |claim: &Claim<'a>| {
            &*claim.event.kind == "earnings_result"
                && (claim.event.text("period") == period
                    || claim.event.text("period").map(words_of).as_deref() == Some(thread))
                && is_of_what_is(claim)
                // One without a stage counts as reported.
                && claim.event.stage() != Some("preliminary")
                && claim.bounds.earliest.is_none_or(|earliest| earliest <= self.on)
        };
        text("status") != Some("cancelled") && !claims.iter().any(closes)
    }

    fn open_period(
        &self,
        thread: &str,
        reading: &ThreadReading,
        claims: &[Claim<'a>],
    ) -> OpenPeriod {
        let date = reading.fields.get("date").map(|(_, id)| {
            let decides = claims.iter().find(|claim| claim.event.id == *id);
            let decides = decides.expect("the claim that decides counts");
            let date = decides
                .event
                .date("date")
                .expect("the kind says that it is a date");
            (date.bounds(), decides.place, decides.position)
        });
        let current = claims
            .iter()
            .find(|claim| claim.event.id == reading.current);
        let current = current.expect("the current claim counts");
        // "Overdue: its latest day is before both the day asked about and the
        // day of `known`."
        let latest = date.and_then(|(bounds, ..)| bounds.latest);
        let overdue = latest.is_some_and(|day| day < self.on && day < self.known.day());
        OpenPeriod {
            thread: thread.to_owned(),
            overdue,
            // Two periods without a date stand in the order of lists as well.
            order: (
                date.is_none(),
                date.unwrap_or((Bounds::ANY, current.place, current.position)),
            ),
        }
    }

    fn all_moves(&self, claims: &[Claim<'a>]) -> BTreeMap<String, Vec<Move>> {
        let mut all = BTreeMap::new();
        for claim in claims
            .iter()
            .filter(|claim| &*claim.event.kind == "earnings_date")
        {
            let thread = &*claim.event.thread;
            let of_thread = of_thread(claims, "earnings_date", thread);
            if !self.speaking(&of_thread).0.is_empty() {
                all.insert(thread.to_owned(), self.moves(of_thread));
            }
        }
        all
    }
}

impl<'a> Log<'a> {
    /// "`moves` are the changes of the current date as its claims came in: against
    /// the narrowest date held, one inside narrows it, one around it is only
    /// vaguer, any other is a move (days from earliest to earliest)."
    ///
    /// Read as: they came in in the order of their places; after all of each instant,
    /// since nothing between them was ever current, rules 3 to 5 decide the date among
    /// those so far. The event of a move is the one whose
    /// date is the new one, and from is the narrowest date held.
    fn moves(&self, mut thread: Vec<Claim<'a>>) -> Vec<Move> {
        thread.sort_by_key(|claim| (claim.place, claim.event.certainty, claim.position));
        let mut moves = Vec::new();
        let mut held: Option<(String, Bounds)> = None;
        for count in 1..=thread.len() {
            let instant = |at: usize| thread.get(at).map(|claim: &Claim<'_>| claim.place.0);
            if instant(count - 1) == instant(count) {
                continue;
            }
            let so_far = &thread[..count];
            let told: Vec<_> = so_far
                .iter()
                .map(|claim| (claim.position, claim.event.clone()))
                .collect();
            let told: Vec<_> = told.iter().collect();
            let as_it_was = |claim: &Claim<'a>| Claim {
                bounds: bounds_after_rule_3(claim.event, &told),
                ..*claim
            };
            let as_it_was: Vec<_> = so_far.iter().map(as_it_was).collect();
            let (speaking, _) = self.speaking(&as_it_was);
            let Some(now) = current(&stating(&speaking, "date")) else {
                continue;
            };
            let date = now
                .event
                .date("date")
                .expect("the kind says that it is a date");
            let (text, new) = (date.text().to_owned(), date.bounds());
            let Some((from, old)) = &held else {
                held = Some((text, new));
                continue;
            };
            if new.encloses(*old) {
                continue;
            }
            if !old.encloses(new) {
                let days = new.earliest.zip(old.earliest);
                let days = days.map(|(new, old)| new.signed_duration_since(old).num_days());
                moves.push((from.clone(), text.clone(), days, now.event.id));
            }
            held = Some((text, new));
        }
        moves
    }
}

// Rule 7.
impl<'a> Log<'a> {
    fn in_force(&self, claims: &[Claim<'a>]) -> BTreeMap<String, &'static str> {
        let mut all = BTreeMap::new();
        for claim in claims
            .iter()
            .filter(|claim| &*claim.event.kind == "regulatory_change")
        {
            let thread = &*claim.event.thread;
            let claims = of_thread(claims, "regulatory_change", thread);
            all.insert(thread.to_owned(), self.is_in_force(&claims));
        }
        all
    }

    /// "Some counting announced, published or amended claim has `effective` on
    /// or before the day, and no repeal's `effective` is; `occurred` plays no
    /// part. Certain, possible or no."
    ///
    /// Read as: only claims of what is; every end by law is a repeal; and a
    /// repeal, once in effect, ends the matter even if an amendment follows it. What
    /// a denial says that prevails among all claims, whatever the day, never was.
    fn is_in_force(&self, thread: &[Claim<'a>]) -> &'static str {
        const OPENING: &[&str] = &["announced", "published", "amended"];
        const ENDING: &[&str] = &["repealed", "expired", "withdrawn", "struck_down"];
        let effective = |stages: &[&str]| -> Vec<Bounds> {
            let of_stage = |claim: &&Claim<'a>| {
                is_of_what_is(claim)
                    && claim
                        .event
                        .stage()
                        .is_some_and(|stage| stages.contains(&stage))
            };
            let claims = thread.iter().filter(of_stage);
            claims
                .filter_map(|claim| Some(claim.event.date("effective")?.bounds()))
                .collect()
        };
        let certainly = |days: &Bounds| days.latest.is_some_and(|latest| latest <= self.on);
        let possibly = |days: &Bounds| days.earliest.is_none_or(|earliest| earliest <= self.on);
        let (opening, ending) = (effective(OPENING), effective(ENDING));
        let staged = thread.iter().filter(|claim| claim.event.stage().is_some());
        let staged: Vec<_> = staged.copied().collect();
        let told_last = current(&staged).and_then(|claim| claim.event.stage());
        if told_last == Some("denied") {
            "no"
        } else if opening.iter().any(certainly) && !ending.iter().any(possibly) {
            "certain"
        } else if opening.iter().any(possibly) && !ending.iter().any(certainly) {
            "possible"
        } else {
            "no"
        }
    }
}
