//! Whatever a store holds, in its journal or in blocks, it proves; and a proof is
//! about that store alone.

use annals::model::id::Position;
use annals::proof::{Checked, TreeHead};
use annals::{Settings, Store};
use proptest::prelude::*;

use crate::histories::{append, clock, lines, step, tiny};

/// Every event in every tree that has it, with what the event says.
fn check_events(store: &Store, heads: &[TreeHead]) {
    let last = store.head().position;
    let events: Vec<_> = store.read(Position(0), last).map(Result::unwrap).collect();
    for event in &events {
        let first = usize::try_from(event.position.0).unwrap();
        for head in &heads[first..] {
            let id = event.event.id.to_string();
            let proof = store.prove(&id, Some(Position(head.size))).unwrap();
            let Ok(Checked::Inclusion(checked)) = proof.check(&[*head]) else {
                panic!("{id} in {head}");
            };
            assert_eq!(checked.envelope.id(), id);
            assert_eq!(checked.envelope.position, event.position.0);
            assert_eq!(checked.envelope.company, event.event.company.as_str());
            assert_eq!(checked.envelope.kind, &*event.event.kind);
            assert_eq!(checked.envelope.recorded, event.recorded.micros());
        }
    }
}

proptest! {
    #![proptest_config(crate::config(12))]

    #[test]
    fn a_store_proves_what_it_holds(
        steps in prop::collection::vec(step(), 1..20), is_tiny in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            let settings = if is_tiny { tiny() } else { Settings::default() };
            Store::create_or_open_with(&folder.path().join(name), clock(), settings).unwrap()
        };
        let store = open("store");
        let mut heads = vec![store.tree_head().unwrap()];
        for line in lines(&steps) {
            append(&store, &[line]);
            let head = store.tree_head().unwrap();
            if heads.last() != Some(&head) {
                heads.push(head);
            }
        }
        check_events(&store, &heads);
        store.close().unwrap();

        let store = Store::open_to_read(&folder.path().join("store"), clock()).unwrap();
        let now = store.tree_head().unwrap();
        prop_assert_eq!(Some(&now), heads.last());
        for head in &heads {
            let proof = store.prove_since(*head).unwrap();
            prop_assert!(proof.check(&[*head, now]).is_ok());
        }
        check_events(&store, &heads);

        // The same claims, in a store of its own, are another tree.
        let other = open("other");
        append(&other, &lines(&steps));
        for head in &heads[1..] {
            prop_assert!(other.prove_since(*head).is_err());
        }
    }
}
