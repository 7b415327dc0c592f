//! Where a claim is from: [`Source`].

use serde::{Deserialize, Serialize};

use super::json::write_optional;
use crate::json::write_text;
use crate::text::Text;
use crate::time::Zone;

/// Where a claim is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The medium, person or authority.
    pub name: Text,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
    /// The place in the source: `paragraph 1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<Text>,
    /// The zone in which its dates are meant: an IANA zone or an offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Text>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Text>,
    /// The edition it was read from, where a source is published anew: a text
    /// that sorts as the editions follow one another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Text>,
    /// The dates that this edition covers, as EDTF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Text>,
}

impl Source {
    /// The names of its fields.
    pub const FIELDS: &'static [&'static str] = &[
        "name", "url", "locator", "zone", "author", "edition", "covers",
    ];

    /// The zone in which its dates are meant; UTC if it does not say.
    #[must_use]
    pub fn zone(&self) -> Zone {
        let zone = self.zone.as_deref().and_then(|text| text.parse().ok());
        zone.unwrap_or(Zone::UTC)
    }

    /// What it says besides its name, in the order of [`Source::FIELDS`].
    pub(crate) fn further(&self) -> [&Option<Text>; 6] {
        [
            &self.url,
            &self.locator,
            &self.zone,
            &self.author,
            &self.edition,
            &self.covers,
        ]
    }

    pub(super) fn write_json(&self, out: &mut String) {
        out.push_str("{\"name\":");
        write_text(&self.name, out);
        for (name, text) in Self::FIELDS.iter().skip(1).zip(self.further()) {
            write_optional(name, text.as_deref(), out);
        }
        out.push('}');
    }
}
