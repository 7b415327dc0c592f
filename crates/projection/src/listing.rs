//! A [`Listing`]: what a section of a timeline holds, in the order of lists.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::claim::ListOrder;
use crate::view::ThreadView;

/// What stands in a list of a timeline.
pub trait Listed {
    /// Where it stands.
    fn order(&self) -> ListOrder;
}

impl Listed for Arc<ThreadView> {
    fn order(&self) -> ListOrder {
        self.order
    }
}

/// A list in the order of lists. Long runs of what is the same in two answers
/// are shared between them.
#[derive(Clone)]
pub struct Listing<T = Arc<ThreadView>> {
    /// Runs that are shared, one after the other.
    shared: Vec<Arc<[T]>>,
    /// What stands between them.
    own: Vec<T>,
}

impl<T: Listed> Listing<T> {
    /// Lists what is to be put in order, and runs that are in it, each run
    /// before the next.
    pub(crate) fn of(mut own: Vec<T>, shared: Vec<Arc<[T]>>) -> Self {
        own.sort_unstable_by_key(T::order);
        Self { shared, own }
    }

    /// Everything in its order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        let mut all: Vec<&T> = Vec::with_capacity(self.len());
        let mut own = self.own.iter().peekable();
        for shared in self.shared.iter().flat_map(|run| run.iter()) {
            let order = shared.order();
            while let Some(before) = own.next_if(|own| own.order() < order) {
                all.push(before);
            }
            all.push(shared);
        }
        all.extend(own);
        all.into_iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let shared: usize = self.shared.iter().map(|run| run.len()).sum();
        shared + self.own.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.shared.iter().all(|run| run.is_empty())
    }
}

impl<T: Listed> FromIterator<T> for Listing<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::of(items.into_iter().collect(), Vec::new())
    }
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            shared: Vec::new(),
            own: Vec::new(),
        }
    }
}

impl<T: Listed + PartialEq> PartialEq for Listing<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Listed + fmt::Debug> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Listed + Serialize> Serialize for Listing<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
