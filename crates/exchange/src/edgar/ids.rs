//! Ids that an import makes: the same for the same key, for ever.

use event_model::id::EventId;
use uuid::Uuid;

/// Made once for this importer; it never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0f_41d2_6c7e_5a90_8f13_2d94_e7a6_0b1c);

/// The id (UUID v5) of a key such as `filing/0001318605/0001318605-26-000005`.
pub(super) fn id_of(key: &str) -> EventId {
    EventId(Uuid::new_v5(&NAMESPACE, key.as_bytes()))
}
