//! Find the routes to a recipient: from DID documents to transport URIs and their mediators.

use crate::caller::{Caller, ResolveOptions};
use crate::did::{DidUrl, Document, Endpoint, Service, same_party};
use crate::error::{Error, Result};

/// The profile of this library.
const PROFILE: &str = "didcomm/v2";

/// Maximum number of layers: each makes a message a third longer, and no route in use has more than three.
pub(crate) const MOST_LAYERS: usize = 6;

/// Maximum number of DIDs on a route: a mediator's document should not refer to another DID, and twice is abuse.
const MOST_MEDIATORS: usize = 3;

/// Maximum number of endpoints to follow: each can cause a network request for a document of its owner's choice.
const MOST_ENDPOINTS: usize = 16;

/// Maximum number of routes: two for each transport in use, the second as a fallback.
const MOST_ROUTES: usize = 4;

/// One route to a recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// The absolute id of the recipient's service.
    pub service_id: String,
    /// The transport URI, the destination of the outermost layer.
    pub uri: String,
    /// The recipients of the layers, the outermost first: mediators, or their routing keys.
    pub layers: Vec<DidUrl>,
}

/// The sender's selection among the recipient's routes.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The id of a service, absolute or relative to its document; `None` for any service.
    pub service_id: Option<String>,
    /// URI schemes; empty for any scheme.
    pub schemes: Vec<String>,
}

impl Choice {
    /// Whether the selection is unrestricted.
    pub(crate) fn is_free(&self) -> bool {
        self.service_id.is_none() && self.schemes.is_empty()
    }

    fn takes_service(&self, did: &DidUrl, service: &Service) -> bool {
        self.service_id.as_ref().is_none_or(|id| match id.strip_prefix('#') {
            Some(fragment) => service.id == did.with_fragment(fragment).as_str(),
            None => service.id == *id,
        })
    }

    fn takes_uri(&self, uri: &str) -> bool {
        let scheme = uri.split(':').next().unwrap_or_default();
        self.schemes.is_empty() || self.schemes.iter().any(|allowed| allowed.eq_ignore_ascii_case(scheme))
    }
}

/// The result of a search for routes.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// The routes, in the recipient's order of preference.
    pub(crate) routes: Vec<Route>,
    /// The error of the first unusable route.
    pub(crate) obstacle: Option<Error>,
}

impl Found {
    /// Records the error of a document, since another endpoint may be usable; returns any other error.
    pub(crate) fn skip(&mut self, error: Error) -> Result<()> {
        match error {
            Error::DidNotFound { .. }
            | Error::DidDeactivated { .. }
            | Error::EndpointNotFound { .. }
            | Error::KeyNotFound { .. }
            | Error::MalformedDocument { .. }
            | Error::Unsupported { .. } => {
                self.obstacle.get_or_insert(error);
                Ok(())
            }
            other => Err(other),
        }
    }
}

/// Finds the routes to the DID of the document, the preferred first.
pub(crate) async fn find_routes(caller: &Caller, document: &Document, choice: &Choice) -> Result<Found> {
    let did = document.did();
    let services = document.services().iter().filter(|service| choice.takes_service(did, service));
    let mut found = Found::default();
    let mut open: Vec<Way> = services
        .flat_map(|service| usable_endpoints(service).map(|endpoint| Way::new(did, service, endpoint)))
        .collect();
    open.reverse();
    for _ in 0..MOST_ENDPOINTS {
        let Some(way) = open.pop() else { break };
        if found.routes.len() == MOST_ROUTES {
            break;
        }
        match way.follow(caller).await {
            Ok(Followed::Arrived(route)) if choice.takes_uri(&route.uri) => found.routes.push(route),
            Ok(Followed::Arrived(_)) => {}
            Ok(Followed::Forked(ways)) => open.extend(ways.into_iter().rev()),
            Err(error) => found.skip(error)?,
        }
    }
    // no silent fallback to another route: the owner requires routing that is unreadable
    found.obstacle = found.obstacle.or_else(|| document.routing_fault());
    Ok(found)
}

/// Finds the routes to the DID of the document without a mediator.
pub(crate) fn find_direct_routes(document: &Document, choice: &Choice) -> Found {
    let services = document.services().iter().filter(|service| choice.takes_service(document.did(), service));
    let routes = services.flat_map(|service| {
        let direct = usable_endpoints(service).filter(|at| at.is_direct() && choice.takes_uri(&at.uri));
        direct.map(|at| Route { service_id: service.id.clone(), uri: at.uri.clone(), layers: Vec::new() })
    });
    Found { routes: routes.collect(), obstacle: None }
}

/// The endpoints of a service with this profile.
fn usable_endpoints(service: &Service) -> impl Iterator<Item = &Endpoint> {
    let speaks = |profiles: &Vec<String>| profiles.iter().any(|profile| profile.trim() == PROFILE);
    service.endpoints.iter().filter(move |endpoint| endpoint.accept.as_ref().is_none_or(speaks))
}

/// An incomplete route.
struct Way {
    service_id: String,
    /// The endpoint of the last DID.
    endpoint: Endpoint,
    /// The layers inside the layers of this endpoint.
    layers: Vec<DidUrl>,
    /// The recipient, and the DIDs that follow.
    met: Vec<DidUrl>,
}

enum Followed {
    Arrived(Route),
    Forked(Vec<Way>),
}

impl Way {
    fn new(recipient: &DidUrl, service: &Service, endpoint: &Endpoint) -> Self {
        Self {
            service_id: service.id.clone(),
            endpoint: endpoint.clone(),
            layers: Vec::new(),
            met: vec![recipient.clone()],
        }
    }

    /// Follows the endpoint: to a transport, or to the document of a mediator.
    async fn follow(self, caller: &Caller) -> Result<Followed> {
        let owner = self.met.last().map(ToString::to_string).unwrap_or_default();
        let malformed = |reason: String| Error::MalformedDocument { did: owner.clone(), reason };
        let mut layers = Vec::new();
        for key in &self.endpoint.routing_keys {
            layers.push(DidUrl::parse(key).map_err(|_| malformed("a routing key must be a DID URL".into()))?);
        }
        // the layers of this endpoint go around the layers so far
        layers.extend(self.layers);
        let uri = self.endpoint.uri;
        let mediator = uri.starts_with("did:").then(|| DidUrl::parse(&uri));
        let mediator =
            mediator.transpose().map_err(|_| malformed("an endpoint must be a URI or a DID".into()))?;
        if layers.len().saturating_add(usize::from(mediator.is_some())) > MOST_LAYERS {
            return Err(malformed(format!("a route must have at most {MOST_LAYERS} layers")));
        }
        let Some(mediator) = mediator else {
            return Ok(Followed::Arrived(Route { service_id: self.service_id, uri, layers }));
        };
        if self.met.iter().any(|did| same_party(did.did(), mediator.did())) {
            return Err(malformed(format!("its route returns to {}", mediator.did())));
        }
        if self.met.len() > MOST_MEDIATORS {
            return Err(malformed(format!("a route must have at most {MOST_MEDIATORS} DIDs")));
        }
        let document = caller.resolve(mediator.did(), ResolveOptions::PLAIN).await?;
        layers.insert(0, document.did().clone());
        let met: Vec<_> = self.met.into_iter().chain([document.did().clone()]).collect();
        let ways: Vec<_> = document
            .services()
            .iter()
            .flat_map(usable_endpoints)
            .map(|endpoint| Self {
                service_id: self.service_id.clone(),
                endpoint: endpoint.clone(),
                layers: layers.clone(),
                met: met.clone(),
            })
            .collect();
        if ways.is_empty() {
            return Err(Error::EndpointNotFound { did: document.did().to_string() });
        }
        Ok(Followed::Forked(ways))
    }
}
