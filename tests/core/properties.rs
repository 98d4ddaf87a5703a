//! Properties of every message and of every text.

use proptest::prelude::*;
use pydidcomm::ContentEncryption;
use pydidcomm::did::DidUrl;
use pydidcomm::message::Message;
use pydidcomm::pack::{self, EncryptOptions};
use pydidcomm::unpack::{SenderProved, SignerProved, Unpacked};
use serde_json::{Map, Value, json};

use super::parties::{ALICE, BOB, BOB_1};
use super::world::{World, from, from_alice_to_bob};

/// Any JSON value: any Unicode text, whole and other numbers, some levels deep.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((any::<String>(), any_json()), 0..4)
        .prop_map(|members| members.into_iter().collect())
}

fn any_attachment() -> impl Strategy<Value = Value> {
    let data = prop_oneof![
        any_json().prop_map(|json| json!({"json": json})),
        "[A-Za-z0-9_-]{0,40}".prop_map(|base64| json!({"base64": base64})),
        any::<String>().prop_map(|link| json!({"links": [link], "hash": "h"})),
    ];
    (data, any::<String>(), any::<u32>()).prop_map(
        |(data, description, count)| json!({"description": description, "byte_count": count, "data": data}),
    )
}

/// Any message from Alice to Bob.
fn any_message() -> impl Strategy<Value = Message> {
    let times = (proptest::option::of(any::<u64>()), proptest::option::of(any::<u64>()));
    let ids = ("[A-Za-z0-9._~-]{1,36}", proptest::option::of("[A-Za-z0-9._~-]{1,36}"));
    let attachments = prop::collection::vec(any_attachment(), 0..3);
    (any_object(), any_object(), ids, times, attachments, proptest::option::of(any::<String>())).prop_map(
        |(body, custom, (id, thid), (created, expires), attachments, lang)| {
            let mut json = json!({"id": id, "type": "https://example.com/p/1.0/m", "from": ALICE, "to": [BOB],
                                  "thid": thid, "created_time": created, "expires_time": expires,
                                  "lang": lang, "body": body, "attachments": attachments});
            for (name, value) in custom {
                if !Message::is_reserved(&name) {
                    json[name] = value;
                }
            }
            Message::parse(&json.to_string()).unwrap()
        },
    )
}

fn any_options() -> impl Strategy<Value = EncryptOptions> {
    let enc = prop::sample::select(ContentEncryption::ALL.to_vec());
    (enc, any::<[bool; 4]>()).prop_map(|(anoncrypt, [sender, signer, protect_sender, authcrypt_signed])| {
        let alice = || Some(DidUrl::parse(ALICE).unwrap());
        EncryptOptions {
            from: sender.then(alice).flatten(),
            signer: signer.then(alice).flatten(),
            from_prior_issuer_kid: None,
            anoncrypt,
            protect_sender,
            authcrypt_signed,
            ..EncryptOptions::default()
        }
    })
}

/// One text of each kind, to one key, so that every part of it is necessary.
fn texts() -> Vec<String> {
    let (world, message) = (World::new(), from_alice_to_bob());
    let signer = Some(DidUrl::parse(ALICE).unwrap());
    let ways = [
        EncryptOptions::default(),
        EncryptOptions { anoncrypt: ContentEncryption::A256Gcm, ..EncryptOptions::default() },
        from(ALICE),
        EncryptOptions { protect_sender: true, ..from(ALICE) },
        EncryptOptions { signer, ..EncryptOptions::default() },
    ];
    let mut texts = vec![world.sign(&message, ALICE).unwrap().text];
    texts.extend(ways.map(|options| world.encrypt(&message, BOB_1, &options).unwrap().envelope.text));
    texts
}

/// The facts that a recipient relies on.
fn proved(unpacked: &Unpacked) -> (String, Option<String>, Option<String>) {
    let sender = unpacked.sender().map(|sender| sender.kid().to_string());
    let signer = unpacked.signer().map(|signer| signer.kid().to_string());
    (unpacked.message().to_json(), sender, signer)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    // MSG-22, MSG-31
    #[test]
    fn unpack_undoes_encrypt(message in any_message(), options in any_options(), seed: u64) {
        let world = World::new().seeded(seed);
        let packed = world.encrypt(&message, BOB, &options).unwrap();
        let unpacked = world.unpack(&packed.envelope.text).unwrap();
        prop_assert_eq!(unpacked.message(), &message);
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        prop_assert_eq!(value(&unpacked.message().to_json()), value(&message.to_json()));
        prop_assert_eq!(unpacked.sender().map(SenderProved::kid), packed.envelope.from_kid.as_ref());
        prop_assert_eq!(unpacked.signer().map(SignerProved::kid), packed.sign_from_kid.as_ref());
    }

    // SIG-06
    #[test]
    fn unpack_undoes_sign_and_plaintext(message in any_message()) {
        let signed = World::new().sign(&message, ALICE).unwrap();
        let unpacked = World::new().unpack(&signed.text).unwrap();
        prop_assert_eq!(unpacked.message(), &message);
        let text = pack::pack_plaintext(&message).unwrap();
        let unpacked = World::new().unpack(&text).unwrap();
        prop_assert_eq!(unpacked.message(), &message);
        let again = Message::parse(&message.to_json()).unwrap();
        prop_assert_eq!(again.to_json(), message.to_json());
    }

    // REQ-01: a changed text is refused, or has the sender's content
    #[test]
    fn a_changed_byte_gives_an_error_or_the_same_content(which in 0..6_usize, place: prop::sample::Index, byte: u8) {
        let text = texts().swap_remove(which);
        let honest = proved(&World::new().unpack(&text).unwrap());
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(changed) = String::from_utf8(bytes)
            && let Ok(unpacked) = World::new().unpack(changed)
        {
            prop_assert_eq!(proved(&unpacked), honest);
        }
    }

    // REQ-01, MSG-31
    #[test]
    fn a_cut_or_doubled_text_is_refused(which in 0..6_usize, place: prop::sample::Index) {
        let text = texts().swap_remove(which);
        let cut = &text[..place.index(text.len())];
        prop_assert!(World::new().unpack(cut).is_err());
        let doubled = format!("{text}{cut}x");
        prop_assert!(World::new().unpack(doubled).is_err());
    }

    // REQ-01: members replaced by anything at any depth
    #[test]
    fn a_replaced_member_gives_an_error_or_the_same_content(
        which in 0..6_usize, place: prop::sample::Index, value in any_json(),
    ) {
        let text = texts().swap_remove(which);
        let honest = proved(&World::new().unpack(&text).unwrap());
        let mut json: Value = serde_json::from_str(&text).unwrap();
        let pointers = pointers(&json);
        *json.pointer_mut(&pointers[place.index(pointers.len())]).unwrap() = value;
        if let Ok(unpacked) = World::new().unpack(&json) {
            prop_assert_eq!(proved(&unpacked), honest);
        }
    }

    // MSG-31
    #[test]
    fn any_text_gives_an_error(text: String) {
        prop_assert!(World::new().unpack(text).is_err());
    }

    // MSG-31
    #[test]
    fn any_json_with_the_members_of_an_envelope_gives_an_error(
        names in prop::sample::subsequence(
            vec!["protected", "recipients", "ciphertext", "iv", "tag", "payload", "signatures", "signature",
                 "header", "aad", "unprotected", "encrypted_key"], 0..12),
        values in prop::collection::vec(any_json(), 12),
        other in any_object(),
    ) {
        let members = names.into_iter().map(str::to_owned).zip(values).chain(other);
        let json: Value = Value::Object(members.collect());
        prop_assert!(World::new().unpack(json).is_err());
    }
}

/// The JSON pointers of all values in a value.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let children: Vec<(String, &Value)> = match value {
        Value::Array(entries) => (0..).map(|place: usize| place.to_string()).zip(entries).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        found.extend(pointers(child).into_iter().map(|rest| format!("/{name}{rest}")));
    }
    found
}
