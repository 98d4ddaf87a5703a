//! Tests of the core on whole envelopes: without Python, network or clock, and with fixed randomness.
//!
//! The ids above the tests are those of the conformance ledger.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a failure ends the test; clippy allows this in test functions, but not in their helpers"
)]
#![expect(clippy::needless_pass_by_value, reason = "values are written where they are used, and used once")]

mod attachments;
mod bounds;
mod corpus;
mod did_methods;
mod dids;
mod external_keys;
mod forge;
mod forgeries;
mod growth;
mod inspect;
mod interop;
mod known_answers;
mod local_dids;
mod message;
mod misuse;
mod parties;
mod peer;
mod peer_documents;
mod policy;
mod properties;
#[path = "../fuzz/properties/mod.rs"]
mod properties_of_any_bytes;
mod questions;
mod rotation;
mod roundtrip;
mod routing;
mod routing_endpoints;
mod routing_mediator;
mod several_recipients;
mod single_layers;
mod spread;
mod strict_json;
mod v1;
mod vectors;
mod world;
