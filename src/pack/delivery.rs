//! Deliveries: each a URI, and the text that is wrapped for the mediators on the way to that URI.

use std::sync::Arc;

use super::forward::{ForwardOptions, Wrapping};
use crate::caller::{Caller, ResolveOptions};
use crate::did::{DidUrl, Document};
use crate::error::{Error, Result};
use crate::routing::{self, Choice, Found, Route};

/// One way to hand an envelope over.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Where it goes, and over whom.
    pub route: Route,
    /// Wraps the envelope for the mediators on the route; none where it goes as it is.
    pub wrapping: Option<Arc<Wrapping>>,
}

/// The ways to the recipient; where `bare` those alone on which nobody stands between.
pub(super) async fn ways(caller: &Caller, document: &Document, choice: &Choice, bare: bool) -> Result<Found> {
    if bare {
        return Ok(routing::direct(document, choice));
    }
    let mut found = routing::routes(caller, document, choice).await?;
    if found.routes.is_empty() && !choice.is_free() {
        found.pass_over(Error::EndpointNotFound { did: document.did().to_string() })?;
    }
    Ok(found)
}

/// The ways to a DID, the preferred first; there is one at least.
pub async fn routes_to(caller: &Caller, to: &DidUrl) -> Result<Vec<Route>> {
    let document = caller.resolve(to.did(), ResolveOptions::PLAIN).await?;
    let found = routing::routes(caller, &document, &Choice::default()).await?;
    if found.routes.is_empty() {
        let nowhere = || Error::EndpointNotFound { did: document.did().to_string() };
        return Err(found.obstacle.unwrap_or_else(nowhere));
    }
    Ok(found.routes)
}

/// Prepares the wrapping for every route, the preferred first.
///
/// A document chooses how many routes there are, and a sender mostly takes the first: the others are not wrapped for
/// before their text is requested. A route that cannot be taken is passed over; where none is left, the first obstacle
/// is the error.
pub(super) async fn deliveries(
    caller: &Caller,
    to: &DidUrl,
    found: Found,
    options: &ForwardOptions,
) -> Result<Vec<Delivery>> {
    // a key is named on the last hop only by whoever addressed that very key
    let target = if to.fragment().is_some() { to.as_str() } else { to.did() };
    let mut found = found;
    let mut deliveries: Vec<Delivery> = Vec::new();
    for route in std::mem::take(&mut found.routes) {
        // several transports of one mediator take the very same text
        let alike = deliveries.iter().find(|earlier| earlier.route.layers == route.layers);
        let wrapping = match alike {
            Some(earlier) => Ok(earlier.wrapping.clone()),
            None if route.layers.is_empty() => Ok(None),
            None => Wrapping::prepare(caller, target, &route.layers, options).await.map(Arc::new).map(Some),
        };
        match wrapping {
            Ok(wrapping) => deliveries.push(Delivery { route, wrapping }),
            Err(error) => found.pass_over(error)?,
        }
    }
    match found.obstacle {
        Some(obstacle) if deliveries.is_empty() => Err(obstacle),
        _ => Ok(deliveries),
    }
}
