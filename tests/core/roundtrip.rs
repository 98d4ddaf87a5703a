//! Packed messages have the form of the specification, and unpack to the same message.

use pydidcomm::did::DidUrl;
use pydidcomm::pack::{self, EncryptOptions};
use pydidcomm::unpack::{UnpackOptions, Unpacked};
use pydidcomm::{ContentEncryption, SignatureAlgorithm};
use serde_json::{Value, json};

use super::forge::{self, decode, decode_json, encode};
use super::parties::{
    ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_2, BOB_10, BOB_SORTED, CAROL, signing_key,
};
use super::world::{World, from, from_alice_to_bob, message};

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Asserts the form of an encrypted layer and returns its protected header.
fn encrypted_layer(jwe: &Value, alg: &str, enc: ContentEncryption, kids: &[&str]) -> Value {
    let names: Vec<_> = jwe.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["protected", "recipients", "iv", "ciphertext", "tag"]);
    let header = decode_json(&jwe["protected"]);
    assert_eq!(header["typ"], "application/didcomm-encrypted+json");
    assert_eq!(header["alg"], alg);
    assert_eq!(header["enc"], enc.name());
    assert_eq!(decode(&header["apv"]), forge::apv(kids));
    let epk = header["epk"].as_object().unwrap();
    assert_eq!(epk.keys().map(String::as_str).collect::<Vec<_>>(), ["kty", "crv", "x"]);
    assert_eq!((&epk["kty"], &epk["crv"]), (&json!("OKP"), &json!("X25519")));
    assert_eq!(decode(&epk["x"]).len(), 32);
    let (iv, tag, encrypted_key) = match enc {
        ContentEncryption::A256CbcHs512 => (16, 32, 72),
        ContentEncryption::A256Gcm => (12, 16, 40),
        ContentEncryption::Xc20P => (24, 16, 40),
    };
    assert_eq!((decode(&jwe["iv"]).len(), decode(&jwe["tag"]).len()), (iv, tag));
    let recipients = jwe["recipients"].as_array().unwrap();
    assert_eq!(recipients.len(), kids.len());
    for (recipient, kid) in recipients.iter().zip(kids) {
        assert_eq!(recipient.as_object().unwrap().len(), 2);
        assert_eq!(recipient["header"], json!({"kid": kid}));
        assert_eq!(decode(&recipient["encrypted_key"]).len(), encrypted_key);
    }
    header
}

fn names(header: &Value) -> Vec<&str> {
    let mut names: Vec<_> = header.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Asserts the form of a signed layer and returns its payload.
fn signed_layer(jws: &Value, kid: &str) -> Value {
    assert_eq!(names(jws), ["payload", "signatures"]);
    let [one] = jws["signatures"].as_array().unwrap().as_slice() else { panic!("more than one signature") };
    let header = decode_json(&one["protected"]);
    assert_eq!(header["typ"], "application/didcomm-signed+json");
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(one["header"]["kid"], kid);
    let input = format!("{}.{}", one["protected"].as_str().unwrap(), jws["payload"].as_str().unwrap());
    let signature = decode(&one["signature"]);
    assert_eq!(signature.len(), 64);
    assert!(signing_key(kid).verify_signature(input.as_bytes(), &signature));
    decode_json(&jws["payload"])
}

fn did(text: &str) -> DidUrl {
    DidUrl::parse(text).unwrap()
}

fn signer(options: EncryptOptions) -> EncryptOptions {
    EncryptOptions { signer: Some(did(ALICE)), ..options }
}

/// The metadata for a recipient: encrypted, authenticated, signed, sender hidden.
fn facts(unpacked: &Unpacked) -> (bool, bool, bool, bool) {
    let (sender, signer) = (unpacked.sender().is_some(), unpacked.signer().is_some());
    (unpacked.is_encrypted(), sender, signer, unpacked.hides_sender())
}

// ENC-04, ENC-05, ENC-09, ENC-10, ALG-05, ALG-06, ALG-07, ALG-13, JWE-02, JWE-04, JWE-07, JWE-10, JWE-16,
// JWE-19, JWE-20, MED-07, KID-01, REQ-05, ENV-11
#[test]
fn anoncrypt_names_no_sender_on_any_content_encryption() {
    let message = message(json!({"to": [BOB], "body": {"dish": "ratatouille"}}));
    for enc in ContentEncryption::ALL {
        let options = EncryptOptions { anoncrypt: enc, ..EncryptOptions::default() };
        let packed = World::new().encrypt(&message, BOB, &options).unwrap();
        let jwe = parse(&packed.envelope.text);
        let header = encrypted_layer(&jwe, "ECDH-ES+A256KW", enc, &BOB_SORTED);
        assert_eq!(names(&header), ["alg", "apv", "enc", "epk", "typ"]);
        assert_eq!((packed.envelope.from_kid, packed.sign_from_kid), (None, None));
        assert_eq!(packed.envelope.to_kids.iter().map(DidUrl::as_str).collect::<Vec<_>>(), BOB_SORTED);
        for kid in BOB_SORTED {
            assert_eq!(parse(&forge::open(&jwe, kid, None)), parse(&message.to_json()));
            let unpacked = World::new().holding(&[kid]).unpack(&packed.envelope.text).unwrap();
            assert_eq!(*unpacked.message(), message);
            assert_eq!(facts(&unpacked), (true, false, false, true));
            assert_eq!((unpacked.anoncrypt(), unpacked.authcrypt()), (Some(enc), None));
            assert_eq!(unpacked.recipient_kid().unwrap().as_str(), kid);
        }
    }
}

// ENV-01, ENC-01, ENC-04, ENC-06, ENC-09, ENC-10, ENC-11, JWE-01, JWE-04, JWE-05, JWE-07, JWE-08, JWE-11,
// JWE-16, JWE-18, KID-01, KID-04, KID-05, MED-07, REQ-02, REQ-03
#[test]
fn authcrypt_is_one_layer_that_names_the_sender_in_its_header() {
    let message = from_alice_to_bob();
    let packed = World::new().encrypt(&message, BOB, &from(ALICE)).unwrap();
    let jwe = parse(&packed.envelope.text);
    let header = encrypted_layer(&jwe, "ECDH-1PU+A256KW", ContentEncryption::A256CbcHs512, &BOB_SORTED);
    assert_eq!(names(&header), ["alg", "apu", "apv", "enc", "epk", "skid", "typ"]);
    assert_eq!(header["skid"], ALICE_KEY);
    assert_eq!(header["apu"], encode(ALICE_KEY));
    assert_eq!(packed.envelope.from_kid.unwrap().as_str(), ALICE_KEY);
    for kid in BOB_SORTED {
        assert_eq!(parse(&forge::open(&jwe, kid, Some(ALICE_KEY))), parse(&message.to_json()));
        let unpacked = World::new().holding(&[kid]).unpack(&packed.envelope.text).unwrap();
        assert_eq!(*unpacked.message(), message);
        assert_eq!(facts(&unpacked), (true, true, false, false));
        assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
        assert_eq!(unpacked.authcrypt(), Some(ContentEncryption::A256CbcHs512));
    }
    let options = UnpackOptions { decrypt_by_all_keys: true, ..UnpackOptions::default() };
    assert_eq!(*World::new().unpack_with(&packed.envelope.text, options).unwrap().message(), message);
}

// ENV-07, ENV-10, ENV-11, ENC-13, REQ-04, MSG-30
#[test]
fn a_protected_sender_is_named_in_the_inner_authcrypt_only() {
    let message = message(json!({"from": ALICE, "to": [BOB], "secret_dish": "bouillabaisse"}));
    for enc in ContentEncryption::ALL {
        let options = EncryptOptions { protect_sender: true, anoncrypt: enc, ..from(ALICE) };
        let packed = World::new().encrypt(&message, BOB, &options).unwrap();
        let outer = parse(&packed.envelope.text);
        let header = encrypted_layer(&outer, "ECDH-ES+A256KW", enc, &BOB_SORTED);
        let visible = format!("{header}{}", outer["recipients"]);
        for hidden in [ALICE, "bouillabaisse", message.id(), message.message_type(), &encode(ALICE_KEY)] {
            assert!(!visible.contains(hidden), "{hidden}");
        }
        let inner = parse(&forge::open(&outer, BOB_2, None));
        let header = encrypted_layer(&inner, "ECDH-1PU+A256KW", ContentEncryption::A256CbcHs512, &BOB_SORTED);
        assert_eq!(header["skid"], ALICE_KEY);
        let unpacked = World::new().unpack(&packed.envelope.text).unwrap();
        assert_eq!(*unpacked.message(), message);
        assert_eq!(facts(&unpacked), (true, true, false, true));
        let both = (unpacked.anoncrypt(), unpacked.authcrypt());
        assert_eq!(both, (Some(enc), Some(ContentEncryption::A256CbcHs512)));
    }
}

// SIG-01, SIG-04, SIG-06, SIG-07, SIG-09, SIG-15, SIG-17, SIG-18, SIG-22, MED-05, ENV-11
#[test]
fn signed_is_one_eddsa_signature_over_the_plaintext() {
    let message = from_alice_to_bob();
    let packed = World::new().sign(&message, ALICE).unwrap();
    assert_eq!(packed.sign_from_kid.as_str(), ALICE_SIGNS);
    assert_eq!(signed_layer(&parse(&packed.text), ALICE_SIGNS), parse(&message.to_json()));
    let unpacked = World::new().holding(&[]).unpack(&packed.text).unwrap();
    assert_eq!(*unpacked.message(), message);
    assert_eq!(facts(&unpacked), (false, false, true, false));
    assert_eq!(unpacked.signature_algorithm(), Some(SignatureAlgorithm::EdDsa));
    assert!(unpacked.encrypted_to().is_none() && unpacked.recipient_kid().is_none());
}

// SIG-01, SIG-02, SIG-11, SIG-23, ENV-02, ENV-03, ENV-04, ENV-07, ENV-11
#[test]
fn a_signer_yields_anoncrypt_around_the_signature() {
    let ways = [
        signer(EncryptOptions::default()),
        signer(from(ALICE)),
        EncryptOptions { protect_sender: true, ..signer(from(ALICE)) },
        EncryptOptions { protect_sender: true, authcrypt_signed: true, ..signer(from(ALICE)) },
        EncryptOptions { authcrypt_signed: true, ..signer(EncryptOptions::default()) },
    ];
    for options in ways {
        let packed = World::new().encrypt(&message(json!({"from": ALICE})), BOB, &options).unwrap();
        let jwe = parse(&packed.envelope.text);
        let header = encrypted_layer(&jwe, "ECDH-ES+A256KW", ContentEncryption::default(), &BOB_SORTED);
        assert!(header.get("skid").is_none());
        let jws = forge::open(&jwe, BOB_10, None);
        let plaintext = signed_layer(&parse(&jws), ALICE_SIGNS);
        assert_eq!(plaintext["to"], json!([BOB]), "filled in before it was signed");
        assert_eq!((&packed.envelope.from_kid, &packed.sign_from_kid), (&None, &Some(did(ALICE_SIGNS))));
        let unpacked = World::new().unpack(&packed.envelope.text).unwrap();
        assert_eq!(facts(&unpacked), (true, false, true, true));
        assert_eq!(unpacked.signed_message(), Some(jws.as_str()));
        let shown = World::new().holding(&[]).unpack(&jws).unwrap();
        assert_eq!(shown.signer().unwrap().kid().as_str(), ALICE_SIGNS);
    }
}

// ENV-04, ENV-05, ENV-11, SIG-02
#[test]
fn authcrypt_around_a_signature_requires_its_option() {
    let options = EncryptOptions { authcrypt_signed: true, ..signer(from(ALICE)) };
    let packed = World::new().encrypt(&from_alice_to_bob(), BOB, &options).unwrap();
    let jwe = parse(&packed.envelope.text);
    encrypted_layer(&jwe, "ECDH-1PU+A256KW", ContentEncryption::A256CbcHs512, &BOB_SORTED);
    let jws = parse(&forge::open(&jwe, BOB_1, Some(ALICE_KEY)));
    assert_eq!(signed_layer(&jws, ALICE_SIGNS), parse(&from_alice_to_bob().to_json()));
    let unpacked = World::new().unpack(&packed.envelope.text).unwrap();
    assert_eq!(facts(&unpacked), (true, true, true, false));
}

// MED-01, MED-02, MED-03, MSG-21, ENV-09
#[test]
fn plaintext_always_has_its_media_type_and_a_body() {
    let message = message(json!({"from": ALICE}));
    let text = pack::pack_plaintext(&message).unwrap();
    let json = parse(&text);
    assert_eq!(json["typ"], "application/didcomm-plain+json");
    assert_eq!(json["body"], json!({}));
    let unpacked = World::new().unpack(&text).unwrap();
    assert_eq!(*unpacked.message(), message);
    assert_eq!(facts(&unpacked), (false, false, false, false));
    let mut bare = json;
    bare.as_object_mut().unwrap().shift_remove("typ");
    assert_eq!(*World::new().unpack(&bare).unwrap().message(), message);
}

// MSG-13, MSG-14, MSG-19, ADR-09
#[test]
fn the_sender_is_written_into_a_message_that_names_none() {
    let nameless = message(json!({}));
    let packed = World::new().encrypt(&nameless, BOB, &from(ALICE_KEY)).unwrap();
    let plaintext = parse(&forge::open(&parse(&packed.envelope.text), BOB_1, Some(ALICE_KEY)));
    assert_eq!(plaintext["from"], ALICE);
    assert!(plaintext.get("to").is_none());
    assert_eq!(World::new().unpack(&packed.envelope.text).unwrap().message().from(), Some(&did(ALICE)));
    let packed = World::new().encrypt(&nameless, BOB, &EncryptOptions::default()).unwrap();
    assert_eq!(World::new().unpack(&packed.envelope.text).unwrap().message().from(), None);
    let packed = World::new().sign(&message(json!({"to": [BOB]})), ALICE).unwrap();
    assert_eq!(World::new().unpack(&packed.text).unwrap().message().from(), Some(&did(ALICE)));
}

// ENC-01, ENC-05, KID-01
#[test]
fn a_named_key_is_the_only_recipient() {
    let packed = World::new().encrypt(&from_alice_to_bob(), BOB_2, &from(ALICE_KEY)).unwrap();
    let jwe = parse(&packed.envelope.text);
    encrypted_layer(&jwe, "ECDH-1PU+A256KW", ContentEncryption::A256CbcHs512, &[BOB_2]);
    assert_eq!(World::new().unpack(&packed.envelope.text).unwrap().recipient_kid().unwrap().as_str(), BOB_2);
    assert!(World::new().holding(&[BOB_1, BOB_10]).unpack(&packed.envelope.text).is_err());
}

// ENC-01
#[test]
fn each_recipient_gets_an_envelope_of_its_own() {
    let message = message(json!({"from": ALICE, "to": [BOB, CAROL]}));
    for (to, count) in [(BOB, 3), (CAROL, 1)] {
        let packed = World::new().encrypt(&message, to, &from(ALICE)).unwrap();
        assert_eq!(packed.envelope.to_kids.len(), count);
        assert!(packed.envelope.to_kids.iter().all(|kid| kid.did() == to));
        assert_eq!(*World::new().unpack(&packed.envelope.text).unwrap().message(), message);
    }
}

// MSG-22, MSG-23, MSG-24, ATT-05, ATT-15, ATT-17
#[test]
fn every_header_survives_every_envelope() {
    let message = message(json!({
        "from": ALICE, "to": [BOB], "thid": "t-1", "pthid": "p-1", "created_time": 1_516_269_022_u64,
        "expires_time": 4_294_967_297_u64, "please_ack": [""], "ack": ["a", "b"], "lang": "fr",
        "accept-lang": ["fr", "en"], "body": {"n": null, "deep": [{"a": [1.5, -2, "\u{1f958}"]}]},
        "text": "t", "number": 7, "list": [1, [2]], "object": {"type": "x"}, "nothing": Value::Null,
        "attachments": [{"id": "a", "description": "d", "filename": "f", "media_type": "m", "format": "g",
                         "lastmod_time": 1, "byte_count": 2,
                         "data": {"links": ["https://x/1", "https://x/2"], "hash": "h"}},
                        {"data": {"json": ["j", 1]}}],
    }));
    let world = World::new();
    let texts = [
        pack::pack_plaintext(&message).unwrap(),
        world.sign(&message, ALICE).unwrap().text,
        world.encrypt(&message, BOB, &EncryptOptions::default()).unwrap().envelope.text,
        world.encrypt(&message, BOB, &from(ALICE)).unwrap().envelope.text,
        world.encrypt(&message, BOB, &signer(from(ALICE))).unwrap().envelope.text,
    ];
    for text in texts {
        let unpacked = world.unpack(text).unwrap();
        assert_eq!(parse(&unpacked.message().to_json()), parse(&message.to_json()));
    }
}

// ALG-09, ALG-14
#[test]
fn the_same_randomness_gives_the_same_text_and_other_randomness_another() {
    let message = from_alice_to_bob();
    for options in [EncryptOptions::default(), EncryptOptions { protect_sender: true, ..from(ALICE) }] {
        let pack = |seed| World::new().seeded(seed).encrypt(&message, BOB, &options).unwrap().envelope.text;
        assert_eq!(pack(1), pack(1));
        let (one, other) = (parse(&pack(1)), parse(&pack(2)));
        for member in ["protected", "iv", "ciphertext", "tag", "recipients"] {
            assert_ne!(one[member], other[member], "{member}");
        }
        for (one, other) in
            one["recipients"].as_array().unwrap().iter().zip(other["recipients"].as_array().unwrap())
        {
            assert_ne!(one["encrypted_key"], other["encrypted_key"]);
        }
    }
}
