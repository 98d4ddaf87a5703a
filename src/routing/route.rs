//! The ways to a recipient: from DID documents to transport URIs and the mediators before them.

use crate::caller::{Caller, ResolveOptions};
use crate::did::{DidUrl, Document, Endpoint, Service, same_party};
use crate::error::{Error, Result};

/// The profile that this library speaks.
const PROFILE: &str = "didcomm/v2";

/// Every layer makes a message longer by a third; no route in use has more than three.
pub(crate) const MOST_LAYERS: usize = 6;

/// The document of a mediator should not name a DID in its turn, and one that does so twice is up to no good.
const MOST_MEDIATORS: usize = 3;

/// Each may ask a resolver of the network for a document that its owner chose.
const MOST_ENDPOINTS: usize = 16;

/// One for each transport in use, and one more for each to fall back on; every one is wrapped for.
const MOST_ROUTES: usize = 4;

/// One way to a recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// The absolute id of the recipient's service.
    pub service_id: String,
    /// The URI of a transport, which takes the outermost layer.
    pub uri: String,
    /// Whom the layers are for, the outermost first: mediators, or certain keys of theirs.
    pub layers: Vec<DidUrl>,
}

/// Which ways the sender takes, of those that the recipient offers.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The id of a service, absolute or relative to its document; any where there is none.
    pub service_id: Option<String>,
    /// URI schemes; any where there is none.
    pub schemes: Vec<String>,
}

impl Choice {
    /// Whether the sender leaves it to the recipient.
    pub(crate) fn is_free(&self) -> bool {
        self.service_id.is_none() && self.schemes.is_empty()
    }

    fn takes_service(&self, did: &DidUrl, service: &Service) -> bool {
        self.service_id.as_ref().is_none_or(|wanted| match wanted.strip_prefix('#') {
            Some(fragment) => service.id == did.with_fragment(fragment).as_str(),
            None => service.id == *wanted,
        })
    }

    fn takes_uri(&self, uri: &str) -> bool {
        let scheme = uri.split(':').next().unwrap_or_default();
        self.schemes.is_empty() || self.schemes.iter().any(|wanted| wanted.eq_ignore_ascii_case(scheme))
    }
}

/// What came of looking for ways.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// The ways, in the recipient's order of preference.
    pub(crate) routes: Vec<Route>,
    /// Why the first of the others is none.
    pub(crate) obstacle: Option<Error>,
}

impl Found {
    /// Passes over what a document is to blame for: another endpoint may do.
    pub(crate) fn pass_over(&mut self, error: Error) -> Result<()> {
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

/// Looks for the ways to the DID of the document, the preferred first.
pub(crate) async fn routes(caller: &Caller, document: &Document, choice: &Choice) -> Result<Found> {
    let did = document.did();
    let services = document.services().iter().filter(|service| choice.takes_service(did, service));
    let mut found = Found::default();
    let mut open: Vec<Way> = services
        .flat_map(|service| usable(service).map(|endpoint| Way::new(did, service, endpoint)))
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
            Err(error) => found.pass_over(error)?,
        }
    }
    // not sent by another way without a word: its owner asks for routing that cannot be read
    found.obstacle = found.obstacle.or_else(|| document.routing_fault());
    Ok(found)
}

/// The ways to the DID of the document on which nobody stands between.
pub(crate) fn direct(document: &Document, choice: &Choice) -> Found {
    let services = document.services().iter().filter(|service| choice.takes_service(document.did(), service));
    let routes = services.flat_map(|service| {
        let direct = usable(service).filter(|at| at.is_direct() && choice.takes_uri(&at.uri));
        direct.map(|at| Route { service_id: service.id.clone(), uri: at.uri.clone(), layers: Vec::new() })
    });
    Found { routes: routes.collect(), obstacle: None }
}

/// The endpoints of a service that take messages of this profile.
fn usable(service: &Service) -> impl Iterator<Item = &Endpoint> {
    let speaks = |profiles: &Vec<String>| profiles.iter().any(|profile| profile.trim() == PROFILE);
    service.endpoints.iter().filter(move |endpoint| endpoint.accept.as_ref().is_none_or(speaks))
}

/// A way that is not yet at its end.
struct Way {
    service_id: String,
    /// The endpoint of the last DID that was met.
    endpoint: Endpoint,
    /// The layers inside of those that this endpoint adds.
    layers: Vec<DidUrl>,
    /// The recipient, and the DIDs that led on from it.
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

    /// Takes the step that the endpoint asks for: to a transport, or to the document of a mediator.
    async fn follow(self, caller: &Caller) -> Result<Followed> {
        let owner = self.met.last().map(ToString::to_string).unwrap_or_default();
        let malformed = |reason: String| Error::MalformedDocument { did: owner.clone(), reason };
        let mut layers = Vec::new();
        for key in &self.endpoint.routing_keys {
            layers
                .push(DidUrl::parse(key).map_err(|_| malformed("a routing key that is no DID URL".into()))?);
        }
        // what the owner of the endpoint wraps for stands outside of what was known before (spec-gaps 44)
        layers.extend(self.layers);
        let uri = self.endpoint.uri;
        let mediator = uri.starts_with("did:").then(|| DidUrl::parse(&uri));
        let mediator = mediator.transpose().map_err(|_| malformed("an endpoint that is no DID".into()))?;
        if layers.len().saturating_add(usize::from(mediator.is_some())) > MOST_LAYERS {
            return Err(malformed(format!("a route of more than {MOST_LAYERS} layers")));
        }
        let Some(mediator) = mediator else {
            return Ok(Followed::Arrived(Route { service_id: self.service_id, uri, layers }));
        };
        if self.met.iter().any(|did| same_party(did.did(), mediator.did())) {
            return Err(malformed(format!("its route comes back to {}", mediator.did())));
        }
        if self.met.len() > MOST_MEDIATORS {
            return Err(malformed(format!("a route over more than {MOST_MEDIATORS} DIDs")));
        }
        let document = caller.resolve(mediator.did(), ResolveOptions::PLAIN).await?;
        layers.insert(0, document.did().clone());
        let met: Vec<_> = self.met.into_iter().chain([document.did().clone()]).collect();
        let ways: Vec<_> = document
            .services()
            .iter()
            .flat_map(usable)
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
