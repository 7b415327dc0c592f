//! The fields of a thread: a [`Column`] of the claims that state each.

use std::borrow::Cow;

use event_model::data::Field;
use event_model::event::Event;
use event_model::kind::Kind;
use serde_json::Value;

use crate::claim::Claim;

/// A field, and the claims that state it.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: Cow<'static, str>,
    pub(super) stating: Stating,
}

/// Which claims of a thread state something.
#[derive(Debug)]
pub(super) enum Stating {
    /// All of them, each by itself.
    All,
    /// These, by their indices, in the order of publication.
    These(Vec<usize>),
}

/// The fields that claims state, in the order of their names.
pub(super) fn columns(claims: &mut [Claim], kind: Option<&'static Kind>) -> Vec<Column> {
    let stated = stated(claims, kind);
    let column = |(name, these): (Cow<'static, str>, Vec<usize>)| {
        let is_shared = name == "quantity" && share_quantity(claims, &these);
        let stating = match these.len() == claims.len() && !is_shared {
            true => Stating::All,
            false => Stating::These(these),
        };
        Column { name, stating }
    };
    stated.into_iter().map(column).collect()
}

/// Every field with the claims that state it.
fn stated(claims: &[Claim], kind: Option<&'static Kind>) -> Vec<(Cow<'static, str>, Vec<usize>)> {
    let mut fields: Vec<(Cow<'static, str>, Vec<usize>)> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        // Most claims of a thread state the same fields in the same order.
        let mut next = 0;
        for name in claim.event.data.names() {
            let is_next = fields.get(next).is_some_and(|(field, _)| field == name);
            if !is_next {
                let found = fields.binary_search_by(|(field, _)| (**field).cmp(name));
                next = found.unwrap_or_else(|place| {
                    fields.insert(place, (field_name(kind, name), Vec::new()));
                    place
                });
            }
            if let Some((_, claims)) = fields.get_mut(next) {
                claims.push(at);
            }
            next += 1;
        }
    }
    fields
}

/// Finds which of these claims tell a quantity that they have in common with others;
/// whether any does.
fn share_quantity(claims: &mut [Claim], these: &[usize]) -> bool {
    let mut any = false;
    for at in these {
        if let Some(claim) = claims.get_mut(*at) {
            claim.shares_quantity = quantity_is_shared(&claim.event);
            any |= claim.shares_quantity;
        }
    }
    any
}

fn field_name(kind: Option<&'static Kind>, name: &str) -> Cow<'static, str> {
    match kind.and_then(|kind| kind.field(name)) {
        Some(field) => Cow::Borrowed(field.name),
        None => Cow::Owned(name.to_owned()),
    }
}

fn quantity_is_shared(event: &Event) -> bool {
    let quantity = event.data.get("quantity");
    let quantity = quantity.filter(|quantity| quantity.json().contains("shared_with"));
    let quantity = quantity.map(Field::to_value);
    let shared_with = quantity.as_ref().and_then(|value| value.get("shared_with"));
    let others = shared_with.and_then(Value::as_array);
    others.is_some_and(|others| !others.is_empty())
}
