//! Events of all sorts, and that they are stored as they serialise.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::*;
use crate::json::tests::{any_map, any_text};

fn any_source() -> impl Strategy<Value = Source> {
    let zone = of(select(vec![
        "UTC",
        "Asia/Shanghai",
        "-05:00",
        "America/Santiago",
        "nowhere",
    ]));
    let text = || of(any_text().prop_map(Text::from));
    (any_text(), text(), text(), zone, text(), text(), text()).prop_map(
        |(name, url, locator, zone, author, edition, covers)| Source {
            name: name.into(),
            url,
            locator,
            zone: zone.map(Text::new_static),
            author,
            edition,
            covers,
        },
    )
}

/// Events of all sorts, as a log may hold them.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let names: Vec<&str> = kinds::KINDS.iter().map(|kind| kind.name).collect();
    let kind = prop_oneof![
        select(names).prop_map(str::to_owned),
        "[a-z][a-z0-9_]{0,40}"
    ];
    let dates = [
        "2025-12-23",
        "2025-12",
        "2025~",
        "2025-24",
        "2025-12-22/2025-12-23",
        "/2025",
        "[2025-12-01..2025-12-22]",
        "2025-12-23T10:00:00Z",
        "-0044-03-15",
        "{2025-11,2025-12}",
    ];
    let published = [
        "2025-12-23",
        "2025-09-06",
        "2025-12-23T09:30:00Z",
        "2025-12-23T09:30+08:00",
        "2025-12-23T09:30:00.5-05:00",
        "1969-12-31T23:59:59.999999Z",
    ];
    let id = || any::<u128>().prop_map(|id| EventId(Uuid::from_u128(id)));
    let words = (
        select(Certainty::ALL),
        select(Confirmation::ALL),
        select(Level::ALL),
        of(select(Fault::ALL)),
    );
    let texts = (
        kind,
        any_text(),
        of(any_text()),
        "[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}",
    );
    let when = (of(select(dates.to_vec())), select(published.to_vec()));
    let ids = (id(), of(id()), of(id()));
    (ids, texts, when, words, any_source(), any_map()).prop_map(
        |(ids, texts, when, words, source, data)| Event {
            id: ids.0,
            company: texts.3.parse().unwrap(),
            kind: texts.0.into(),
            thread: texts.1.into(),
            occurred: when.0.map(|text| Edtf::parse(text).unwrap()),
            published: Published::parse(when.1, source.zone()).unwrap(),
            certainty: words.0,
            confirmation: words.1,
            level: words.2,
            source,
            data: data.into(),
            repeats: ids.1,
            supersedes: ids.2,
            fault: words.3,
            reason: texts.2.map(Text::from),
        },
    )
}

proptest! {
    #[test]
    fn what_is_stored_is_what_serialising_gives(event in any_event()) {
        let json = event.to_json();
        prop_assert_eq!(&json, &serde_json::to_string(&event).unwrap());
        prop_assert_eq!(Event::from_stored(SCHEMA, json.as_bytes()).unwrap(), event);
    }
}
