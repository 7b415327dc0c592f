//! Identifiers, and kinds of one's own.

use event_model::data::Data;
use event_model::id::{EventId, Slug};
use event_model::identifier::{CompanyKey, Identifier, guesses};
use event_model::own_kinds::declared;
use serde_json::Value;

/// Reads a text as the key of a company, an identifier, and the declaration of a kind.
pub fn target(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    keys(text);
    if let Ok(Value::Object(fields)) = event_model::json::parse(text) {
        declaration(&Data::from(fields));
    }
}

fn keys(text: &str) {
    if let Some(slug) = Slug::from_name(text) {
        assert_eq!(slug.as_str().parse(), Ok(slug.clone()));
    }
    if let Ok(id) = text.parse::<EventId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
    }
    match CompanyKey::parse(text) {
        Ok(key) => assert_eq!(CompanyKey::parse(&key.to_string()), Ok(key)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    for (scheme, value) in guesses(text) {
        assert_eq!(scheme.parse_value(&value), Ok(value), "{scheme:?}");
    }
    let mut parts = text.splitn(4, ' ');
    let mut part = || parts.next();
    let (scheme, value) = (part().unwrap_or_default(), part().unwrap_or_default());
    if let Ok(identifier) = Identifier::read(scheme, value, part(), part()) {
        let json = serde_json::to_string(&identifier).unwrap_or_default();
        assert_eq!(serde_json::from_str(&json).ok(), Some(identifier), "{json}");
    }
}

fn declaration(data: &Data) {
    match declared(data) {
        Ok(kind) => {
            let same = declared(data).is_ok_and(|again| std::ptr::eq(kind, again));
            assert!(same, "the same declaration is the same kind");
            assert!(serde_json::from_str::<Value>(kind.example).is_ok());
            assert!(event_model::schema::of_event(kind).is_object());
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(
                problems
                    .iter()
                    .all(|problem| !problem.to_string().is_empty())
            );
        }
    }
}
