//! Deliveries: each a URI, and the text that is wrapped for the mediators on the way to that URI.

use std::sync::Arc;

use super::forward::{ForwardOptions, PackedForward, wrap};
use crate::caller::Caller;
use crate::did::{DidUrl, Document};
use crate::error::{Error, Result};
use crate::routing::{self, Choice, Found, Route};

/// One way to hand an envelope over.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Where it goes, and over whom.
    pub route: Route,
    /// The envelope as it goes there; none where it goes as it is.
    pub wrapped: Option<Arc<PackedForward>>,
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
    let document = caller.resolve(to.did()).await?;
    let found = routing::routes(caller, &document, &Choice::default()).await?;
    if found.routes.is_empty() {
        let nowhere = || Error::EndpointNotFound { did: document.did().to_string() };
        return Err(found.obstacle.unwrap_or_else(nowhere));
    }
    Ok(found.routes)
}

/// Wraps an envelope for every way, the preferred first.
///
/// A way that cannot be taken is passed over; where no way is left, the first obstacle is the error.
pub(super) async fn deliveries(
    caller: &Caller,
    envelope: &str,
    to: &DidUrl,
    found: &Found,
    options: &ForwardOptions,
) -> Result<Vec<Delivery>> {
    // a key is named on the last hop only by whoever addressed that very key
    let target = if to.fragment().is_some() { to.as_str() } else { to.did() };
    let mut found = found.clone();
    let mut deliveries: Vec<Delivery> = Vec::new();
    for route in std::mem::take(&mut found.routes) {
        // several transports of one mediator take the very same text
        let alike = deliveries.iter().find(|earlier| earlier.route.layers == route.layers);
        let wrapped = match alike {
            Some(earlier) => Ok(earlier.wrapped.clone()),
            None => {
                wrap(caller, envelope, target, &route.layers, options).await.map(|text| text.map(Arc::new))
            }
        };
        match wrapped {
            Ok(wrapped) => deliveries.push(Delivery { route, wrapped }),
            Err(error) => found.pass_over(error)?,
        }
    }
    match found.obstacle {
        Some(obstacle) if deliveries.is_empty() => Err(obstacle),
        _ => Ok(deliveries),
    }
}
