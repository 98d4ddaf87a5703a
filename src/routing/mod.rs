//! Routing (DIDComm v2.1, "Routing Protocol 2.0"): routes to a recipient, and forward messages.
//!
//! A [`Route`] comes from DID documents: a transport URI, and the mediators to wrap for, the outermost first. A
//! [`Forward`] is the message to each of them: the next hop, and the payload.

mod forward;
mod headers;
mod route;

pub use forward::Forward;
pub(crate) use forward::write;
pub use headers::ForwardHeaders;
pub use route::{Choice, Route};
pub(crate) use route::{Found, MOST_LAYERS, find_direct_routes, find_routes};
