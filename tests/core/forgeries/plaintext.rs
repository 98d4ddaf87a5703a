//! The plaintext: the form of every header, in every kind of envelope.

use pydidcomm::message::Message;
use serde_json::{Value, json};

use super::{accepts, assert_malformed, refusal};
use crate::forge::{anoncrypt, authcrypt, signed};
use crate::parties::{ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_SORTED};
use crate::world::plaintext;

/// The text as a plaintext, signed, encrypted, and signed and encrypted.
fn everywhere(text: &str) -> Vec<String> {
    let jws = signed(text, ALICE_SIGNS).to_string();
    let jwe = authcrypt(text, ALICE_KEY, &BOB_SORTED).seal().to_string();
    let anon = anoncrypt(text, &BOB_SORTED).seal().to_string();
    let signed = anoncrypt(&jws, &BOB_SORTED).seal().to_string();
    let hidden = anoncrypt(&jwe, &BOB_SORTED).seal().to_string();
    vec![text.to_owned(), jws, jwe, anon, signed, hidden]
}

/// Alice's message to Bob with these members added or replaced.
fn with(members: Value) -> String {
    let mut all = json!({"from": ALICE, "to": [BOB]});
    for (name, value) in members.as_object().unwrap() {
        all[name] = value.clone();
    }
    plaintext(all)
}

#[track_caller]
fn refused(text: &str, part: &str) {
    for packed in everywhere(text) {
        assert_malformed(&refusal(packed), part);
    }
    assert_malformed(&Message::parse(text).unwrap_err(), part);
}

#[track_caller]
fn accepted(text: &str) {
    for packed in everywhere(text) {
        accepts(packed);
    }
}

/// The text with this member set to null, which [`plaintext`] would omit.
fn with_null(name: &str) -> String {
    with(json!({})).replacen('{', &format!("{{\"{name}\":null,"), 1)
}

// MSG-01
#[test]
fn a_message_without_an_id_is_refused() {
    refused(&with(json!({"id": null})), "message.id");
    for id in [json!(""), json!(7), json!("a b"), json!("é"), json!("a/b"), json!("x".repeat(257))] {
        refused(&with(json!({"id": id})), "message.id");
    }
    accepted(&with(json!({"id": "8fb0ef2e-1d8b-4a0a-ae93-6b0d8c7cf2a1"})));
}

// MSG-03, MSG-32, MED-02
#[test]
fn type_and_typ_are_independent() {
    refused(&with(json!({"type": null})), "message.type");
    for message_type in [json!(""), json!(7), json!(["https://a/b/1.0/c"]), json!("a b")] {
        refused(&with(json!({"type": message_type})), "message.type");
    }
    accepted(&with(json!({"typ": null})));
}

// MED-08, MED-09
#[test]
fn the_media_type_may_leave_off_its_first_half() {
    for typ in ["didcomm-plain+json", "application/didcomm-plain+json", "Application/DIDComm-plain+json"] {
        accepted(&with(json!({"typ": typ})));
    }
}

// MED-11
#[test]
fn another_media_type_is_refused() {
    for typ in
        ["application/didcomm-signed+json", "didcomm-encrypted+json", "JWM", "", "text/didcomm-plain+json"]
    {
        refused(&with(json!({"typ": typ})), "message.typ");
    }
    refused(&with(json!({"typ": 7})), "message.typ");
}

// MSG-06, MSG-07
#[test]
fn to_is_an_array_of_dids() {
    let others = [json!(BOB), json!({"did": BOB}), json!([7]), json!([BOB, null]), json!([[BOB]])];
    for to in others.into_iter().chain([json!(["not-a-did"]), json!(["did:example:bob#key-1"]), json!([""])])
    {
        refused(&with(json!({"to": to})), "message.to");
    }
    accepted(&with(json!({"to": [BOB, "did:example:bob?x=1"]})));
}

// MSG-15
#[test]
fn from_is_one_did() {
    for from in [json!([ALICE]), json!("not-a-did"), json!("did:example:alice#key-1"), json!(7), json!("")] {
        refused(&with(json!({"from": from})), "message.from");
    }
}

// MSG-19, MSG-21
#[test]
fn a_body_may_be_absent() {
    accepted(&with(json!({})));
    let message = Message::parse(&with(json!({}))).unwrap();
    assert_eq!(message.body(), "{}");
    let written: Value = serde_json::from_str(&message.to_json()).unwrap();
    assert_eq!(written["body"], json!({}));
}

// MSG-20
#[test]
fn a_body_that_is_not_an_object_is_refused() {
    for body in [json!("text"), json!([]), json!(1), json!(false)] {
        refused(&with(json!({"body": body})), "message.body");
    }
    refused(&with_null("body"), "message.body");
}

// MSG-22, MSG-23, MSG-24
#[test]
fn unknown_headers_are_preserved() {
    let text = with(json!({"a": "s", "b": 7, "c": [1], "d": {"type": 1}, "payload": "x", "ciphertext": "y"}));
    let text = text.replacen('{', "{\"e\":null,", 1);
    accepted(&text);
    let message = Message::parse(&text).unwrap();
    let headers: Vec<_> = message.custom_headers().collect();
    let expected = [
        ("e", "null"),
        ("a", "\"s\""),
        ("b", "7"),
        ("c", "[1]"),
        ("d", "{\"type\":1}"),
        ("payload", "\"x\""),
        ("ciphertext", "\"y\""),
    ];
    assert_eq!(headers, expected);
}

// MSG-31
#[test]
fn a_repeated_name_is_refused() {
    for twice in [
        "{\"from\":\"did:example:mallory\",",
        "{\"\\u0066rom\":\"did:example:mallory\",",
        "{\"x\":1,\"x\":2,",
    ] {
        refused(&with(json!({})).replacen('{', twice, 1), "message");
    }
}

// TIM-01, TIM-02
#[test]
fn times_are_whole_seconds() {
    for name in ["created_time", "expires_time"] {
        let part = format!("message.{name}");
        for time in [
            json!("2024-01-01T00:00:00Z"),
            json!("1516269022"),
            json!(1.5),
            json!(-1),
            json!([]),
            json!(true),
        ] {
            refused(&with(json!({name: time})), &part);
        }
        for time in [0, 1_516_269_022, 4_294_967_296_u64, u64::MAX] {
            accepted(&with(json!({name: time})));
        }
    }
}

// ATT-01, ATT-02, ATT-03, ATT-04, ATT-07, ATT-08
#[test]
fn attachments_without_content_are_refused() {
    for attachments in [json!({}), json!("x"), json!(7)] {
        refused(&with(json!({"attachments": attachments})), "message.attachments");
    }
    let twice = json!([{"id": "a", "data": {"json": 1}}, {"id": "a", "data": {"json": 2}}]);
    refused(&with(json!({"attachments": twice})), "message.attachments");
    for (attachment, part) in [
        (json!("x"), "attachment"),
        (json!({"id": "a"}), "attachment.data"),
        (json!({"data": {}}), "attachment.data"),
        (json!({"data": {"hash": "h"}}), "attachment.data"),
        (json!({"data": {"jws": {}}}), "attachment.data"),
        (json!({"data": {"links": []}}), "attachment.data"),
        (json!({"data": {"links": ["https://x"]}}), "attachment.data.hash"),
        (json!({"id": "a b", "data": {"json": 1}}), "attachment.id"),
    ] {
        refused(&with(json!({"attachments": [attachment]})), part);
    }
    accepted(&with(json!({"attachments": []})));
    accepted(&with(
        json!({"attachments": [{"data": {"json": null}}, {"id": "abc-._~09", "data": {"base64": "AA"}}]}),
    ));
}

// MSG-23
#[test]
fn null_stands_for_absent_where_absence_is_allowed() {
    for name in ["thid", "pthid", "created_time", "expires_time", "attachments", "from_prior", "ack", "lang"]
    {
        accepted(&with_null(name));
    }
}

// REQ-04: an error describes the fault and does not repeat the content
#[test]
fn no_error_repeats_the_content() {
    let members = [
        json!({"id": "geheim !"}),
        json!({"type": "geheim !"}),
        json!({"typ": "geheim"}),
        json!({"from": "geheim"}),
        json!({"to": ["geheim"]}),
        json!({"thid": "geheim !"}),
        json!({"created_time": "geheim"}),
        json!({"from_prior": "geheim"}),
        json!({"lang": ["geheim"]}),
        json!({"attachments": ["geheim"]}),
        json!({"attachments": [{"id": "geheim !", "data": {"base64": ["geheim"]}}]}),
    ];
    let texts = members
        .map(with)
        .into_iter()
        .chain([with(json!({"body": "geheim"})), "{\"geheim\": geheim}".to_owned()]);
    for text in texts {
        for packed in everywhere(&text) {
            assert!(!refusal(&packed).to_string().contains("geheim"), "{}", refusal(packed));
        }
    }
}
