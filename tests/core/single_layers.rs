//! Single layers around any bytes, the choice of their keys, and the claims of a plaintext.

use pydidcomm::ContentEncryption;
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::{Claim, Error, Result};
use pydidcomm::keys::{Curve, PublicKey};
use pydidcomm::limits::Limits;
use pydidcomm::message::Message;
use pydidcomm::pack::{LayerKeys, encrypt_layer, layer_keys, routes_to};
use pydidcomm::unpack::{UnpackOptions, check_claims, open_layer};
use serde_json::{Value, json};

use super::forge::decode_json;
use super::parties::{
    ALICE, ALICE_2, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, CAROL, MALLORY_KEY, key_not_found,
    public, secret,
};
use super::routing::{ONE, world};
use super::world::{World, from_alice_to_bob, message};

const OCTETS: &[u8] = b"\xff\x00 no text";

fn did(text: &str) -> DidUrl {
    DidUrl::parse(text).unwrap()
}

fn keys(world: &World, to: &str, from: Option<&str>) -> Result<LayerKeys> {
    keys_on(world, to, from, Curve::FOR_AGREEMENT.to_vec())
}

fn keys_on(world: &World, to: &str, from: Option<&str>, curves: Vec<Curve>) -> Result<LayerKeys> {
    let (to, from) = (did(to), from.map(did));
    world.run(|caller| async move { layer_keys(&caller, &to, from.as_ref(), &curves).await })
}

fn encrypt(recipients: Vec<(DidUrl, PublicKey)>, sender: Option<&str>) -> Result<String> {
    let sender = sender.map(|kid| secret(kid).into());
    World::new().run(|caller| async move {
        let encryption = ContentEncryption::Xc20P;
        encrypt_layer(&caller, OCTETS.to_vec(), recipients, sender.as_ref(), encryption).await
    })
}

fn open(packed: &str, kid: &str, sender: Option<&str>) -> Result<Vec<u8>> {
    open_with(packed, kid, sender, UnpackOptions::default())
}

fn open_with(packed: &str, kid: &str, sender: Option<&str>, options: UnpackOptions) -> Result<Vec<u8>> {
    let (packed, secret) = (packed.to_owned(), secret(kid).into());
    let sender = sender.map(|kid| (did(kid), public(kid)));
    World::new().run(|caller| async move {
        let sender = sender.as_ref().map(|(kid, key)| (kid, key));
        let opened = open_layer(&caller, &packed, &secret, sender, &options).await?;
        Ok(opened.as_ref().to_vec())
    })
}

fn to_bob() -> Vec<(DidUrl, PublicKey)> {
    keys(&World::new(), BOB, None).unwrap().recipients
}

#[test]
fn keys_of_a_layer_are_all_of_the_recipient_and_one_available_of_the_sender() {
    let chosen = keys(&World::new(), BOB, Some(ALICE)).unwrap();
    let kids: Vec<_> = chosen.recipients.iter().map(|(kid, _)| kid.as_str()).collect();
    assert_eq!(kids, BOB_SORTED);
    assert_eq!(chosen.sender.unwrap().as_str(), ALICE_KEY);
    let chosen = keys(&World::new(), BOB_1, None).unwrap();
    assert_eq!(chosen.recipients, [(did(BOB_1), public(BOB_1))]);
    assert_eq!(chosen.sender, None);
    let both = json!([{"id": "#p", "type": "JsonWebKey2020", "publicKeyJwk": p256()},
                      {"id": BOB_1, "type": "JsonWebKey2020", "publicKeyJwk": public(BOB_1).to_jwk()}]);
    let bob = Document::parse(&json!({"id": BOB, "keyAgreement": both})).unwrap();
    let order = || vec![Curve::P256, Curve::X25519];
    let world = World::new().with_document(bob);
    let chosen = keys_on(&world, BOB, Some(ALICE), order()).unwrap();
    assert_eq!(chosen.recipients, [(did(BOB_1), public(BOB_1))]);
    let anonymous = keys_on(&world, BOB, None, order()).unwrap();
    assert_eq!(anonymous.recipients[0].0.as_str(), "did:example:bob#p");
    let error = keys(&World::new().holding(&[]), BOB, Some(ALICE)).unwrap_err();
    assert_eq!(error, Error::SecretNotFound { kids: vec![ALICE_KEY.to_owned()] });
    let error = keys(&World::new(), ALICE_SIGNS, None).unwrap_err();
    assert_eq!(error, key_not_found(ALICE_SIGNS, "keyAgreement"));
}

// JWE-07
#[test]
fn a_layer_holds_any_bytes_and_opens_with_each_of_its_keys() {
    for sender in [None, Some(ALICE_KEY)] {
        let mut recipients = to_bob();
        recipients.reverse();
        let packed = encrypt(recipients, sender).unwrap();
        let jwe: Value = serde_json::from_str(&packed).unwrap();
        let kids: Vec<_> =
            jwe["recipients"].as_array().unwrap().iter().map(|one| &one["header"]["kid"]).collect();
        assert_eq!(kids, BOB_SORTED);
        let enc = if sender.is_some() { "A256CBC-HS512" } else { "XC20P" };
        assert_eq!(decode_json(&jwe["protected"])["enc"], enc);
        for kid in BOB_SORTED {
            assert_eq!(open(&packed, kid, sender).unwrap(), OCTETS);
        }
        assert_eq!(open(&packed, MALLORY_KEY, sender).unwrap_err(), Error::Decryption);
    }
}

#[test]
fn a_layer_is_opened_by_its_kind_and_with_the_named_key() {
    let (anoncrypt, authcrypt) =
        (encrypt(to_bob(), None).unwrap(), encrypt(to_bob(), Some(ALICE_KEY)).unwrap());
    let malformed = |reason: &str| Error::Malformed { part: "jwe.protected.alg", reason: reason.to_owned() };
    assert_eq!(open(&anoncrypt, BOB_1, Some(ALICE_KEY)).unwrap_err(), malformed("not authcrypt"));
    assert_eq!(open(&authcrypt, BOB_1, None).unwrap_err(), malformed("not anoncrypt"));
    let error = open(&authcrypt, BOB_1, Some(MALLORY_KEY)).unwrap_err();
    assert_eq!(
        error,
        Error::Untrusted { claim: Claim::SenderKey, kid: Some(ALICE_KEY.to_owned()), did: None }
    );
    assert!(open("{\"id\":\"1\",\"type\":\"a/b/1.0/c\"}", BOB_1, None).is_err());
}

// JWE-09
#[test]
fn a_layer_over_the_size_limit_or_with_other_recipients_is_refused() {
    let packed = encrypt(to_bob(), None).unwrap();
    let enough = Limits { bytes: packed.len(), ..Limits::default() };
    let options = UnpackOptions { limits: enough, ..UnpackOptions::default() };
    assert!(open_with(&packed, BOB_1, None, options).is_ok());
    let limits = Limits { bytes: packed.len() - 1, ..Limits::default() };
    let short = UnpackOptions { limits, ..UnpackOptions::default() };
    let reason = format!("longer than the maximum of {} bytes", packed.len() - 1);
    let error = open_with(&packed, BOB_1, None, short).unwrap_err();
    assert_eq!(error, Error::Malformed { part: "message", reason });
    let mut jwe: Value = serde_json::from_str(&packed).unwrap();
    jwe["recipients"].as_array_mut().unwrap().pop();
    let error = open(&jwe.to_string(), BOB_1, None).unwrap_err();
    assert_eq!(error, Error::Untrusted { claim: Claim::Recipients, kid: None, did: None });
}

#[test]
fn keys_that_do_not_go_into_one_envelope_are_refused() {
    let with = |other: &str, key: PublicKey| [to_bob(), vec![(did(other), key)]].concat();
    let stray = with(MALLORY_KEY, public(MALLORY_KEY));
    let curve = with(&format!("{BOB}#p"), PublicKey::from_jwk(&p256()).unwrap());
    for (recipients, reason) in [
        (Vec::new(), "`recipients` must not be empty"),
        (stray, "`recipients` must be keys of one DID, got keys of more than one recipient"),
        (curve.clone(), "`recipients` must be keys on one curve, got several curves"),
        (
            curve[curve.len() - 1..].to_vec(),
            "the sender's key did:example:alice#agree-1 is not on the curve of the recipient",
        ),
    ] {
        let error = encrypt(recipients, Some(ALICE_KEY)).unwrap_err();
        assert_eq!(error, Error::Misuse(reason.to_owned()));
    }
}

fn p256() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
           "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"})
}

fn claimed(members: Value, sender: Option<&str>) -> Result<()> {
    let (message, sender): (Message, _) = (message(members), sender.map(did));
    World::new().run(|caller| async move { check_claims(&caller, message, sender.as_ref()).await })
}

// ADR-01
#[test]
fn a_claim_that_is_not_proved_is_refused() {
    claimed(json!({"from": ALICE}), Some(ALICE_KEY)).unwrap();
    claimed(json!({"from": ALICE}), None).unwrap();
    let error = claimed(json!({"from": ALICE}), Some(MALLORY_KEY)).unwrap_err();
    assert_eq!(
        error,
        Error::Untrusted {
            claim: Claim::Sender,
            kid: Some(MALLORY_KEY.to_owned()),
            did: Some(ALICE.to_owned())
        }
    );
    assert!(claimed(json!({"from": ALICE_2, "from_prior": "e30.e30.AA"}), None).is_err());
}

// RTE-05
#[test]
fn the_routes_to_a_did_equal_those_of_packing() {
    let find = |world: &World, to: &str| {
        let to = did(to);
        world.run(|caller| async move { routes_to(&caller, &to).await })
    };
    let world = world(json!([{"uri": ONE}, {"uri": "https://bob.example"}]));
    let found = find(&world, BOB_1).unwrap();
    let packed = world.encrypt(&from_alice_to_bob(), BOB, &super::world::from(ALICE)).unwrap();
    let routes: Vec<_> = packed.envelope.deliveries.into_iter().map(|delivery| delivery.route).collect();
    assert_eq!(found, routes);
    assert_eq!(found.len(), 2);
    assert_eq!(find(&World::new(), CAROL).unwrap_err(), Error::EndpointNotFound { did: CAROL.to_owned() });
    let lost = Document::parse(&json!({"id": BOB, "service": [{"id": "#s", "type": "DIDCommMessaging",
                                      "serviceEndpoint": {"uri": "did:example:unknown"}}]}));
    let error = find(&World::new().with_document(lost.unwrap()), BOB).unwrap_err();
    assert_eq!(error, Error::DidNotFound { did: "did:example:unknown".to_owned() });
}
