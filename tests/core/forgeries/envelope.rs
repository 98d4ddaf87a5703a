//! The members of an envelope, and nested envelopes.

use pydidcomm::error::{Claim, Error};
use pydidcomm::limits::Limits;
use pydidcomm::unpack::UnpackOptions;
use serde_json::{Value, json};

use super::{accepts, anonymous, assert_malformed, assert_unsupported, assert_untrusted, from_alice, hello};
use super::{refusal, wrapped};
use crate::forge::{anoncrypt, authcrypt, decode, encode, signed};
use crate::parties::{ALICE_KEY, ALICE_SIGNS, BOB_1, BOB_SORTED};
use crate::world::World;

fn both() -> [Value; 2] {
    [from_alice().seal(), anonymous().seal()]
}

// JWE-08
#[test]
fn recipients_may_stand_in_any_order() {
    for packed in both() {
        let mut shuffled = packed;
        let recipients = shuffled["recipients"].as_array_mut().unwrap();
        recipients.rotate_left(1);
        recipients.swap(0, 1);
        for kid in BOB_SORTED {
            let unpacked = World::new().holding(&[kid]).unpack(&shuffled).unwrap();
            assert_eq!(unpacked.recipient_kid().unwrap().as_str(), kid);
        }
    }
}

// JWE-09
#[test]
fn a_changed_list_of_recipients_is_refused() {
    for packed in both() {
        for change in ["removed", "added", "repeated", "renamed"] {
            let mut changed = packed.clone();
            let recipients = changed["recipients"].as_array_mut().unwrap();
            match change {
                "removed" => drop(recipients.pop()),
                "added" => {
                    recipients.push(json!({"header": {"kid": "did:example:bob#new"}, "encrypted_key": "AA"}));
                }
                "repeated" => {
                    recipients.push(recipients[0].clone());
                    assert_malformed(&refusal(changed), "jwe.recipients.header.kid");
                    continue;
                }
                _ => recipients[2]["header"]["kid"] = json!("did:example:bob#new"),
            }
            assert_untrusted(&refusal(changed), Claim::Recipients, None);
        }
    }
}

// JWE-09
#[test]
fn an_apv_that_is_not_the_hash_of_the_recipients_is_refused() {
    for apv in [encode([0; 32]), encode(""), encode(BOB_SORTED.join("."))] {
        for jwe in [from_alice(), anonymous()] {
            assert_untrusted(&refusal(jwe.with("apv", apv.clone()).seal()), Claim::Recipients, None);
        }
    }
}

// JWE-22
#[test]
fn an_envelope_without_one_of_its_parts_is_malformed() {
    for packed in both() {
        for name in ["protected", "recipients", "iv", "tag"] {
            let mut changed = packed.clone();
            changed.as_object_mut().unwrap().shift_remove(name);
            assert!(matches!(refusal(&changed), Error::Malformed { .. }), "{name}");
            changed[name] = json!(7);
            assert!(matches!(refusal(&changed), Error::Malformed { .. }), "{name}");
        }
        let mut changed = packed.clone();
        changed.as_object_mut().unwrap().shift_remove("ciphertext");
        assert_malformed(&refusal(&changed), "jwe.ciphertext");
    }
}

// JWE-22
#[test]
fn recipients_without_kid_or_key_are_malformed() {
    for packed in both() {
        let with = |recipients: Value| {
            let mut changed = packed.clone();
            changed["recipients"] = recipients;
            changed
        };
        for none in [json!([]), json!({}), json!("x"), json!(1), json!([[]]), json!([1])] {
            assert_malformed(&refusal(with(none)), "jwe.recipients");
        }
        for (entry, part) in [
            (json!({"encrypted_key": "AA"}), "jwe.recipients.header"),
            (json!({"header": [], "encrypted_key": "AA"}), "jwe.recipients.header"),
            (json!({"header": {}, "encrypted_key": "AA"}), "jwe.recipients.header.kid"),
            (json!({"header": {"kid": 7}, "encrypted_key": "AA"}), "jwe.recipients.header.kid"),
            (json!({"header": {"kid": BOB_1}}), "jwe.recipients.encrypted_key"),
            (json!({"header": {"kid": BOB_1}, "encrypted_key": 7}), "jwe.recipients.encrypted_key"),
        ] {
            assert_malformed(&refusal(with(json!([entry]))), part);
            let second = json!([packed["recipients"][0], entry, packed["recipients"][2]]);
            assert_malformed(&refusal(with(second)), part);
        }
    }
}

// ENC-05
#[test]
fn a_flattened_envelope_is_not_offered() {
    let mut flat = anoncrypt(hello(), &[BOB_1]).seal();
    let one = flat["recipients"][0].clone();
    flat.as_object_mut().unwrap().shift_remove("recipients");
    flat["header"] = one["header"].clone();
    flat["encrypted_key"] = one["encrypted_key"].clone();
    assert_unsupported(&refusal(flat), "JWE serialisation");
}

// JWE-20
#[test]
fn binary_members_have_one_encoding() {
    for packed in both() {
        for pointer in ["/protected", "/iv", "/ciphertext", "/tag", "/recipients/0/encrypted_key"] {
            let text = packed.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let rest = &text[1..];
            for spelling in [
                format!("{text}="),
                format!("{text}=="),
                format!("{text}\n"),
                format!("+{rest}"),
                format!("/{rest}"),
                format!(" {text}"),
                format!("é{rest}"),
            ] {
                let mut changed = packed.clone();
                *changed.pointer_mut(pointer).unwrap() = json!(spelling);
                assert!(matches!(refusal(changed), Error::Malformed { .. }), "{pointer} {spelling}");
            }
        }
    }
}

// JWE-19
#[test]
fn iv_and_tag_of_another_length_are_refused() {
    let gcm_and_chacha = ["A256GCM", "XC20P"].map(|enc| anonymous().with("enc", enc).seal());
    for packed in both().into_iter().chain(gcm_and_chacha) {
        for name in ["iv", "tag"] {
            let bytes = decode(&packed[name]);
            let longer: Vec<_> = bytes.iter().copied().chain([0]).collect();
            let doubled = bytes.repeat(2);
            for other in [&bytes[1..], &bytes[..bytes.len() - 1], &longer, &doubled, &[0; 200], &[]] {
                let mut changed = packed.clone();
                changed[name] = json!(encode(other));
                assert_eq!(refusal(changed), Error::Decryption, "{name}");
            }
        }
        // the boundary between ciphertext and tag may not move
        let mut moved = packed.clone();
        let (mut ciphertext, tag) = (decode(&packed["ciphertext"]), decode(&packed["tag"]));
        ciphertext.extend(&tag[..8]);
        (moved["ciphertext"], moved["tag"]) = (json!(encode(ciphertext)), json!(encode(&tag[8..])));
        assert_eq!(refusal(moved), Error::Decryption);
    }
}

// JWE-17
#[test]
fn additional_data_is_authenticated_where_it_is_present() {
    for jwe in [from_alice(), anonymous()] {
        let packed = jwe.with_aad("beside").seal();
        accepts(&packed);
        let mut changed = packed.clone();
        changed["aad"] = json!(encode("beyond"));
        assert_eq!(refusal(&changed), Error::Decryption);
        changed.as_object_mut().unwrap().shift_remove("aad");
        assert_eq!(refusal(&changed), Error::Decryption);
    }
    let mut added = anonymous().seal();
    added["aad"] = json!("");
    assert_eq!(refusal(added), Error::Decryption);
}

// ENV-02, ENV-08
#[test]
fn layers_out_of_their_order_are_malformed() {
    let (anon, auth) = (anonymous().seal().to_string(), from_alice().seal().to_string());
    let jws = signed(&hello(), ALICE_SIGNS).to_string();
    let three = wrapped(wrapped(&auth)).to_string();
    for packed in [
        signed(&anon, ALICE_SIGNS),
        signed(&auth, ALICE_SIGNS),
        signed(&jws, ALICE_SIGNS),
        wrapped(&anon),
        wrapped(wrapped(&anon)),
        wrapped(&three),
        authcrypt(&anon, ALICE_KEY, &BOB_SORTED).seal(),
        authcrypt(&auth, ALICE_KEY, &BOB_SORTED).seal(),
        wrapped(authcrypt(&anon, ALICE_KEY, &BOB_SORTED).seal()),
        wrapped(signed(&auth, ALICE_SIGNS)),
        authcrypt(signed(&jws, ALICE_SIGNS).to_string(), ALICE_KEY, &BOB_SORTED).seal(),
    ] {
        assert_malformed(&refusal(packed), "message");
    }
}

// ENV-08
#[test]
fn a_jwe_with_members_of_a_jws_and_a_jws_with_members_of_a_jwe_are_refused() {
    for (name, value) in [("payload", json!(encode(hello()))), ("signatures", json!([]))] {
        let mut jwe = anonymous().seal();
        jwe[name] = value;
        assert_malformed(&refusal(jwe), "message");
    }
    for (name, value) in [("ciphertext", json!("AA")), ("recipients", json!([]))] {
        let mut jws = signed_as_json();
        jws[name] = value;
        assert_malformed(&refusal(jws), "message");
    }
}

fn signed_as_json() -> Value {
    serde_json::from_str(&signed(&hello(), ALICE_SIGNS).to_string()).unwrap()
}

// JWE-27, SIG-26
#[test]
fn unknown_members_of_an_envelope_are_ignored() {
    for (name, value) in [
        ("type", json!("https://example.com/a/1.0/b")),
        ("typ", json!("x")),
        ("id", json!("1")),
        ("x", json!({"y": [1]})),
        ("signature", json!("AA")),
    ] {
        let mut jwe = anonymous().seal();
        jwe[name] = value.clone();
        World::new().unpack(jwe.to_string()).unwrap();
        if name != "signature" {
            let mut jws = signed_as_json();
            jws[name] = value;
            World::new().unpack(jws.to_string()).unwrap();
        }
    }
    let mut jws = signed_as_json();
    jws["iv"] = json!("AA");
    World::new().unpack(jws.to_string()).unwrap();
}

// MSG-31
#[test]
fn text_that_is_not_a_json_object_is_malformed_in_every_layer() {
    for text in
        ["", " ", "[]", "1", "null", "\"text\"", "true", "{", "{\"id\":", "{}{}", "\u{feff}{}", "not json"]
    {
        assert!(matches!(refusal(text), Error::Malformed { .. }), "{text}");
        assert!(matches!(refusal(anoncrypt(text, &[BOB_1]).seal()), Error::Malformed { .. }), "{text}");
        assert!(
            matches!(refusal(authcrypt(text, ALICE_KEY, &[BOB_1]).seal()), Error::Malformed { .. }),
            "{text}"
        );
        assert!(matches!(refusal(signed(text, ALICE_SIGNS)), Error::Malformed { .. }), "{text}");
    }
    for bytes in [&b"\xff\xfe"[..], b"{\"id\":\"\xc3\x28\"}", b"\xed\xa0\x80"] {
        assert_malformed(&refusal(anoncrypt(bytes, &[BOB_1]).seal()), "message");
    }
}

#[test]
fn messages_larger_than_the_limits_are_refused() {
    let packed = from_alice().seal().to_string();
    let limited = |limits| {
        let options = UnpackOptions { limits, ..UnpackOptions::default() };
        World::new().unpack_with(&packed, options).err()
    };
    let enough = Limits { bytes: packed.len(), recipients: 3, ..Limits::default() };
    assert!(limited(enough).is_none());
    assert_malformed(&limited(Limits { bytes: packed.len() - 1, ..enough }).unwrap(), "message");
    assert_malformed(&limited(Limits { recipients: 2, ..enough }).unwrap(), "jwe.recipients");
    assert!(limited(Limits { layers: 1, nesting: 2, signatures: 0, ..enough }).is_none());
    assert_malformed(&limited(Limits { layers: 0, ..enough }).unwrap(), "message");
    assert_malformed(&limited(Limits { nesting: 1, ..enough }).unwrap(), "message");
}

// MSG-31
#[test]
fn unbounded_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(matches!(refusal(&deep), Error::Malformed { .. }));
        let body = format!("{{\"id\":\"1\",\"type\":\"https://a/b/1.0/c\",\"body\":{{\"x\":{deep}}}}}");
        assert!(matches!(refusal(&body), Error::Malformed { .. }));
        assert!(matches!(refusal(wrapped(&body)), Error::Malformed { .. }));
        let mut header = anonymous().seal();
        header["protected"] = json!(encode(&deep));
        assert!(matches!(refusal(header), Error::Malformed { .. }));
        let recipients = format!("{{\"ciphertext\":\"AA\",\"protected\":\"e30\",\"recipients\":{deep}}}");
        assert!(matches!(refusal(recipients), Error::Malformed { .. }));
    }
}
