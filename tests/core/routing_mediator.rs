//! The mediator's and the receiver's side of routing: the request of a forward, and its payload.

use pydidcomm::did::DidUrl;
use pydidcomm::error::{Error, Result};
use pydidcomm::limits::Limits;
use pydidcomm::pack::{self, EncryptOptions, ForwardOptions, PackedForward};
use pydidcomm::routing::ForwardHeaders;
use pydidcomm::unpack::{self, Forwarded, UnpackOptions};
use serde_json::{Value, json};

use super::forge::{anoncrypt, authcrypt, decode_json, encode, open, signed};
use super::parties::{
    ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, CAROL, CAROL_KEY, MALLORY, MALLORY_KEY,
};
use super::routing::{ONE, ONE_1, TWO_2, world};
use super::world::{World, from, from_alice_to_bob, plaintext};

fn payload() -> Value {
    let packed = World::new().encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap();
    serde_json::from_str(&packed.envelope.text).unwrap()
}

fn attached(data: Value) -> Value {
    json!([{"id": "1", "data": data}])
}

/// The text of a forward to the first mediator, with these members added or replaced; null removes a member.
fn forward(members: Value) -> String {
    let mut forward = json!({"type": "https://didcomm.org/routing/2.0/forward", "to": [ONE],
                             "body": {"next": BOB}, "attachments": attached(json!({"json": envelope()}))});
    for (name, value) in members.as_object().unwrap() {
        forward[name] = value.clone();
    }
    plaintext(forward)
}

/// The shape of an encrypted message.
fn envelope() -> Value {
    json!({"protected": "e30", "recipients": [], "iv": "AA", "ciphertext": "AA", "tag": "AA"})
}

/// Unpacks the forward as the first mediator.
fn opened(forward: &str) -> Result<Forwarded> {
    opened_as_it_is(&anoncrypt(forward, &[ONE_1]).seal())
}

fn opened_as_it_is(packed: &Value) -> Result<Forwarded> {
    let packed = packed.to_string();
    let world = mediating();
    world.run(
        |caller| async move { unpack::unpack_forward(&caller, &packed, &UnpackOptions::default()).await },
    )
}

/// The world of the first mediator, with its own secret.
fn mediating() -> World {
    let one = super::parties::secret(ONE_1);
    world(json!({"uri": ONE})).also_holding(one)
}

// RTE-11, RTE-12, RTE-13
#[test]
fn the_attachment_of_a_forward_is_returned_unchanged() {
    let jwe = payload();
    let pretty = serde_json::to_string_pretty(&jwe).unwrap();
    let standard = base64_of(&pretty);
    for data in [
        json!({"base64": encode(&pretty)}),
        json!({"base64": standard}),
        json!({"base64": standard, "hash": "x"}),
    ] {
        let forwarded = opened(&forward(json!({"attachments": attached(data)}))).unwrap();
        assert_eq!(forwarded.forward.messages(), std::slice::from_ref(&pretty));
    }
    let text = forward(json!({"attachments": attached(json!({"json": 0}))}));
    let text = text.replace(r#""json":0"#, &format!(r#""json":{pretty}"#));
    let forwarded = opened(&text).unwrap();
    assert_eq!(forwarded.forward.messages(), std::slice::from_ref(&pretty));
    let other = envelope().to_string();
    let several = json!([{"id": "1", "data": {"json": jwe}}, {"id": "2", "data": {"base64": encode(&other)}},
                         {"data": {"json": envelope()}}]);
    let forwarded = opened(&forward(json!({"attachments": several}))).unwrap();
    assert_eq!(forwarded.forward.messages(), [jwe.to_string(), other.clone(), other]);
}

/// Padded base64 in the standard alphabet (RFC 4648 4).
fn base64_of(text: &str) -> String {
    let digits = encode(text).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - digits.len() % 4) % 4);
    format!("{digits}{padding}")
}

// RTE-11
#[test]
fn links_are_reported_with_their_hash() {
    let attachments = json!([{"id": "1", "data": {"links": ["https://a.example/1"], "hash": "zQm1"}},
                             {"id": "2", "data": {"json": envelope()}}]);
    let forwarded = opened(&forward(json!({"attachments": attachments}))).unwrap();
    assert_eq!(forwarded.forward.messages(), [envelope().to_string()]);
    let link = &forwarded.forward.links()[0];
    assert_eq!(link.member("data").unwrap(), r#"{"links":["https://a.example/1"],"hash":"zQm1"}"#);
}

// RTE-02, RTE-03
#[test]
fn a_forward_without_next_or_without_anything_to_forward_is_refused() {
    let part = |members: Value| match opened(&forward(members.clone())).err() {
        Some(Error::Malformed { part, .. }) => part,
        other => panic!("{members}: {other:?}"),
    };
    for body in [
        json!(null),
        json!({}),
        json!({"next": null}),
        json!({"next": [BOB]}),
        json!({"next": 7}),
        json!({"next": ""}),
        json!({"next": "bob"}),
        json!({"Next": BOB}),
    ] {
        assert_eq!(part(json!({"body": body})), "message.body.next");
    }
    for attachments in [json!(null), json!([])] {
        assert_eq!(part(json!({"attachments": attachments})), "message.attachments");
    }
    for base64 in ["?", "A", &encode([0xff])] {
        let attachments = attached(json!({"base64": base64}));
        assert_eq!(part(json!({"attachments": attachments})), "attachment.data.base64");
    }
    let kinds = [
        "https://didcomm.org/routing/1.0/forward",
        "https://didcomm.org/routing/2.0/forwards",
        "https://example.com/routing/2.0/forward",
        "https://didcomm.org/routing/20/forward",
        "https://didcomm.org/trust-ping/2.0/ping",
        "forward",
    ];
    for kind in kinds {
        assert_eq!(part(json!({"type": kind})), "message.type");
    }
    assert!(opened(&forward(json!({"type": "https://didcomm.org/routing/2.1/forward"}))).is_ok());
}

// MSG-12, RTE-25
#[test]
fn the_next_hop_is_next_as_it_was_written_and_never_to() {
    for next in ["did:foo:1234abcd", "did:foo:1234abcd#key-1", MALLORY] {
        let forwarded = opened(&forward(json!({"to": [ONE, CAROL], "body": {"next": next}}))).unwrap();
        assert_eq!(forwarded.forward.next(), next);
    }
}

#[test]
fn the_next_hop_is_compared_as_a_party_and_not_as_a_text() {
    let long = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a";
    let short = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M";
    let goes_to = |next: &str, party: &str| {
        let forwarded = opened(&forward(json!({"body": {"next": next}}))).unwrap();
        forwarded.forward.goes_to(&DidUrl::parse(party).unwrap())
    };
    let key = "did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc";
    let its_key = format!("{key}#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc");
    let peer = "did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc";
    let names = [format!("{peer}#key-1"), format!("{peer}#6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")];
    for (next, party) in [
        (BOB, BOB),
        (BOB_1, BOB),
        (BOB, BOB_1),
        (BOB_1, BOB_1),
        (long, short),
        (short, long),
        (key, its_key.as_str()),
        (&its_key, key),
        (&names[0], &names[1]),
        (&names[1], &names[0]),
    ] {
        assert!(goes_to(next, party), "{next} {party}");
    }
    for (next, party) in [(BOB, ALICE), (BOB_1, BOB_SORTED[2]), (BOB_1, ALICE_KEY), (key, peer)] {
        assert!(!goes_to(next, party), "{next} {party}");
    }
}

// RTE-18, RTE-20
#[test]
fn headers_of_a_forward_are_read_and_unknown_ones_are_ignored() {
    let delay = |delay: Value| {
        let forward =
            forward(json!({"delay_milli": delay, "expires_time": 9, "odd": [1], "return_route": "all"}));
        let forwarded = opened(&forward).unwrap().forward;
        assert_eq!(forwarded.expires_time(), Some(9));
        forwarded.delay().cloned()
    };
    assert_eq!(delay(json!(-500)), Some(0..=500));
    assert_eq!(delay(json!(500)), Some(500..=500));
    assert_eq!(delay(json!(0)), Some(0..=0));
    assert_eq!(delay(json!(i64::MIN)), Some(0..=9_223_372_036_854_775_808));
    for none in [json!(null), json!("soon"), json!(1.5), json!(u64::MAX)] {
        assert_eq!(delay(none), None);
    }
}

#[test]
fn an_authcrypted_forward_is_accepted() {
    let forward = forward(json!({"from": ALICE}));
    let forwarded = opened_as_it_is(&authcrypt(&forward, ALICE_KEY, &[ONE_1]).seal()).unwrap();
    assert_eq!(forwarded.unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
    let lie = forward.replace(ALICE, MALLORY);
    let refused = opened_as_it_is(&authcrypt(lie, ALICE_KEY, &[ONE_1]).seal());
    assert!(matches!(refused.err(), Some(Error::Untrusted { .. })));
}

fn wrap(payload: &str, to: &str, keys: &[&str]) -> Result<PackedForward> {
    let (payload, to) = (payload.to_owned(), DidUrl::parse(to)?);
    let keys: Vec<_> = keys.iter().map(|key| DidUrl::parse(key).unwrap()).collect();
    mediating().run(|caller| async move {
        pack::wrap_in_forward(&caller, &payload, &to, &keys, &ForwardOptions::default()).await
    })
}

fn rewrap(payload: &str, next: &str, keys: &[&str]) -> Result<PackedForward> {
    let (payload, next) = (payload.to_owned(), DidUrl::parse(next)?);
    let keys: Vec<_> = keys.iter().map(|key| DidUrl::parse(key).unwrap()).collect();
    mediating().run(|caller| async move {
        let headers = ForwardHeaders::parse(r#"{"delay_milli":7}"#)?;
        let options = ForwardOptions { headers, ..ForwardOptions::default() };
        pack::rewrap(&caller, &payload, &next, &keys, &options).await
    })
}

/// The forward in a layer for this key.
fn layer(text: &str, kid: &str) -> Value {
    let jwe: Value = serde_json::from_str(text).unwrap();
    assert_eq!(decode_json(&jwe["protected"])["alg"], "ECDH-ES+A256KW");
    serde_json::from_str(&open(&jwe, kid, None)).unwrap()
}

// RTE-04
#[test]
fn a_message_readable_by_the_mediator_is_not_wrapped() {
    let plain = from_alice_to_bob().to_json();
    let jws = signed(&plain, ALICE_SIGNS).to_string();
    let mut cut = payload();
    cut.as_object_mut().unwrap().remove("ciphertext");
    let twice = payload().to_string().replacen('{', r#"{"tag":"x","#, 1);
    for text in [plain.as_str(), &jws, &cut.to_string(), &twice, "{}", "[]", "", "no"] {
        for wrapped in [wrap(text, BOB, &[ONE_1]), rewrap(text, BOB, &[])] {
            assert!(matches!(wrapped, Err(Error::Malformed { part: "forward", .. })), "{text}");
        }
    }
    // this library could not open the payload, and need not
    let foreign = r#"{"protected":"e30","encrypted_key":"AA","iv":"AA","ciphertext":"AA","tag":"AA"}"#;
    let wrapped = wrap(foreign, BOB, &[ONE_1]).unwrap();
    assert_eq!(layer(&wrapped.text, ONE_1)["attachments"][0]["data"]["json"]["protected"], "e30");
    assert!(matches!(wrap(foreign, BOB, &[]), Err(Error::Misuse(_))));
    assert!(matches!(wrap(foreign, BOB, &[ONE_1; 7]), Err(Error::Misuse(_))));
}

// RTE-14, RTE-25
#[test]
fn a_payload_is_wrapped_once_more_for_every_registered_key() {
    let jwe = payload();
    for (next, wrapped) in [
        (BOB, rewrap(&jwe.to_string(), BOB, &[ONE_1, TWO_2])),
        (BOB_1, rewrap(&jwe.to_string(), BOB_1, &[ONE_1, TWO_2])),
    ] {
        let wrapped = wrapped.unwrap();
        assert_eq!(wrapped.to_kids, [DidUrl::parse(ONE_1).unwrap()]);
        let outer = layer(&wrapped.text, ONE_1);
        assert_eq!((&outer["body"]["next"], &outer["delay_milli"]), (&json!(TWO_2), &json!(7)));
        let inner = layer(&outer["attachments"][0]["data"]["json"].to_string(), TWO_2);
        assert_eq!(inner["body"]["next"], next);
        assert_eq!(inner["attachments"][0]["data"]["json"], jwe);
    }
}

// RTE-15
#[test]
fn without_registered_keys_a_payload_is_wrapped_for_its_receiver() {
    let wrapped = rewrap(&payload().to_string(), BOB, &[]).unwrap();
    assert_eq!(wrapped.to_kids.iter().map(DidUrl::as_str).collect::<Vec<_>>(), BOB_SORTED);
    let forward = layer(&wrapped.text, BOB_1);
    assert_eq!((&forward["to"], &forward["body"]["next"]), (&json!([BOB]), &json!(BOB)));
    assert_eq!(forward["attachments"][0]["data"]["json"], payload());
    assert_eq!(forward.get("from"), None);
    let wrapped = rewrap(&payload().to_string(), BOB_1, &[]).unwrap();
    assert_eq!(wrapped.to_kids, [DidUrl::parse(BOB_1).unwrap()]);
    assert_eq!(layer(&wrapped.text, BOB_1)["to"], json!([BOB]));
}

/// A forward to Bob himself around the payload.
fn to_bob(members: Value, payload: &Value) -> String {
    let mut all = json!({"to": [BOB], "attachments": attached(json!({"json": payload}))});
    for (name, value) in members.as_object().unwrap() {
        all[name] = value.clone();
    }
    forward(all)
}

fn for_bob(members: Value, payload: &Value) -> Value {
    anoncrypt(to_bob(members, payload), &[BOB_1]).seal()
}

// RTE-16
#[test]
fn a_receiver_opens_a_forward_added_by_its_mediator() {
    let base64 = attached(json!({"base64": encode(payload().to_string())}));
    for packed in [
        serde_json::from_str(&rewrap(&payload().to_string(), BOB, &[]).unwrap().text).unwrap(),
        for_bob(json!({}), &payload()),
        for_bob(json!({"body": {"next": BOB_1}}), &payload()),
        for_bob(json!({"attachments": base64}), &payload()),
        // a mediator with only one registered key may name that key
        for_bob(json!({"body": {"next": CAROL_KEY}}), &payload()),
    ] {
        let unpacked = World::new().unpack(&packed).unwrap();
        assert_eq!(unpacked.message().to_json(), from_alice_to_bob().to_json());
        assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
        assert!(unpacked.was_in_forward());
        assert!(!unpacked.hides_sender());
        let keep = UnpackOptions { keep_forward: true, ..UnpackOptions::default() };
        let kept = World::new().unpack_with(&packed, keep).unwrap();
        assert!(kept.message().message_type().ends_with("/forward"));
        assert!(!kept.was_in_forward());
    }
}

// RTE-16
#[test]
fn a_forward_for_another_recipient_is_not_opened() {
    let (jwe, link) = (payload(), json!({"links": ["https://a.example"], "hash": "zQm"}));
    let plain: Value = serde_json::from_str(&from_alice_to_bob().to_json()).unwrap();
    let several = json!([{"data": {"json": jwe}}, {"data": {"json": jwe}}]);
    let linked = json!([{"data": {"json": jwe}}, {"data": link}]);
    for packed in [
        for_bob(json!({"body": {"next": "did:example:unknown"}}), &jwe),
        for_bob(json!({"body": {"next": ALICE}}), &jwe),
        for_bob(
            json!({"body": {"next": "did:example:bob#not-held"}}),
            &anoncrypt("{}", &["did:example:bob#lost"]).seal(),
        ),
        for_bob(json!({"attachments": several}), &jwe),
        for_bob(json!({"attachments": linked}), &jwe),
        for_bob(json!({}), &plain),
        for_bob(json!({}), &signed(&plain.to_string(), ALICE_SIGNS)),
        for_bob(json!({}), &json!({"a": 1})),
    ] {
        let unpacked = World::new().unpack(&packed).unwrap();
        assert!(unpacked.message().message_type().ends_with("/forward"), "{packed}");
        assert!(!unpacked.was_in_forward());
    }
}

// RTE-17
#[test]
fn a_forward_does_not_authenticate_its_content() {
    let anonymous = World::new().encrypt(&from_alice_to_bob(), BOB, &EncryptOptions::default()).unwrap();
    let anonymous: Value = serde_json::from_str(&anonymous.envelope.text).unwrap();
    let outer = authcrypt(to_bob(json!({"from": ALICE}), &anonymous), ALICE_KEY, &[BOB_1]).seal();
    let unpacked = World::new().unpack(&outer).unwrap();
    assert!(unpacked.was_in_forward());
    assert!(unpacked.sender().is_none() && unpacked.signer().is_none());
    assert_eq!(unpacked.message().from(), Some(&DidUrl::parse(ALICE).unwrap()));
    // the layers of the forward prove nothing about the message either
    let sealed = authcrypt(from_alice_to_bob().to_json(), MALLORY_KEY, &[BOB_1]).seal();
    let outer = authcrypt(to_bob(json!({"from": ALICE}), &sealed), ALICE_KEY, &[BOB_1]).seal();
    assert!(matches!(World::new().refusal(&outer), Error::Untrusted { .. }));
    let forged = World::new()
        .refusal(authcrypt(to_bob(json!({"from": MALLORY}), &payload()), ALICE_KEY, &[BOB_1]).seal());
    assert!(matches!(forged, Error::Untrusted { .. }));
}

// RTE-17
#[test]
fn forwards_in_forwards_end_in_an_error() {
    let nested = |depth: usize| (0..depth).fold(payload(), |inner, _| for_bob(json!({}), &inner));
    let within = |forward_depth: usize| UnpackOptions {
        limits: Limits { forward_depth, ..Limits::default() },
        ..UnpackOptions::default()
    };
    let world = World::new();
    assert!(world.unpack_with(nested(3), within(3)).unwrap().was_in_forward());
    for (depth, limit) in [(3, 2), (1, 0)] {
        let Some(Error::Malformed { part: "message", .. }) =
            world.unpack_with(nested(depth), within(limit)).err()
        else {
            panic!("{depth} in {limit}")
        };
    }
    assert!(world.unpack_with(payload(), within(0)).is_ok());
    let default = Limits::default().forward_depth;
    assert!(world.unpack(nested(default)).is_ok());
    assert!(matches!(world.refusal(nested(default + 1)), Error::Malformed { part: "message", .. }));
    // at every depth, the length limit applies to each message
    let short =
        UnpackOptions { limits: Limits { bytes: 5_000, ..Limits::default() }, ..UnpackOptions::default() };
    assert!(world.unpack_with(nested(4), short).is_err());
}
