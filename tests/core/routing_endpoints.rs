//! The endpoints that a sender delivers to: their order and selection.

use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::{Error, Result};
use pydidcomm::pack::{Delivery, EncryptOptions, Packed, pack_encrypted_to_each};
use pydidcomm::routing::Choice;
use serde_json::{Value, json};

use super::parties::{ALICE, BOB, BOB_SORTED, CAROL};
use super::routing::{
    AT_ONE, ONE, ONE_1, TWO, TWO_2, all_keys_of, forward, hops, kids, pack, parse, payload, served, uris,
    world,
};
use super::world::{from, from_alice_to_bob, message};

/// The text of a delivery, wrapped on request.
fn text(packed: &Packed, delivery: &Delivery) -> String {
    let text = &packed.envelope.text;
    delivery.wrapping.as_ref().map_or_else(
        || text.clone(),
        |wrapping| wrapping.wrap_later(text, Box::new(|buffer| buffer.fill(7))).unwrap().text,
    )
}

// RTE-24, DID-06, DID-07, DID-08
#[test]
fn every_usable_endpoint_has_a_delivery_in_the_owners_order() {
    let world = world(json!([
        {"uri": "wss://one.example", "routingKeys": [ONE_1]},
        {"uri": TWO},
        {"uri": AT_ONE, "routingKeys": [ONE_1]},
        {"uri": "https://bob.example"},
    ]));
    let packed = pack(&world).unwrap();
    assert_eq!(
        uris(&packed),
        ["wss://one.example", "wss://two.example", "https://one.example", "https://bob.example"]
    );
    let texts: Vec<_> = packed.envelope.deliveries.iter().map(|delivery| text(&packed, delivery)).collect();
    let wrapped: Vec<_> = texts.iter().map(|text| hops(text)).collect();
    assert_eq!(wrapped, [vec![ONE_1.to_owned()], vec![all_keys_of(TWO)], vec![ONE_1.to_owned()], Vec::new()]);
    // two transports of one mediator take one text
    assert_eq!(texts[0], texts[2]);
    assert_eq!(texts[3], packed.envelope.text);
    for text in &texts {
        let kid = kids(&parse(text))[0].to_owned();
        let innermost =
            if kid.starts_with(BOB) { parse(text) } else { payload(&forward(&parse(text), &kid)).clone() };
        assert_eq!(innermost, parse(&packed.envelope.text));
    }
}

#[test]
fn only_the_first_delivery_is_wrapped_at_once() {
    let packed = pack(&world(json!([{"uri": ONE}, {"uri": TWO}]))).unwrap();
    assert_eq!(hops(packed.envelope.wrapped.as_deref().unwrap()), [all_keys_of(ONE)]);
    assert_eq!(hops(&text(&packed, &packed.envelope.deliveries[1])), [all_keys_of(TWO)]);
    let direct = pack(&world(json!([{"uri": AT_ONE}, {"uri": TWO}]))).unwrap();
    assert!(direct.envelope.wrapped.is_none());
    assert_eq!(direct.envelope.message(), direct.envelope.text);
}

// RTE-24
#[test]
fn an_unreachable_endpoint_is_skipped_for_the_next() {
    let endpoints = json!([{"uri": "did:example:unknown"}, {"uri": AT_ONE, "routingKeys": ["did:example:gone#k"]},
                           {"uri": TWO}]);
    let packed = pack(&world(endpoints.clone())).unwrap();
    assert_eq!(
        (uris(&packed), hops(packed.envelope.message())),
        (vec!["wss://two.example"], vec![all_keys_of(TWO)])
    );
    // the error is that of the first obstacle
    let error = pack(&world(endpoints).without(TWO)).err();
    assert_eq!(error, Some(Error::DidNotFound { did: "did:example:unknown".into() }));
}

#[test]
fn the_number_of_wrapped_and_examined_endpoints_is_limited() {
    let many: Vec<_> = (0..20).map(|place| json!({"uri": format!("https://{place}.example")})).collect();
    assert_eq!(pack(&world(json!(many))).unwrap().envelope.deliveries.len(), 4);
    let hidden_behind = |count: usize| {
        let mut endpoints: Vec<_> =
            (0..count).map(|place| json!({"uri": format!("did:example:{place}")})).collect();
        endpoints.push(json!({"uri": AT_ONE}));
        pack(&world(json!(endpoints)))
    };
    assert_eq!(uris(&hidden_behind(15).unwrap()), [AT_ONE]);
    assert_eq!(hidden_behind(16).err(), Some(Error::DidNotFound { did: "did:example:0".into() }));
}

// DID-11, DID-12
#[test]
fn an_endpoint_is_usable_if_it_accepts_the_profile_or_any() {
    let usable = |accept: Value| {
        let packed = pack(&world(json!({"uri": AT_ONE, "accept": accept, "routingKeys": [ONE_1]})));
        uris(&packed.unwrap()).len() == 1
    };
    for accept in [
        json!(["didcomm/aip1", "didcomm/v2"]),
        json!(["didcomm/v2"]),
        json!([" didcomm/v2 "]),
        json!([]),
        json!(null),
    ] {
        assert!(usable(accept.clone()), "{accept}");
    }
    for accept in [json!(["didcomm/aip2;env=rfc19"]), json!(["didcomm/aip1", "didcomm/v2x"]), json!([""])] {
        assert!(!usable(accept.clone()), "{accept}");
    }
    let packed = pack(&world(json!([{"uri": AT_ONE, "accept": ["didcomm/aip1"]}, {"uri": TWO}])));
    assert_eq!(uris(&packed.unwrap()), ["wss://two.example"]);
}

// DID-07
#[test]
fn the_sender_may_choose_a_service_or_a_scheme() {
    let mut json: Value =
        serde_json::from_str(served(BOB, json!([{"uri": AT_ONE}, {"uri": TWO}])).json().unwrap()).unwrap();
    json["service"].as_array_mut().unwrap().push(json!({
        "id": "#second", "type": "DIDCommMessaging", "serviceEndpoint": {"uri": ONE}}));
    let world = world(json!([])).with_document(Document::parse(&json).unwrap());
    let chosen = |service_id: Option<&str>, schemes: &[&str]| {
        let schemes = schemes.iter().map(ToString::to_string).collect();
        let choice = Choice { service_id: service_id.map(str::to_owned), schemes };
        let options = EncryptOptions { choice, ..from(ALICE) };
        let packed = world.encrypt(&from_alice_to_bob(), BOB, &options)?;
        Ok(packed
            .envelope
            .deliveries
            .iter()
            .map(|way| (way.route.uri.clone(), way.route.layers.len()))
            .collect())
    };
    let ways = |ways: &[(&str, usize)]| -> Result<Vec<(String, usize)>> {
        Ok(ways.iter().map(|(uri, layers)| ((*uri).to_owned(), *layers)).collect())
    };
    let second = format!("{BOB}#second");
    assert_eq!(chosen(None, &[]), ways(&[(AT_ONE, 0), ("wss://two.example", 1), (AT_ONE, 1)]));
    assert_eq!(chosen(Some(&second), &[]), ways(&[(AT_ONE, 1)]));
    assert_eq!(chosen(Some("#second"), &[]), ways(&[(AT_ONE, 1)]));
    assert_eq!(chosen(None, &["WSS"]), ways(&[("wss://two.example", 1)]));
    assert_eq!(chosen(None, &["http", "https"]), ways(&[(AT_ONE, 0), (AT_ONE, 1)]));
    let nothing = Err(Error::EndpointNotFound { did: BOB.into() });
    assert_eq!(chosen(Some("#third"), &[]), nothing);
    assert_eq!(chosen(None, &["mailto"]), nothing);
    assert_eq!(chosen(Some("#second"), &["wss"]), nothing);
}

// DID-07
#[test]
fn without_forwards_only_direct_endpoints_have_a_delivery() {
    let bare = |bob: Value| {
        let options = EncryptOptions { bare: true, ..from(ALICE) };
        world(bob).without(ONE).encrypt(&from_alice_to_bob(), BOB, &options).unwrap()
    };
    let packed = bare(json!([{"uri": ONE}, {"uri": AT_ONE, "routingKeys": [ONE_1]}]));
    assert_eq!((uris(&packed).len(), packed.envelope.message()), (0, packed.envelope.text.as_str()));
    assert_eq!(kids(&parse(packed.envelope.message())), BOB_SORTED);
    let packed = bare(json!([{"uri": ONE}, {"uri": "wss://bob.example"}]));
    assert_eq!(
        (uris(&packed), packed.envelope.message()),
        (vec!["wss://bob.example"], packed.envelope.text.as_str())
    );
}

// RTE-08
#[test]
fn two_recipients_have_two_routes_and_one_plaintext() {
    let world = world(json!({"uri": ONE})).with_document(served(CAROL, json!({"uri": TWO})));
    let both = message(json!({"from": ALICE, "to": [BOB, CAROL], "body": {"dish": "soup"}}));
    let read = |to: &str, mediator_key: &str, uri: &str| {
        let packed = world.encrypt(&both, to, &from(ALICE)).unwrap();
        assert_eq!(uris(&packed), [uri]);
        let forward = forward(&parse(packed.envelope.message()), mediator_key);
        assert_eq!(forward["body"]["next"], to);
        world.unpack(payload(&forward)).unwrap().message().to_json()
    };
    assert_eq!(read(BOB, ONE_1, AT_ONE), read(CAROL, TWO_2, "wss://two.example"));
}

// RTE-08
#[test]
fn one_call_for_two_recipients_wraps_for_the_mediator_of_each() {
    let world = world(json!({"uri": ONE})).with_document(served(CAROL, json!({"uri": TWO})));
    let both = message(json!({"from": ALICE, "to": [BOB, CAROL], "body": {"dish": "soup"}}));
    let to = [BOB, CAROL].map(|to| DidUrl::parse(to).unwrap());
    let options = from(ALICE);
    let packed = world
        .run(|caller| async move { pack_encrypted_to_each(&caller, both, &to, &options).await })
        .unwrap();
    let ways = [(BOB, ONE_1, AT_ONE), (CAROL, TWO_2, "wss://two.example")];
    let read: Vec<_> = packed
        .into_iter()
        .zip(ways)
        .map(|(packed, (to, mediator_key, uri))| {
            let packed = packed.unwrap();
            assert_eq!(uris(&packed), [uri]);
            let forward = forward(&parse(packed.envelope.message()), mediator_key);
            assert_eq!(forward["body"]["next"], to);
            assert!(kids(payload(&forward)).iter().all(|kid| kid.starts_with(to)));
            world.unpack(payload(&forward)).unwrap().message().to_json()
        })
        .collect();
    assert_eq!(read.len(), 2);
    assert_eq!(read[0], read[1]);
}
