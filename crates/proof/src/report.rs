//! What was proven, in plain words and as JSON.

use annals_proof::{Checked, CheckedInclusion, Consistency, Content, TreeHead};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A text with nothing in it that a terminal would obey.
pub(crate) fn clean(text: &str) -> String {
    let is_obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(is_obeyed, "\u{fffd}")
}

/// How much is told of what is at fault, in characters.
const FAULT_CHARS_MAX: usize = 600;

/// What is at fault, clean, and no longer than a person reads: a proof, and what is
/// typed, may have a word of any length.
pub(crate) fn fault(text: &str) -> String {
    let mut chars = text.chars();
    let mut told: String = chars.by_ref().take(FAULT_CHARS_MAX).collect();
    if chars.next().is_some() {
        told.push('\u{2026}');
    }
    clean(&told)
}

/// Tells it to a person.
pub(crate) fn words(checked: &Checked<'_>, trusted: &[TreeHead]) -> String {
    let mut lines = match checked {
        Checked::Inclusion(checked) => inclusion(checked),
        Checked::Consistency(proof) => consistency(proof, trusted),
    };
    if trusted.is_empty() {
        lines.extend(untrusted(checked).map(str::to_owned));
    }
    lines.extend(trusted.iter().map(|head| format!("you trust {head}")));
    lines.iter().map(|line| clean(line) + "\n").collect()
}

/// What is left to do where no head was given.
fn untrusted(checked: &Checked<'_>) -> [&'static str; 2] {
    match checked {
        Checked::Inclusion(_) => [
            "the tree was taken from the file: this proves nothing until you compare",
            "its head with one that you trust (--head)",
        ],
        Checked::Consistency(_) => [
            "both trees were taken from the file: this proves nothing until you compare",
            "the head of then with the one that you kept (--head)",
        ],
    }
}

fn inclusion(checked: &CheckedInclusion<'_>) -> Vec<String> {
    let (proof, envelope) = (checked.proof, &checked.envelope);
    let mut lines = vec![
        format!("event      {}", envelope.id()),
        format!("company    {}", envelope.company),
        format!("kind       {}", envelope.kind),
        format!("published  {}", instant(envelope.published)),
        format!("recorded   {}", instant(envelope.recorded)),
        format!("position   {}", envelope.position),
    ];
    if !envelope.thread.is_empty() {
        lines.insert(3, format!("thread     {}", envelope.thread));
    }
    lines.push(match &proof.content {
        Content::Whole { payload, .. } => format!("content    {payload}"),
        Content::Redacted { .. } => {
            "content    redacted: gone, and only its hash is left; the rest holds".to_owned()
        }
    });
    let TreeHead { size, .. } = proof.head;
    lines.push(format!(
        "is event {} of the {size} of the tree",
        envelope.position
    ));
    lines.push(proof.head.to_string());
    lines.push("this proves only that the log had it so, not that it is true".to_owned());
    lines
}

fn consistency(proof: &Consistency, trusted: &[TreeHead]) -> Vec<String> {
    let Consistency { since, head, .. } = proof;
    let more = head.size.saturating_sub(since.size);
    let mut lines = vec![
        "the tree".to_owned(),
        since.to_string(),
        format!("only grew, by {more}, into the tree"),
        head.to_string(),
        "this proves only that nothing of the first was changed, moved or taken away".to_owned(),
    ];
    if !trusted.is_empty() && !trusted.contains(since) {
        lines.push("compare the first with a head that you kept (--head)".to_owned());
    }
    lines
}

/// The same as JSON, on one line.
pub(crate) fn json(checked: &Checked<'_>, trusted: &[TreeHead]) -> String {
    let trusted: Vec<String> = trusted.iter().map(TreeHead::to_string).collect();
    let told = match checked {
        Checked::Inclusion(CheckedInclusion { proof, envelope }) => json!({
            "proof": "inclusion",
            "head": proof.head.to_string(),
            "trusted": trusted,
            "id": envelope.id(),
            "company": envelope.company,
            "kind": envelope.kind,
            "thread": envelope.thread,
            "published": instant(envelope.published),
            "recorded": instant(envelope.recorded),
            "position": envelope.position,
            "redacted": matches!(proof.content, Content::Redacted { .. }),
            "payload": payload(&proof.content),
        }),
        Checked::Consistency(proof) => json!({
            "proof": "consistency",
            "since": proof.since.to_string(),
            "head": proof.head.to_string(),
            "trusted": trusted,
        }),
    };
    format!("{told}\n")
}

fn payload(content: &Content) -> Value {
    match content {
        Content::Whole { payload, .. } => Value::from(payload.as_str()),
        Content::Redacted { .. } => Value::Null,
    }
}

/// An instant as RFC 3339, or the number where no calendar has it.
fn instant(micros: i64) -> String {
    match Timestamp::from_microsecond(micros) {
        Ok(instant) => instant.to_string(),
        Err(_) => format!("{micros} µs since 1970"),
    }
}
