//! What the benchmarks measure in Rust: the least that an operation can cost, and the core alone.

pub mod core_alone;
pub mod fixture;
pub mod limit;
pub mod sample;
pub mod serve;
