//! Where a key stands in a table that is sorted by it: [`lower_bound`].

use super::error::StreamsError;
use super::source::Source;
use super::table::{Table, Window};

/// The first record, from one on, that does not begin with less than the key;
/// the number of records if there is none.
///
/// Hashes and most ids are spread evenly, so the page is guessed from the key.
/// Every third guess halves what is left, so that no keys make it slow.
pub(super) fn lower_bound(window: &mut Window, key: &[u8], from: u64) -> Result<u64, StreamsError> {
    let table = window.table();
    let per_page = table.page_records().max(1);
    let (mut low, mut high) = (from / per_page, table.pages());
    let (mut low_key, mut high_key) = (0, u64::MAX);
    for guess in 0u32.. {
        if low >= high {
            break;
        }
        let page = if guess % 3 == 2 {
            low + (high - low) / 2
        } else {
            interpolate(front(key), (low_key, high_key), (low, high))
        };
        let records = window.page(page)?;
        let first = records.get(..table.width).unwrap_or_default();
        let last = records.rchunks(table.width).next().unwrap_or_default();
        if begins_below(last, key) {
            low = page + 1;
            low_key = front(last);
        } else if begins_below(first, key) {
            return Ok(page * per_page + below(records, table.width, key));
        } else {
            high = page;
            high_key = front(first);
        }
    }
    Ok((low * per_page).min(table.records).max(from))
}

/// Has the system fetch the pages that [`lower_bound`] is likely to read.
pub(super) fn expect(source: &Source, table: Table, key: &[u8]) {
    if table.pages() == 0 {
        return;
    }
    let page = interpolate(front(key), (0, u64::MAX), (0, table.pages()));
    let first = page.saturating_sub(1);
    table.expect(source, first, (page + 2).min(table.pages()) - first);
}

/// How many of these records begin with less than the key.
pub(super) fn below(records: &[u8], width: usize, key: &[u8]) -> u64 {
    let (mut low, mut high) = (0, records.len() / width.max(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let record = records.get(middle * width..).unwrap_or_default();
        if begins_below(record, key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low as u64
}

fn begins_below(record: &[u8], key: &[u8]) -> bool {
    record.get(..key.len()).unwrap_or(record) < key
}

/// The first eight bytes as a number that sorts as they do.
fn front(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

fn interpolate(key: u64, keys: (u64, u64), pages: (u64, u64)) -> u64 {
    let width = u128::from(keys.1.saturating_sub(keys.0).max(1));
    let into = u128::from(key.saturating_sub(keys.0)).min(width);
    let pages_width = u128::from(pages.1 - pages.0);
    let skipped = u64::try_from(into * pages_width / width).unwrap_or(0);
    pages.0 + skipped.min(pages.1 - pages.0 - 1)
}
