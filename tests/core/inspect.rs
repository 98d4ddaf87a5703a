//! `inspect`: unverified headers without a key, and faults with the texts of unpack.

use proptest::prelude::*;
use pydidcomm::Result;
use pydidcomm::error::Error;
use pydidcomm::inspect::{EnvelopeView, LayerView, inspect};
use pydidcomm::limits::Limits;
use serde_json::{Value, json};

use super::forge::{anoncrypt, authcrypt, encode, flattened, signed};
use super::parties::{ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, CAROL};
use super::world::{World, plaintext};

fn hello() -> String {
    plaintext(json!({"from": ALICE, "to": [BOB], "body": {"dish": "soup"}}))
}

fn looked_at(packed: impl ToString) -> Result<EnvelopeView> {
    inspect(&packed.to_string(), &Limits::default())
}

/// The first fault, with the error text of unpacking.
fn first(view: &EnvelopeView) -> String {
    let fault = view.faults.first().unwrap();
    match fault.kind {
        "malformed" => format!("malformed {}: {}", fault.part, fault.reason),
        _ => fault.reason.clone(),
    }
}

#[test]
fn inspect_shows_the_header_of_authcrypt_only() {
    let packed = authcrypt(hello(), ALICE_KEY, &BOB_SORTED).seal();
    let view = looked_at(&packed).unwrap();
    let [LayerView::Encrypted(layer)] = view.layers.as_slice() else { panic!("{view:?}") };
    assert_eq!((layer.mode, layer.version), (Some("authcrypt"), 2));
    assert_eq!(
        (layer.claimed_skid.as_deref(), layer.claimed_apu.as_deref()),
        (Some(ALICE_KEY), Some(ALICE_KEY))
    );
    assert_eq!(
        (layer.claimed_recipient_kids.as_slice(), layer.recipient_count),
        (&BOB_SORTED.map(String::from)[..], 3)
    );
    assert_eq!((layer.apv_binds_kids, layer.epk_curve.as_deref()), (Some(true), Some("X25519")));
    assert_eq!(view.bytes, packed.to_string().len());
    assert_eq!(view.faults, []);
}

#[test]
fn inspect_shows_a_signature_and_the_headers_inside_without_the_body() {
    for form in [signed(&hello(), ALICE_SIGNS), flattened(&signed(&hello(), ALICE_SIGNS))] {
        let view = looked_at(form).unwrap();
        let [LayerView::Signed(outer), LayerView::Plaintext(inner)] = view.layers.as_slice() else {
            panic!("{view:?}")
        };
        assert_eq!(outer.signatures[0].claimed_kid.as_deref(), Some(ALICE_SIGNS));
        assert_eq!(inner.claimed_from.as_deref(), Some(ALICE));
        assert_eq!(view.faults, []);
        assert!(!view.to_json().contains("soup"));
    }
}

#[test]
fn every_fault_is_named_and_the_first_equals_that_of_unpack() {
    let two = ["did:example:bob#key-x25519-1", &format!("{CAROL}#key-x25519-1")];
    for packed in [
        anoncrypt(hello(), &[BOB_1]).with("enc", "ROT13").seal(),
        anoncrypt(hello(), &[BOB_1]).with("alg", "RSA-OAEP").seal(),
        anoncrypt(hello(), &[BOB_1]).with("apv", encode([7; 32])).seal(),
        anoncrypt(hello(), &[BOB_1]).with("zip", "DEF").seal(),
        json!({"recipients": two.map(|kid| json!({"header": {"kid": kid}})), "protected": encode("{}")}),
        json!({"payload": encode(hello())}),
        json!({"payload": encode("[]"), "signature": "AA", "protected": encode(r#"{"alg":"none","kid":"x"}"#)}),
        json!({"type": "https://example.com/p/1.0/m"}),
        json!({}),
    ] {
        assert_eq!(first(&looked_at(&packed).unwrap()), World::new().refusal(&packed).to_string());
    }
    let several =
        looked_at(anoncrypt(hello(), &[BOB_1]).with("enc", "ROT13").with("alg", "x").seal()).unwrap();
    let parts: Vec<_> = several.faults.iter().map(|fault| fault.part).collect();
    assert_eq!(parts, ["jwe.protected.enc", "jwe.protected.alg"]);
}

#[test]
fn text_that_is_not_an_envelope_or_too_long_is_an_error() {
    for text in ["", "[]", "hello", "a.b.c.d", "a.b.c.d.e.f.g"] {
        assert!(matches!(looked_at(text), Err(Error::Malformed { part: "message", .. })), "{text}");
    }
    let limits = Limits { bytes: 10, ..Limits::default() };
    assert!(inspect(&hello(), &limits).is_err());
}

#[test]
fn recipients_beyond_the_limit_are_counted_only() {
    let kids: Vec<_> = (0..50).map(|place| json!({"header": {"kid": format!("{BOB}#{place}")}})).collect();
    let packed = json!({"protected": encode("{}"), "recipients": kids}).to_string();
    let view = inspect(&packed, &Limits { recipients: 7, ..Limits::default() }).unwrap();
    let [LayerView::Encrypted(layer)] = view.layers.as_slice() else { panic!("{view:?}") };
    assert_eq!((layer.claimed_recipient_kids.len(), layer.recipient_count), (7, 50));
}

fn any_envelope() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(authcrypt(hello(), ALICE_KEY, &BOB_SORTED).seal()),
        Just(anoncrypt(hello(), &BOB_SORTED).seal()),
        Just(signed(&hello(), ALICE_SIGNS)),
        Just(signed(&signed(&hello(), ALICE_SIGNS).to_string(), ALICE_SIGNS)),
    ]
}

proptest! {
    #[test]
    fn any_text_is_described_or_refused_without_a_panic(text in any::<String>()) {
        drop(looked_at(text));
    }

    #[test]
    fn an_envelope_with_any_bytes_replaced_is_described_or_refused_without_a_panic(
        envelope in any_envelope(), place in any::<prop::sample::Index>(), letters in "[ -~]{0,4}",
    ) {
        let mut text = envelope.to_string();
        let start = place.index(text.len());
        let end = (start + letters.len()).min(text.len());
        text.replace_range(start..end, &letters);
        if let Ok(view) = looked_at(&text) {
            prop_assert!(serde_json::from_str::<Value>(&view.to_json()).is_ok());
            prop_assert!(!view.layers.is_empty());
        }
    }
}
