//! Plaintext messages: every header, every default, and invalid forms.

use pydidcomm::did::DidUrl;
use pydidcomm::error::Error;
use pydidcomm::message::{Attachment, FromPrior, Message};
use serde_json::{Value, json};

use super::parties::{ALICE, ALICE_2, BOB, CAROL};
use super::world::{message, plaintext};

/// A message with every header of the specification, and a custom one.
fn full() -> Value {
    json!({
        "id": "one", "type": "https://example.org/greeting/1.0/hello", "from": ALICE, "to": [BOB, CAROL],
        "thid": "thread", "pthid": "parent", "created_time": 7, "expires_time": 9,
        "please_ack": ["one", "two"], "ack": ["three"], "lang": "fr", "accept-lang": ["fr", "de"],
        "body": {"a": 1}, "attachments": [{"id": "x", "data": {"base64": "AA"}}], "custom": [true],
    })
}

#[test]
fn every_header_is_returned_as_written() {
    let message = message(full());
    assert_eq!((message.id(), message.message_type()), ("one", "https://example.org/greeting/1.0/hello"));
    assert_eq!(message.from().map(DidUrl::as_str), Some(ALICE));
    let to: Vec<_> = message.to().unwrap().iter().map(DidUrl::as_str).collect();
    assert_eq!(to, [BOB, CAROL]);
    assert_eq!((message.thid(), message.pthid()), (Some("thread"), Some("parent")));
    assert_eq!((message.created_time(), message.expires_time()), (Some(7), Some(9)));
    assert_eq!(message.please_ack().unwrap(), ["one", "two"]);
    assert_eq!(message.ack().unwrap(), ["three"]);
    assert_eq!(message.lang(), Some("fr"));
    assert_eq!(message.accept_lang().unwrap(), ["fr", "de"]);
    assert_eq!(message.body(), "{\"a\":1}");
    assert_eq!(message.attachments().iter().map(Attachment::id).collect::<Vec<_>>(), [Some("x")]);
    assert_eq!(message.attachment("x").and_then(Attachment::id), Some("x"));
    assert!(message.attachment("y").is_none());
    assert_eq!(message.custom_headers().collect::<Vec<_>>(), [("custom", "[true]")]);
    let written: Value = serde_json::from_str(&message.to_json()).unwrap();
    let mut expected = full();
    expected["typ"] = json!("application/didcomm-plain+json");
    assert_eq!(written, expected);
}

#[test]
fn an_absent_or_null_header_is_none() {
    for members in [
        json!({}),
        json!({"from": null, "to": null, "thid": null, "pthid": null, "created_time": null, "expires_time": null,
               "please_ack": null, "ack": null, "lang": null, "accept-lang": null, "attachments": null}),
    ] {
        let mut json: Value = serde_json::from_str(&plaintext(json!({}))).unwrap();
        json.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let message = Message::parse(&json.to_string()).unwrap();
        assert_eq!((message.from(), message.to(), message.thid()), (None, None, None));
        assert_eq!((message.pthid(), message.created_time(), message.expires_time()), (None, None, None));
        assert_eq!((message.please_ack(), message.ack(), message.accept_lang()), (None, None, None));
        assert_eq!((message.lang(), message.attachments().len(), message.body()), (None, 0, "{}"));
        assert_eq!(message.custom_headers().count(), 0);
    }
}

#[test]
fn a_header_of_another_form_is_refused_by_its_name() {
    let forms: [(&str, &[Value]); 11] = [
        ("from", &[json!(7), json!("alice")]),
        ("to", &[json!(BOB), json!([7]), json!(["bob"])]),
        ("thid", &[json!(7)]),
        ("pthid", &[json!([])]),
        ("created_time", &[json!("soon"), json!(-1), json!(true)]),
        ("expires_time", &[json!("soon"), json!(-1)]),
        ("please_ack", &[json!("one"), json!([1])]),
        ("ack", &[json!("one"), json!([1])]),
        ("lang", &[json!(["fr"])]),
        ("accept-lang", &[json!("fr"), json!([1])]),
        ("body", &[json!([]), json!("text"), json!(7)]),
    ];
    for (name, values) in forms {
        for value in values {
            let mut json: Value = serde_json::from_str(&plaintext(json!({}))).unwrap();
            json[name] = value.clone();
            match Message::parse(&json.to_string()) {
                Err(Error::Malformed { part, .. }) => {
                    assert_eq!(part, format!("message.{name}"), "{json}");
                }
                other => panic!("{json} {other:?}"),
            }
        }
    }
}

#[test]
fn a_member_of_an_attachment_of_another_form_is_refused_by_its_name() {
    for (name, value) in [
        ("description", json!(7)),
        ("filename", json!([])),
        ("media_type", json!({})),
        ("format", json!(7)),
        ("id", json!(7)),
    ] {
        let mut attachment = json!({"id": "x", "data": {"base64": "AA"}});
        attachment[name] = value;
        match Attachment::parse(&attachment.to_string()) {
            Err(Error::Malformed { part, .. }) => assert_eq!(part, format!("attachment.{name}")),
            other => panic!("{name} {other:?}"),
        }
    }
}

#[test]
fn messages_with_the_same_content_are_equal() {
    let base = message(full());
    assert_eq!(base, message(full()));
    for (name, value) in [("id", json!("two")), ("body", json!({"a": 2})), ("custom", json!(null))] {
        let mut other = full();
        other[name] = value;
        assert_ne!(base, message(other), "{name}");
    }
    let prior = |at| {
        let claims = json!({"iss": ALICE, "sub": ALICE_2, "iat": at});
        FromPrior::parse(&claims.to_string()).unwrap()
    };
    assert_eq!(base.clone().with_from_prior(prior(1)), base.clone().with_from_prior(prior(1)));
    assert_ne!(base.clone().with_from_prior(prior(1)), base.clone().with_from_prior(prior(2)));
    assert_ne!(base.clone().with_from_prior(prior(1)), base);
}
