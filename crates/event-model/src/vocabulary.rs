//! The words of an event's envelope: [`Certainty`], [`Confirmation`],
//! [`Level`] and [`Fault`].
//!
//! Each is a closed list. Certainty is ordered: what stands further down is
//! surer.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A word that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is none of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was read.
    pub text: String,
    /// The words of the list.
    pub known: &'static [&'static str],
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$word_about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$word_about])* $variant,)+ }

        impl $name {
            /// The words as they are written, in order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { text: text.to_owned(), known: Self::WORDS }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// Who stands behind a claim, from the least sure to the surest.
    Certainty {
        /// Hearsay.
        Rumour = "rumour",
        /// Sources that are not named.
        Reported = "reported",
        /// A named medium, as a fact.
        Asserted = "asserted",
        /// A named person or document.
        Attributed = "attributed",
        /// The company or the authority itself.
        Official = "official",
    }
}

words! {
    /// What the parties say of a claim.
    Confirmation {
        /// The claim says nothing of it.
        Unstated = "unstated",
        /// Awaited.
        Pending = "pending",
        /// By some of the parties.
        Partial = "partial",
        /// By the parties.
        Confirmed = "confirmed",
        /// The parties deny it.
        Denied = "denied",
    }
}

words! {
    /// What sort of claim it is.
    Level {
        /// It is so.
        Fact = "fact",
        /// It appears to be so.
        Inference = "inference",
        /// It will be so.
        Forecast = "forecast",
        /// Somebody's view.
        Opinion = "opinion",
    }
}

impl Level {
    /// Whether the claim is about what is: a fact or an inference. A forecast
    /// or an opinion never prevails over such a claim.
    #[must_use]
    pub fn is_about_what_is(self) -> bool {
        matches!(self, Self::Fact | Self::Inference)
    }
}

words! {
    /// Whose error a retraction or correction mends.
    Fault {
        /// Ours: the world knew better all along.
        Record = "record",
        /// The source's: until it was mended, the world was told so.
        Source = "source",
    }
}
