//! Ids that belong to other events.

use annals::error::{IdReused, OtherEvent};

use super::CommandError;
use crate::hints::ID_TAKEN;

impl CommandError {
    pub(super) fn of_ids_reused(self, conflicts: &[IdReused], count: u64) -> Self {
        let redacted = conflicts.iter().filter(|conflict| conflict.is_redacted);
        let redacted: Vec<String> = redacted.map(|it| it.id.to_string()).collect();
        let hint = match redacted.is_empty() {
            true => ID_TAKEN.to_owned(),
            false => format!(
                "`annals redact {}` here too, and append again",
                redacted.join(" ")
            ),
        };
        conflicts
            .iter()
            .fold(self, |told, conflict| {
                let other = match conflict.other {
                    OtherEvent::Position(at) => format!("the event at position {at}"),
                    OtherEvent::Line(line) => format!("the event on line {line}"),
                };
                let (line, id) = (conflict.line, conflict.id);
                told.detail(match conflict.is_redacted {
                    true => format!("line {line}: is what was left of {id}, whole here: {other}"),
                    false => format!("line {line}: id {id} belongs to {other}, with other content"),
                })
            })
            .and_more(count, conflicts.len(), "ids")
            .hint(hint)
    }
}
