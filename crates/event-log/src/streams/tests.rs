//! The laws of the streams.

mod damage;
mod folder;
mod laws;
mod list;
mod runs;
mod same;

use super::*;

const STORE: Uuid = Uuid::from_u128(7);
const TINY: Tuning = Tuning {
    memory_bytes: 3_000,
    chunk_bytes: 400,
    fanout: 3,
    merge_bytes_max: 20_000,
    known_max: 12,
};
