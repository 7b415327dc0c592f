//! Why one period or pivot stands in its place, and not another; and what follows
//! from more than one claim.

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::EventId;
use event_model::thread::words_of;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Evidence, Explanation, Lost, Matter, Reader, Rule};
use crate::earnings::ResultsDate;
use crate::item::Item;
use crate::regulation::{Regulation, effects_by_claim};
use crate::rule::contests;
use crate::thread::{Thread, Voice};
use crate::view::ThreadView;

/// What could stand in a place, and does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Aside {
    /// The kind of its thread.
    pub kind: String,
    /// The name of its thread.
    pub thread: String,
    /// Why it stands aside.
    pub because: Because,
    /// Its date, or its stage.
    pub value: Value,
    /// The event that puts it aside.
    pub event: Arc<Event>,
}

/// Why something stands aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Its results were reported.
    Reported,
    /// Its date is cancelled.
    Cancelled,
    /// Its date is over.
    Overdue,
    /// It comes later.
    Later,
    /// It came before.
    Earlier,
    /// It has come to its end.
    Ended,
}

/// What else could stand where a thread stands.
pub(super) fn others(reader: &Reader<'_>, item: Item<'_>, field: Option<&str>) -> Vec<Aside> {
    let timeline = reader.timeline;
    let next = timeline.earnings.next.as_ref();
    match item {
        Item::Date(date) if next.is_some_and(|next| std::ptr::eq(next, date)) => {
            let dates = timeline.earnings.dates().skip(1);
            dates.map(|date| period(reader, date)).collect()
        }
        // Whether it is a result that closes it.
        Item::Date(date) if date.is_closed => vec![period(reader, date)],
        Item::Thread(view) if field.is_none() || field == Some("stage") => {
            let current = timeline.strategy.current();
            let is_current = current.is_some_and(|current| std::ptr::eq(&**current, view));
            let pivots = timeline.strategy.pivots.iter();
            let others = pivots.filter(|pivot| is_current && !std::ptr::eq(&***pivot, view));
            others.map(|pivot| pivot_aside(pivot)).collect()
        }
        _ => Vec::new(),
    }
}

fn period(reader: &Reader<'_>, date: &ResultsDate) -> Aside {
    let view = &date.view;
    let mut reported = reader.timeline.earnings.reported.iter();
    let result = reported.find(|result| {
        let period = result.text("period").map(words_of);
        period.is_some_and(|period| date.is_of(&period))
    });
    let decides = |field: &str| Item::Date(date).event(field);
    let (because, event) = match result {
        _ if !view.is_open() => (Because::Cancelled, decides("status")),
        Some(result) if date.is_closed => (Because::Reported, &result.lead),
        _ if date.overdue => (Because::Overdue, decides("date")),
        _ => (Because::Later, decides("date")),
    };
    Aside {
        kind: view.kind_name().to_owned(),
        thread: view.thread().to_owned(),
        because,
        value: json!(view.text("date")),
        event: Arc::clone(event),
    }
}

fn pivot_aside(pivot: &ThreadView) -> Aside {
    let item = Item::Thread(pivot);
    let because = match pivot.is_open() {
        true => Because::Earlier,
        false => Because::Ended,
    };
    Aside {
        kind: pivot.kind_name().to_owned(),
        thread: pivot.thread().to_owned(),
        because,
        value: json!(pivot.stage()),
        event: Arc::clone(item.event("stage")),
    }
}

impl Reader<'_> {
    /// A rule is in force by the claims whose effect has begun, or ended; or it never was,
    /// by the one that says so.
    pub(super) fn of_force(
        &self,
        thread: &Thread,
        rule: &Regulation,
        explanation: &mut Explanation,
    ) {
        let matter = Matter::Data("effective".to_owned());
        let mut all = std::mem::take(&mut explanation.made_by);
        all.append(&mut explanation.agrees);
        all.extend(explanation.lost.drain(..).map(|lost| lost.evidence));
        let in_effect: Vec<EventId> = match &rule.denied_by {
            Some(_) => Vec::new(),
            None => effects_by_claim(thread)
                .filter(|(_, _, days)| days.possibly_by(self.on))
                .map(|(claim, ..)| claim.id())
                .collect(),
        };
        if let Some(event) = &rule.denied_by {
            all.retain(|evidence| evidence.event.id != event.id);
            let stage = Matter::Data("stage".to_owned());
            explanation.made_by.push(self.evidence(event, &stage));
        }
        for evidence in all {
            let event = &evidence.event;
            match in_effect.contains(&event.id) {
                true => explanation.made_by.push(self.evidence(event, &matter)),
                false => explanation.lost.push(Lost {
                    evidence,
                    rule: Rule::NotInEffect,
                    against: None,
                }),
            }
        }
    }

    /// Moves are made by the events that made them.
    pub(super) fn of_moves(&self, moves: &[EventId], explanation: &mut Explanation) {
        let made = |evidence: &Evidence| moves.contains(&evidence.event.id);
        let mut all = std::mem::take(&mut explanation.made_by);
        all.append(&mut explanation.agrees);
        let (lost, moving): (Vec<_>, Vec<_>) = std::mem::take(&mut explanation.lost)
            .into_iter()
            .partition(|lost| !made(&lost.evidence));
        all.extend(moving.into_iter().map(|lost| lost.evidence));
        let (mut making, agreeing): (Vec<_>, Vec<_>) = all.into_iter().partition(made);
        making.sort_by_key(|evidence| moves.iter().position(|id| *id == evidence.event.id));
        (explanation.made_by, explanation.agrees) = (making, agreeing);
        explanation.lost = lost;
    }

    /// A thread is contested by the claims that lost in some field only because
    /// others are surer.
    pub(super) fn of_contest(
        &self,
        thread: &Thread,
        item: Item<'_>,
        voice: Voice,
        explanation: &mut Explanation,
    ) {
        let names = item.view().fields.iter().map(|(name, _)| name);
        let matters = names.map(|name| Matter::Data(name.to_owned()));
        let matters: Vec<Matter> = matters.chain([Matter::Confirmation]).collect();
        let claim = |id: EventId| thread.claims().iter().find(|claim| claim.id() == id);
        let mut all = std::mem::take(&mut explanation.made_by);
        all.append(&mut explanation.agrees);
        all.extend(explanation.lost.drain(..).map(|lost| lost.evidence));
        let mut contesting: Vec<(EventId, EventId)> = Vec::new();
        for matter in matters {
            let told = self.explain(thread, voice, &matter, Value::Null);
            let won = told.made_by.first().and_then(|won| claim(won.event.id));
            for lost in &told.lost {
                let lost = claim(lost.evidence.event.id);
                if let Some((lost, won)) = lost.zip(won)
                    && voice.is_through(lost)
                    && contests(lost, won)
                {
                    contesting.push((lost.id(), won.id()));
                }
            }
        }
        for evidence in all {
            let id = evidence.event.id;
            match contesting.iter().find(|(lost, _)| *lost == id) {
                Some((_, against)) => explanation.lost.push(Lost {
                    evidence,
                    rule: Rule::Contests,
                    against: Some(*against),
                }),
                None if contesting.iter().any(|(_, won)| *won == id) => {
                    explanation.made_by.push(evidence);
                }
                None => explanation.agrees.push(evidence),
            }
        }
    }

    /// Identifiers are told each by the claim that decides it.
    pub(super) fn of_identifiers(&self, explanation: &mut Explanation) {
        let company = &self.timeline.company;
        let told: Vec<EventId> = company.identifiers.iter().map(|it| it.event).collect();
        let mut all = std::mem::take(&mut explanation.made_by);
        all.append(&mut explanation.agrees);
        all.extend(explanation.lost.drain(..).map(|lost| lost.evidence));
        for evidence in all {
            match told.contains(&evidence.event.id) {
                true => explanation.made_by.push(evidence),
                false => explanation.lost.push(Lost {
                    evidence,
                    rule: Rule::NotThen,
                    against: None,
                }),
            }
        }
    }
}
