//! The crate `did-peer`: it makes and resolves DIDs, and packs nothing.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use did_peer::{
    DIDPeer, DIDPeerCreateKeys, DIDPeerError, DIDPeerKeys, DIDPeerService, PeerServiceEndPoint,
    PeerServiceEndPointLong,
};
use peers::{Answer, Refusal, list, locked_version, serve, text};
use serde_json::{Value, json};

fn main() {
    serve(|request| match text(request, "command")? {
        "hello" => Ok(json!({"crate did-peer": locked_version("did-peer")})),
        "create_did" => create(request),
        "resolve" => resolve(text(request, "did")?),
        command => Err(Refusal::of_request(format!("no command {command}"))),
    });
}

fn refused(error: DIDPeerError) -> Refusal {
    let name = format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    Refusal(name, error.to_string())
}

fn not_json(error: serde_json::Error) -> Refusal {
    Refusal("NotRead".to_owned(), error.to_string())
}

/// A did:peer:2 of the Multikeys and services of the request.
fn create(request: &Value) -> Answer {
    let keys = [("agreement", DIDPeerKeys::Encryption), ("signing", DIDPeerKeys::Verification)];
    let keys = keys.into_iter().flat_map(|(member, purpose)| {
        let multikeys = list(request, member).iter().filter_map(Value::as_str);
        multikeys.map(move |key| DIDPeerCreateKeys::new(purpose.clone(), None, Some(key.to_owned())))
    });
    let services = list(request, "services").iter().map(service).collect::<Result<Vec<_>, _>>()?;
    let (did, _) = DIDPeer::create_peer_did(&keys.collect(), Some(&services)).map_err(refused)?;
    Ok(did.into())
}

/// The service in the crate's own words: it has a name of its own for routing keys.
fn service(service: &Value) -> Result<DIDPeerService, Refusal> {
    let mut endpoint = service["serviceEndpoint"].clone();
    if let Some(keys) = endpoint.as_object_mut().and_then(|members| members.remove("routingKeys")) {
        endpoint["routing_keys"] = keys;
    }
    let endpoint: PeerServiceEndPointLong = serde_json::from_value(endpoint).map_err(not_json)?;
    Ok(DIDPeerService {
        _type: "dm".to_owned(),
        service_end_point: PeerServiceEndPoint::Short(PeerServiceEndPoint::Long(endpoint).to_short()),
        id: None,
    })
}

fn resolve(did: &str) -> Answer {
    let document = match pin!(DIDPeer.resolve(did)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(document) => document.map_err(refused)?,
        Poll::Pending => return Err(Refusal::of_request("the peer waits")),
    };
    serde_json::to_value(document).map_err(not_json)
}
