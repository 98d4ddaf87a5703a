//! Routing (DIDComm v2.1, "Routing Protocol 2.0"): the ways to a recipient, and what mediators are told.
//!
//! A [`Route`] is read from DID documents: a transport URI, and the mediators to wrap for, the outermost
//! first. A [`Forward`] is what each of them finds in its layer: the next hop, and what to hand on.

mod forward;
mod headers;
mod route;

pub use forward::Forward;
pub(crate) use forward::write;
pub use headers::ForwardHeaders;
pub use route::{Choice, Route};
pub(crate) use route::{Found, MOST_LAYERS, direct, routes};
