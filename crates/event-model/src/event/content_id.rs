//! The id of an event that came without one: the same for the same content.

use uuid::Uuid;

use super::Event;
use crate::id::EventId;

const NO_ID: EventId = EventId(Uuid::nil());
/// Where the id stands in the JSON of an event.
const ID_AT: usize = "{\"id\":\"".len();

/// The id of content that is told by the JSON of an event with [`NO_ID`].
fn content_id_of(json: &str) -> EventId {
    // Made once for this purpose; it never changes.
    const NAMESPACE: Uuid = Uuid::from_u128(0x8a6f_5c1e_3b0d_5d55_9c0a_6e1f_7d29_4b60);
    EventId(Uuid::new_v5(&NAMESPACE, json.as_bytes()))
}

impl Event {
    /// The id of an event that came without one: the same for the same content.
    #[must_use]
    pub fn content_id(&self) -> EventId {
        content_id_of(&self.to_json_of(NO_ID))
    }

    /// Whether its id is that: who guesses all that it says can tell that the guess is
    /// right, also once it is redacted.
    #[must_use]
    pub fn has_content_id(&self) -> bool {
        self.id == self.content_id()
    }

    /// Gives it the id of its content, and tells its JSON.
    pub(crate) fn take_content_id(&mut self) -> String {
        let mut json = self.to_json_of(NO_ID);
        self.id = content_id_of(&json);
        let at = ID_AT..ID_AT + uuid::fmt::Hyphenated::LENGTH;
        json.replace_range(at, &self.id.to_string());
        json
    }
}
