//! What is left of an event once its content was erased: [`Event::redacted`].
//!
//! It keeps its id, company, thread and publication, so that the log goes on to know
//! it, and what it does to other events, so that nothing that it struck comes back.
//! All else is gone: what it said, where it was from, and why.

use serde_json::Value;

use crate::data::Data;
use crate::event::{Event, Source};
use crate::kinds::{REDACTED, REDACTION, RETRACTION};
use crate::vocabulary::{Confirmation, Level};

/// The source of what is left.
const SOURCE: &str = "redacted";

/// The kind of an event, or the one that it was of before it was redacted.
pub(crate) fn was<'d>(kind: &'d str, data: &'d Data) -> &'d str {
    match kind {
        REDACTED => data.text("was").unwrap_or(kind),
        kind => kind,
    }
}

impl Event {
    /// The name of its kind, or of the kind that it was before it was redacted.
    #[must_use]
    pub fn was(&self) -> &str {
        was(&self.kind, &self.data)
    }

    /// What is left of it when it is redacted.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self {
            id: self.id,
            company: self.company.clone(),
            kind: REDACTED.into(),
            thread: self.thread.clone(),
            occurred: None,
            published: self.published.clone(),
            certainty: self.certainty,
            confirmation: Confirmation::Unstated,
            level: Level::Fact,
            source: Source {
                name: SOURCE.into(),
                // Its day of publication ends where this zone says.
                zone: self.source.zone.clone(),
                ..Source::default()
            },
            data: self.acting_data(),
            repeats: None,
            supersedes: self.supersedes,
            fault: self.fault,
            reason: None,
        }
    }

    /// What it was, and what it acts on.
    fn acting_data(&self) -> Data {
        let was = self.was();
        let acting = match was {
            RETRACTION => &["target"][..],
            REDACTION => &["left", "target"],
            _ => &[],
        };
        let kept = acting.iter().filter_map(|name| {
            let text = self.text(name)?;
            Some(((*name).to_owned(), Value::from(text)))
        });
        kept.chain([("was".to_owned(), Value::from(was))]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::draft::{Draft, Referent};
    use crate::event::tests::any_event;
    use crate::id::Slug;
    use crate::time::Instant;

    proptest! {
        #[test]
        fn what_is_left_acts_as_before_and_says_nothing(event in any_event()) {
            let left = event.redacted();
            prop_assert!(left.is_redacted());
            prop_assert_eq!(left.id, event.id);
            prop_assert_eq!(&left.company, &event.company);
            prop_assert_eq!(&left.thread, &event.thread);
            prop_assert_eq!(&left.published, &event.published);
            prop_assert_eq!(left.fault, event.fault);
            prop_assert_eq!(left.strikes(), event.strikes());
            prop_assert_eq!(left.is_retraction(), event.is_retraction());
            prop_assert_eq!(left.redacts(), event.redacts());
            prop_assert_eq!(left.redacted(), left.clone());
            let names = ["left", "target", "was"];
            prop_assert!(left.data.iter().all(|(name, _)| names.contains(&name)));
            prop_assert_eq!(&*left.source.name, SOURCE);
            prop_assert_eq!((left.reason, left.occurred, left.repeats), (None, None, None));
        }
    }

    fn appended(event: &Event, target: &Event) -> Result<Event, Vec<String>> {
        let draft = Draft::parse(&event.to_json()).unwrap();
        let found = |id| {
            (id == target.id).then(|| Referent {
                company: target.company.clone(),
                kind: target.kind.clone(),
                thread: target.thread.clone(),
                published: target.published.clone(),
            })
        };
        let company: Slug = event.company.clone();
        let finished = draft.finish(Ok(company), found, Instant::LAST);
        finished.map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn read(json: &str) -> Event {
        let json = format!(
            r#"{{"id":"01890000-0000-7000-8000-00000000000{json},"confirmation":"unstated","level":"fact","certainty":"asserted","company":"a","published":"2025-12-23","source":{{"name":"paper","zone":"Asia/Shanghai"}}}}"#
        );
        Event::from_stored(1, json.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_left_can_be_appended_elsewhere_with_what_says_so() {
        let claim = read(r#"1","kind":"statement","thread":"t","data":{"text":"secret"}"#);
        let strike = read(
            r#"2","kind":"retraction","thread":"t","fault":"source","data":{"target":"01890000-0000-7000-8000-000000000001"}"#,
        );
        for event in [&claim, &strike] {
            assert_eq!(appended(&event.redacted(), &claim), Ok(event.redacted()));
        }
        let redaction = read(
            r#"3","kind":"redaction","thread":"r","data":{"left":"sha256:00","target":"01890000-0000-7000-8000-000000000001"}"#,
        );
        assert_eq!(
            appended(&redaction, &claim.redacted()),
            Ok(redaction.clone())
        );
        let refused = appended(&redaction, &claim).unwrap_err();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused.iter().all(|it| it.contains("annals redact")));
        let again = redaction.redacted();
        assert_eq!(appended(&again, &claim.redacted()), Ok(again));
    }
}
