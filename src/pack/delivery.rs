//! Deliveries: each an endpoint URI, and the text for it, wrapped for the mediators on the route.

use std::sync::Arc;

use super::forward::{ForwardOptions, Wrapping};
use crate::caller::{Caller, ResolveOptions};
use crate::did::{DidUrl, Document};
use crate::error::{Error, Result};
use crate::routing::{self, Choice, Found, Route};

/// One way to deliver an envelope.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The endpoint URI, and the mediators before the recipient.
    pub route: Route,
    /// The wrapping for the mediators on the route; `None` if the envelope is sent as it is.
    pub wrapping: Option<Arc<Wrapping>>,
}

/// Finds the routes to the recipient; with `bare`, only those without a mediator.
pub(super) async fn find_routes(
    caller: &Caller,
    document: &Document,
    choice: &Choice,
    bare: bool,
) -> Result<Found> {
    if bare {
        return Ok(routing::find_direct_routes(document, choice));
    }
    let mut found = routing::find_routes(caller, document, choice).await?;
    if found.routes.is_empty() && !choice.is_free() {
        found.skip(Error::EndpointNotFound { did: document.did().to_string() })?;
    }
    Ok(found)
}

/// Finds the routes to a DID, the preferred first; at least one.
pub async fn routes_to(caller: &Caller, to: &DidUrl) -> Result<Vec<Route>> {
    let document = caller.resolve(to.did(), ResolveOptions::PLAIN).await?;
    let found = routing::find_routes(caller, &document, &Choice::default()).await?;
    if found.routes.is_empty() {
        let no_endpoint = || Error::EndpointNotFound { did: document.did().to_string() };
        return Err(found.obstacle.unwrap_or_else(no_endpoint));
    }
    Ok(found.routes)
}

/// Prepares the wrapping for every route, the preferred first.
///
/// The document chooses the number of routes, and a sender mostly uses the first: for the others, the text is wrapped
/// on request. An unusable route is skipped; without any usable route, the first obstacle is the error.
pub(super) async fn prepare_deliveries(
    caller: &Caller,
    to: &DidUrl,
    found: Found,
    options: &ForwardOptions,
) -> Result<Vec<Delivery>> {
    // the last hop names a key only if the sender addressed that key
    let target = if to.fragment().is_some() { to.as_str() } else { to.did() };
    let mut found = found;
    let mut deliveries: Vec<Delivery> = Vec::new();
    for route in std::mem::take(&mut found.routes) {
        // several transports of one mediator take the same text
        let alike = deliveries.iter().find(|earlier| earlier.route.layers == route.layers);
        let wrapping = match alike {
            Some(earlier) => Ok(earlier.wrapping.clone()),
            None if route.layers.is_empty() => Ok(None),
            None => Wrapping::prepare(caller, target, &route.layers, options).await.map(Arc::new).map(Some),
        };
        match wrapping {
            Ok(wrapping) => deliveries.push(Delivery { route, wrapping }),
            Err(error) => found.skip(error)?,
        }
    }
    match found.obstacle {
        Some(obstacle) if deliveries.is_empty() => Err(obstacle),
        _ => Ok(deliveries),
    }
}
