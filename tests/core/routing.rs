//! The sender's side of routing: the route of a message, and its layers.

use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::{Error, Result};
use pydidcomm::pack::{EncryptOptions, Packed};
use pydidcomm::routing::ForwardHeaders;
use serde_json::{Value, json};

use super::forge::{decode_json, open};
use super::parties::{ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, document};
use super::world::{World, from, from_alice_to_bob, message};

pub(crate) const ONE: &str = "did:example:mediator1";
pub(crate) const TWO: &str = "did:example:mediator2";
pub(crate) const ONE_1: &str = "did:example:mediator1#agree-1";
pub(crate) const ONE_2: &str = "did:example:mediator1#agree-2";
pub(crate) const TWO_2: &str = "did:example:mediator2#agree-2";
pub(crate) const AT_ONE: &str = "https://one.example";
const FORWARD: &str = "https://didcomm.org/routing/2.0/forward";

/// The document of a party with this `serviceEndpoint`.
pub(crate) fn served(did: &str, endpoint: Value) -> Document {
    let keys: [(&str, &[&str]); 1] = [("keyAgreement", &["agree-2", "agree-1", "agree-10"])];
    let mut json: Value = serde_json::from_str(document(did, &keys).json().unwrap()).unwrap();
    json["service"] = json!([{"id": "#didcomm", "type": "DIDCommMessaging", "serviceEndpoint": endpoint}]);
    Document::parse(&json).unwrap()
}

/// A world with two mediators, and with this `serviceEndpoint` of Bob.
pub(crate) fn world(bob: Value) -> World {
    World::new()
        .with_document(served(BOB, bob))
        .with_document(served(ONE, json!({"uri": AT_ONE})))
        .with_document(served(TWO, json!([{"uri": "wss://two.example"}])))
}

pub(crate) fn pack(world: &World) -> Result<Packed> {
    world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE))
}

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn kids(jwe: &Value) -> Vec<&str> {
    jwe["recipients"].as_array().unwrap().iter().map(|one| one["header"]["kid"].as_str().unwrap()).collect()
}

/// Opens the layer with the key of a mediator, and checks that its content is a valid forward.
pub(crate) fn forward(layer: &Value, kid: &str) -> Value {
    let header = decode_json(&layer["protected"]);
    assert_eq!(header["alg"], "ECDH-ES+A256KW");
    assert_eq!((header.get("skid"), header.get("apu")), (None, None));
    let forward = parse(&open(layer, kid, None));
    assert_eq!(forward["type"], FORWARD);
    assert_eq!(forward["typ"], "application/didcomm-plain+json");
    assert_eq!(forward["to"], json!([kid.split('#').next()]));
    assert_eq!(forward["id"].as_str().unwrap().len(), 36);
    assert_eq!(forward.get("from"), None);
    assert_eq!(forward["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(forward["attachments"][0]["id"], "forwarded");
    assert_eq!(forward["attachments"][0]["media_type"], "application/didcomm-encrypted+json");
    forward
}

pub(crate) fn payload(forward: &Value) -> &Value {
    &forward["attachments"][0]["data"]["json"]
}

/// The kids of the layers of a message, the outermost first.
pub(crate) fn hops(text: &str) -> Vec<String> {
    let mut layer = parse(text);
    let mut hops = Vec::new();
    while !kids(&layer)[0].starts_with(BOB) {
        hops.push(kids(&layer).join(" "));
        let kid = kids(&layer)[0].to_owned();
        let forward = forward(&layer, &kid);
        layer = payload(&forward).clone();
    }
    hops
}

/// The endpoint URIs of a message, in order.
pub(crate) fn uris(packed: &Packed) -> Vec<&str> {
    packed.envelope.deliveries.iter().map(|delivery| delivery.route.uri.as_str()).collect()
}

pub(crate) fn all_keys_of(did: &str) -> String {
    ["agree-1", "agree-10", "agree-2"].map(|fragment| format!("{did}#{fragment}")).join(" ")
}

// RTE-01, RTE-05, RTE-06, RTE-07, RTE-09, RTE-21, ENC-14, DID-14
#[test]
fn every_routing_key_has_a_layer_the_first_of_them_outermost() {
    let world = world(json!({"uri": AT_ONE, "routingKeys": [ONE_1, TWO_2]}));
    let signed = EncryptOptions { signer: Some(DidUrl::parse(ALICE).unwrap()), ..from(ALICE) };
    let packed = world.encrypt(&from_alice_to_bob(), BOB, &signed).unwrap();
    let delivery = &packed.envelope.deliveries[0];
    assert_eq!(delivery.route.uri, AT_ONE);
    assert_eq!(delivery.route.service_id, format!("{BOB}#didcomm"));
    let wrapping = delivery.wrapping.as_ref().unwrap();
    assert_eq!(wrapping.to_kids(), [DidUrl::parse(ONE_1).unwrap()]);
    let outer = parse(packed.envelope.message());
    assert_eq!(kids(&outer), [ONE_1]);
    let first = forward(&outer, ONE_1);
    assert_eq!(first["body"], json!({"next": TWO_2}));
    let inner = payload(&first);
    assert_eq!(kids(inner), [TWO_2]);
    let second = forward(inner, TWO_2);
    assert_eq!(second["body"], json!({"next": BOB}));
    assert_ne!(first["id"], second["id"]);
    assert_eq!(payload(&second), &parse(&packed.envelope.text));
    assert_eq!(kids(payload(&second)), BOB_SORTED);
    let received = world.unpack(payload(&second)).unwrap();
    assert_eq!(received.signer().unwrap().kid().as_str(), ALICE_SIGNS);
    assert!(!received.was_in_forward());
    for other in [TWO_2, BOB_1] {
        assert!(matches!(
            world.holding(&[other]).unpack(packed.envelope.message()),
            Err(Error::SecretNotFound { .. })
        ));
    }
}

// RTE-22
#[test]
fn a_layer_contains_only_the_next_hop_of_its_mediator() {
    let world = world(json!({"uri": AT_ONE, "routingKeys": [ONE_1, TWO_2]}));
    let packed = pack(&world).unwrap();
    let outer = parse(packed.envelope.message());
    let first = open(&outer, ONE_1, None);
    let everything = |text: &str| {
        // a protected header is encoded, not encrypted
        let header = decode_json(&payload(&parse(text))["protected"]);
        format!("{text} {header} {outer} {}", decode_json(&outer["protected"]))
    };
    for secret in [ALICE, BOB, "two.example", "one.example", "soupe", "1234567890", "#didcomm"] {
        assert!(!everything(&first).contains(secret), "{secret}");
    }
    assert!(everything(&first).contains(TWO_2));
    let second = open(payload(&parse(&first)), TWO_2, None);
    let header = decode_json(&payload(&parse(&second))["protected"]);
    for secret in [ONE, "one.example", "soupe", "1234567890", "#didcomm"] {
        assert!(!second.contains(secret), "{secret}");
    }
    // the header of the inner envelope contains the sender, unless protection is requested
    assert_eq!(header["skid"], ALICE_KEY);
    let hidden = EncryptOptions { protect_sender: true, ..from(ALICE) };
    let packed = world.encrypt(&from_alice_to_bob(), BOB, &hidden).unwrap();
    let inner = parse(&open(&parse(packed.envelope.message()), ONE_1, None));
    let last = open(payload(&inner), TWO_2, None);
    let header = decode_json(&payload(&parse(&last))["protected"]);
    assert!(!format!("{last} {header}").contains(ALICE));
}

// RTE-10, DID-13
#[test]
fn without_routing_keys_and_mediator_nothing_is_wrapped() {
    for endpoint in [json!({"uri": AT_ONE}), json!({"uri": AT_ONE, "routingKeys": []}), json!(AT_ONE)] {
        let packed = pack(&world(endpoint)).unwrap();
        assert_eq!(kids(&parse(packed.envelope.message())), BOB_SORTED);
        assert_eq!((packed.envelope.message(), uris(&packed)), (packed.envelope.text.as_str(), vec![AT_ONE]));
        assert!(packed.envelope.deliveries[0].wrapping.is_none());
    }
    // a recipient without a service is packed for, too
    let packed = World::new().encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap();
    assert_eq!((packed.envelope.message(), uris(&packed).len()), (packed.envelope.text.as_str(), 0));
}

// DID-15, DID-16, RTE-09
#[test]
fn a_mediator_whose_did_is_the_endpoint_has_the_only_layer() {
    for endpoint in [json!({"uri": ONE}), json!([{"uri": ONE, "routingKeys": []}]), json!(ONE)] {
        let packed = pack(&world(endpoint)).unwrap();
        assert_eq!(hops(packed.envelope.message()), [all_keys_of(ONE)]);
        assert_eq!(forward(&parse(packed.envelope.message()), ONE_2)["body"]["next"], BOB);
        assert_eq!(uris(&packed), [AT_ONE]);
        assert_eq!(packed.envelope.deliveries[0].route.layers, [DidUrl::parse(ONE).unwrap()]);
    }
}

// DID-17
#[test]
fn a_mediator_whose_did_is_the_endpoint_stands_before_the_routing_keys() {
    let packed = pack(&world(json!({"uri": ONE, "routingKeys": [TWO_2]}))).unwrap();
    assert_eq!(hops(packed.envelope.message()), [all_keys_of(ONE), TWO_2.to_owned()]);
    let outer = forward(&parse(packed.envelope.message()), ONE_1);
    assert_eq!(outer["body"]["next"], TWO_2);
    assert_eq!(forward(payload(&outer), TWO_2)["body"]["next"], BOB);
    assert_eq!(uris(&packed), [AT_ONE]);
}

// DID-15, DID-17
#[test]
fn routing_keys_of_a_mediator_itself_are_wrapped_last() {
    let front = "did:example:front";
    let world = world(json!({"uri": ONE, "routingKeys": [TWO_2]}))
        .with_document(served(front, json!({"uri": "https://front.example"})));
    let before = |endpoint| world.with_document(served(ONE, endpoint));
    let key = format!("{front}#agree-1");
    let packed = pack(&before(json!({"uri": AT_ONE, "routingKeys": [key]}))).unwrap();
    assert_eq!(hops(packed.envelope.message()), [key.clone(), all_keys_of(ONE), TWO_2.to_owned()]);
    assert_eq!(forward(&parse(packed.envelope.message()), &key)["body"]["next"], ONE);
    assert_eq!(uris(&packed), [AT_ONE]);
    let packed = pack(&before(json!({"uri": front}))).unwrap();
    assert_eq!(hops(packed.envelope.message()), [all_keys_of(front), all_keys_of(ONE), TWO_2.to_owned()]);
    assert_eq!(uris(&packed), ["https://front.example"]);
}

// DID-15, DID-22
#[test]
fn a_mediator_without_a_usable_service_is_an_error() {
    let world = world(json!({"uri": ONE}));
    let refused = |world: &World| pack(world).err();
    let no_endpoint = Some(Error::EndpointNotFound { did: ONE.into() });
    let keys: [(&str, &[&str]); 1] = [("keyAgreement", &["agree-1"])];
    assert_eq!(refused(&world.with_document(document(ONE, &keys))), no_endpoint);
    let other = served(ONE, json!({"uri": AT_ONE, "accept": ["didcomm/aip2;env=rfc19"]}));
    assert_eq!(refused(&world.with_document(other)), no_endpoint);
    assert_eq!(refused(&world.without(ONE)), Some(Error::DidNotFound { did: ONE.into() }));
    let mut keyless: Value =
        serde_json::from_str(served(ONE, json!({"uri": AT_ONE})).json().unwrap()).unwrap();
    keyless["keyAgreement"] = json!([]);
    let keyless = world.with_document(Document::parse(&keyless).unwrap());
    assert!(matches!(refused(&keyless), Some(Error::KeyNotFound { did, .. }) if did == ONE));
}

// DID-18
#[test]
fn mediators_in_a_circle_or_a_long_row_end_in_an_error() {
    let circle = world(json!({"uri": ONE}))
        .with_document(served(ONE, json!({"uri": TWO})))
        .with_document(served(TWO, json!({"uri": ONE})));
    let Some(Error::MalformedDocument { did, reason }) = pack(&circle).err() else { panic!("packed") };
    assert_eq!((did.as_str(), reason.as_str()), (TWO, "its route returns to did:example:mediator1"));
    let itself = pack(&world(json!({"uri": BOB}))).err();
    assert!(matches!(itself, Some(Error::MalformedDocument { did, .. }) if did == BOB));
    let row = |length: usize| {
        let name = |place: usize| format!("did:example:row{place}");
        (0..length).fold(world(json!({"uri": name(0)})), |world, place| {
            let last = place + 1 == length;
            let uri = if last { AT_ONE.to_owned() } else { name(place + 1) };
            world.with_document(served(&name(place), json!({"uri": uri})))
        })
    };
    assert_eq!(hops(pack(&row(3)).unwrap().envelope.message()).len(), 3);
    assert!(matches!(pack(&row(4)).err(), Some(Error::MalformedDocument { .. })));
}

#[test]
fn a_route_of_too_many_layers_is_refused() {
    let route = |length: usize| json!({"uri": AT_ONE, "routingKeys": vec![ONE_1; length]});
    assert_eq!(hops(pack(&world(route(6))).unwrap().envelope.message()).len(), 6);
    let Some(Error::MalformedDocument { did, reason }) = pack(&world(route(7))).err() else {
        panic!("packed")
    };
    assert_eq!((did.as_str(), reason.as_str()), (BOB, "a route must have at most 6 layers"));
    let with_mediator = json!({"uri": ONE, "routingKeys": vec![TWO_2; 6]});
    assert!(matches!(pack(&world(with_mediator)).err(), Some(Error::MalformedDocument { .. })));
}

// DID-14
#[test]
fn a_routing_key_is_that_very_key_and_a_did_all_of_its_keys() {
    for (key, expected) in [(ONE_2, ONE_2.to_owned()), (ONE, all_keys_of(ONE))] {
        let packed = pack(&world(json!({"uri": AT_ONE, "routingKeys": [key]}))).unwrap();
        assert_eq!(hops(packed.envelope.message()), [expected]);
    }
    let routed = |key: &str| pack(&world(json!({"uri": AT_ONE, "routingKeys": [key]}))).err();
    let unlisted = format!("{ONE}#sign-1");
    assert!(matches!(routed(&unlisted), Some(Error::KeyNotFound { kid, .. }) if kid == unlisted));
    assert_eq!(
        routed("did:example:unknown#key-1"),
        Some(Error::DidNotFound { did: "did:example:unknown".into() })
    );
    assert!(matches!(routed("#agree-1"), Some(Error::MalformedDocument { did, .. }) if did == BOB));
}

// RTE-25
#[test]
fn a_message_to_a_key_names_that_key_as_the_last_hop() {
    let world = world(json!({"uri": ONE}));
    let packed = world.encrypt(&from_alice_to_bob(), BOB_1, &from(ALICE)).unwrap();
    let forward = forward(&parse(packed.envelope.message()), ONE_1);
    assert_eq!(forward["body"]["next"], BOB_1);
    assert_eq!(kids(payload(&forward)), [BOB_1]);
}

// RTE-18, RTE-19
#[test]
fn forwards_have_the_expiry_of_the_message_and_the_requested_headers() {
    let world = world(json!({"uri": ONE, "routingKeys": [TWO_2]}));
    let layers = |members: Value, headers: &str| {
        let mut members = members;
        members["from"] = json!(ALICE);
        members["to"] = json!([BOB]);
        let options =
            EncryptOptions { forward_headers: ForwardHeaders::parse(headers).unwrap(), ..from(ALICE) };
        let packed = world.encrypt(&message(members), BOB, &options).unwrap();
        let outer = forward(&parse(packed.envelope.message()), ONE_1);
        let inner = forward(payload(&outer), TWO_2);
        [outer, inner]
    };
    for forward in layers(json!({"expires_time": 1_800_000_000}), "{}") {
        assert_eq!(forward["expires_time"], 1_800_000_000);
        assert_eq!(forward.get("delay_milli"), None);
    }
    for forward in layers(json!({}), r#"{"delay_milli":-500,"x":{"y":[1]}}"#) {
        assert_eq!(forward.get("expires_time"), None);
        assert_eq!((&forward["delay_milli"], &forward["x"]), (&json!(-500), &json!({"y": [1]})));
    }
    for (headers, expected) in
        [(r#"{"expires_time":7}"#, json!(7)), (r#"{"expires_time":null}"#, json!(null))]
    {
        for forward in layers(json!({"expires_time": 1_800_000_000}), headers) {
            assert_eq!(forward.get("expires_time").cloned().unwrap_or_default(), expected);
        }
    }
}

/// A mediator with so many equal keys.
fn crowded(count: usize) -> Document {
    let mut json: Value = serde_json::from_str(served(ONE, json!({"uri": AT_ONE})).json().unwrap()).unwrap();
    let method = json["verificationMethod"][0].clone();
    let methods = (0..count).map(|place| {
        let mut method = method.clone();
        method["id"] = json!(format!("{ONE}#{place:04}"));
        method
    });
    json["keyAgreement"] = methods.collect();
    Document::parse(&json).unwrap()
}

#[test]
fn a_mediator_is_encrypted_to_at_a_few_of_its_keys() {
    let packed = |count| pack(&world(json!({"uri": ONE})).with_document(crowded(count))).unwrap();
    for (count, expected) in [(1, 1), (8, 8), (9, 8), (2000, 8)] {
        let packed = packed(count);
        assert_eq!(kids(&parse(packed.envelope.message())).len(), expected, "{count}");
        let wrapping = packed.envelope.deliveries[0].wrapping.as_ref().unwrap();
        assert_eq!(wrapping.to_kids()[0].as_str(), format!("{ONE}#0000"));
    }
}

#[test]
fn the_keys_that_one_message_is_encrypted_to_have_a_limit() {
    let world = world(json!({"uri": AT_ONE, "routingKeys": [ONE, TWO]}));
    let packed = |most_keys| {
        let options = EncryptOptions { most_keys, ..from(ALICE) };
        world.encrypt(&from_alice_to_bob(), BOB, &options).map(|packed| packed.envelope.to_kids.len())
    };
    // three keys of Bob, and three of each mediator
    assert_eq!(packed(9), Ok(3));
    for most in [8, 2] {
        let Err(Error::Misuse(reason)) = packed(most) else { panic!("{most} keys will do") };
        assert!(reason.contains(&format!("`max_keys={most}`")), "{reason}");
    }
}
