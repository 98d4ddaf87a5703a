//! Detached signatures of attachments, by any party, in every form of a JWS; and refused forms.

use pydidcomm::did::DidUrl;
use pydidcomm::error::{Claim, Error, Result};
use pydidcomm::message::{Attachment, attachment};
use pydidcomm::pack::{self, DetachedForm};
use pydidcomm::unpack::{self, AttachmentSigned};
use serde_json::{Value, json};

use super::forge::{decode_json, encode, jws};
use super::parties::{
    ALICE, ALICE_ASSERTS, ALICE_SIGNS, ALICE_UNLISTED, MALLORY_SIGNS, key_not_found, signing_key,
};
use super::world::{World, message};

const CONTENT: &[u8] = b"Your hovercraft is full of eels";
const FORMS: [DetachedForm; 2] = [DetachedForm::Flattened, DetachedForm::Compact];

fn inlined() -> Attachment {
    of(&serde_json::from_str(&attachment::inline_data(CONTENT, false)).unwrap())
}

fn linked() -> Attachment {
    let links = ["https://example.com/film".to_owned()];
    of(&serde_json::from_str(&attachment::link_data(&links, &attachment::sha2_256(CONTENT))).unwrap())
}

fn of(data: &Value) -> Attachment {
    Attachment::parse(&json!({"id": "a", "data": data}).to_string()).unwrap()
}

fn data(attachment: &Attachment) -> Value {
    serde_json::from_str(attachment.member("data").unwrap()).unwrap()
}

/// The content with this value of `jws`.
fn with_jws(jws: &Value) -> Attachment {
    of(&json!({"base64": encode(CONTENT), "jws": jws}))
}

fn sign(attachment: &Attachment, content: Option<&[u8]>, form: DetachedForm) -> Result<Attachment> {
    let (attachment, content) = (attachment.clone(), content.map(<[u8]>::to_vec));
    let signer = DidUrl::parse(ALICE)?;
    World::new().run(|caller| async move {
        pack::sign_attachment(&caller, &attachment, &signer, content.as_deref(), form).await
    })
}

fn verify(attachment: &Attachment, content: Option<&[u8]>) -> Result<AttachmentSigned> {
    let (attachment, content) = (attachment.clone(), content.map(<[u8]>::to_vec));
    World::new().run(|caller| async move {
        unpack::verify_attachment(&caller, &attachment, content.as_deref(), None).await
    })
}

fn signer_of(attachment: &Attachment, content: Option<&[u8]>) -> String {
    let signed = verify(attachment, content).unwrap();
    assert_eq!(signed.algorithm().name(), "EdDSA");
    signed.kid().to_string()
}

fn refusal(jws: &Value) -> Error {
    match verify(&with_jws(jws), None) {
        Ok(signed) => panic!("{jws} was taken as signed by {}", signed.kid()),
        Err(error) => error,
    }
}

fn malformed(jws: &Value) -> &'static str {
    match refusal(jws) {
        Error::Malformed { part, .. } => part,
        other => panic!("{jws}: {other}"),
    }
}

/// A signature of this content in the general form with its payload, as other implementations write it.
fn ordinary(content: &[u8], signer: &str) -> Value {
    let protected = json!({"alg": "EdDSA", "kid": signer});
    jws(str::from_utf8(content).unwrap(), &protected, None, signer)
}

/// The same signature in the three forms without the payload.
fn detached(content: &[u8], signer: &str) -> [Value; 3] {
    let signatures = ordinary(content, signer)["signatures"].clone();
    let flattened = signatures[0].clone();
    let text = |name: &str| flattened[name].as_str().unwrap().to_owned();
    let compact = json!(format!("{}..{}", text("protected"), text("signature")));
    [json!({"signatures": signatures}), flattened, compact]
}

// ATT-11
#[test]
fn every_form_of_a_detached_signature_is_read() {
    for jws in detached(CONTENT, ALICE_SIGNS) {
        assert_eq!(signer_of(&with_jws(&jws), None), ALICE_SIGNS, "{jws}");
        // RFC 7515 appendix F replaces the payload by the empty string; peers write the member then
        if let Value::Object(mut members) = jws {
            members.insert("payload".to_owned(), json!(""));
            assert_eq!(signer_of(&with_jws(&Value::Object(members)), None), ALICE_SIGNS);
        }
    }
}

// ATT-11
#[test]
fn a_kid_is_read_in_either_header() {
    let protected = json!({"alg": "EdDSA"});
    let with_other =
        jws(str::from_utf8(CONTENT).unwrap(), &protected, Some(json!({"kid": ALICE_SIGNS})), ALICE_SIGNS);
    assert_eq!(signer_of(&with_jws(&with_other["signatures"][0]), None), ALICE_SIGNS);
}

// ATT-11
#[test]
fn a_detached_signature_with_its_payload_is_an_ordinary_jws() {
    for form in FORMS {
        let written = data(&sign(&inlined(), None, form).unwrap())["jws"].clone();
        let (protected, kid, signature) = match &written {
            Value::String(text) => {
                let (protected, signature) = text.split_once("..").unwrap();
                (protected, decode_json(&json!(protected))["kid"].clone(), signature)
            }
            jws => {
                assert!(jws.get("payload").is_none());
                let protected = jws["protected"].as_str().unwrap();
                assert!(decode_json(&json!(protected)).get("kid").is_none());
                (protected, jws["header"]["kid"].clone(), jws["signature"].as_str().unwrap())
            }
        };
        assert_eq!(decode_json(&json!(protected))["alg"], json!("EdDSA"));
        assert_eq!(kid, json!(ALICE_SIGNS));
        let input = format!("{protected}.{}", encode(CONTENT));
        let bytes = super::forge::decode(&json!(signature));
        assert!(signing_key(ALICE_SIGNS).verify_signature(input.as_bytes(), &bytes));
    }
}

// ATT-11, ATT-12: signed by Alice, sent by any party
#[test]
fn a_signature_holds_for_its_content_and_no_other() {
    for form in FORMS {
        let signed = sign(&inlined(), None, form).unwrap();
        assert_eq!(signer_of(&signed, None), ALICE_SIGNS);
        assert_eq!(signer_of(&signed, Some(CONTENT)), ALICE_SIGNS);
        let mut altered = data(&signed);
        altered["base64"] = json!(encode(b"Your hovercraft is full of eel"));
        assert_eq!(verify(&of(&altered), None).unwrap_err(), Error::InvalidSignature);
        let signed = sign(&linked(), Some(CONTENT), form).unwrap();
        assert_eq!(signer_of(&signed, Some(CONTENT)), ALICE_SIGNS);
        assert_eq!(verify(&signed, Some(b"another film")).unwrap_err(), Error::InvalidSignature);
        assert!(matches!(verify(&signed, None), Err(Error::ContentNotFound { .. })));
    }
    for jws in detached(CONTENT, MALLORY_SIGNS) {
        assert_eq!(signer_of(&with_jws(&jws), None), MALLORY_SIGNS);
    }
}

#[test]
fn a_signature_by_another_key_than_its_kid_is_refused() {
    let protected = json!({"alg": "EdDSA", "kid": ALICE_SIGNS});
    let forged = jws(str::from_utf8(CONTENT).unwrap(), &protected, None, MALLORY_SIGNS);
    assert_eq!(refusal(&forged["signatures"][0]), Error::InvalidSignature);
}

// ATT-11
#[test]
fn a_payload_of_its_own_is_refused_even_if_it_is_the_content() {
    for content in [CONTENT, b"another"] {
        let general = ordinary(content, ALICE_SIGNS);
        let mut flattened = general["signatures"][0].clone();
        flattened["payload"] = general["payload"].clone();
        let text = |name: &str| flattened[name].as_str().unwrap().to_owned();
        let compact = json!([text("protected"), text("payload"), text("signature")].join("."));
        for jws in [&general, &flattened, &compact] {
            assert_eq!(malformed(jws), "jws.payload", "{jws}");
        }
    }
}

// SIG-05: the rule of signed messages holds for attachments too
#[test]
fn a_key_outside_authentication_does_not_verify() {
    for kid in [ALICE_ASSERTS, ALICE_UNLISTED] {
        for jws in detached(CONTENT, kid) {
            assert_eq!(refusal(&jws), key_not_found(kid, "authentication"));
        }
    }
}

#[test]
fn a_jws_that_is_not_detached_is_malformed() {
    let [general, flattened, compact] = detached(CONTENT, ALICE_SIGNS);
    let one = &general["signatures"][0];
    for (jws, part) in [
        (json!(7), "jws"),
        (json!([]), "jws"),
        (json!({}), "jws"),
        (json!(""), "jws"),
        (json!("a.b"), "jws"),
        (json!("a...b"), "jws"),
        (json!({"signatures": []}), "jws.signatures"),
        (json!({"signatures": [one, one]}), "jws.signatures"),
        (json!({"signatures": [one], "signature": "AA"}), "jws"),
        (json!({"signature": flattened["signature"]}), "jws.protected"),
        (json!({"protected": flattened["protected"], "signature": 7}), "jws.signature"),
        (json!(compact.as_str().unwrap().replace("..", "..*")), "jws.signature"),
    ] {
        assert_eq!(malformed(&jws), part, "{jws}");
    }
    let unsigned = verify(&inlined(), None).unwrap_err();
    assert!(matches!(unsigned, Error::Malformed { part: "attachment.data.jws", .. }));
}

// the signing input contains the content as base64url, which `b64: false` (RFC 7797) would change
#[test]
fn unsupported_algorithms_are_named() {
    for (header, what) in [
        (json!({"alg": "none"}), "none"),
        (json!({"alg": "HS256"}), "HS256"),
        (json!({"alg": "EdDSA", "b64": false, "crit": ["b64"]}), "b64"),
    ] {
        let jws = jws("x", &header, Some(json!({"kid": ALICE_SIGNS})), ALICE_SIGNS);
        match refusal(&jws["signatures"][0]) {
            Error::Unsupported { algorithm, .. } => assert!(algorithm.contains(what), "{algorithm}"),
            other => panic!("{header}: {other}"),
        }
    }
}

// ATT-15: a JSON value has no canonical bytes, so only bytes that the parties agreed on can be signed
#[test]
fn json_content_without_bytes_is_neither_signed_nor_verified() {
    let json = of(&json!({"json": {"price": 7}}));
    assert!(matches!(sign(&json, None, DetachedForm::Flattened), Err(Error::Misuse(_))));
    for jws in detached(br#"{"price":7}"#, ALICE_SIGNS) {
        let signed = of(&json!({"json": {"price": 7}, "jws": jws}));
        let undefined = Error::Unsupported { what: "signed content", algorithm: "json".to_owned() };
        assert_eq!(verify(&signed, None).unwrap_err(), undefined);
        assert_eq!(signer_of(&signed, Some(br#"{"price":7}"#)), ALICE_SIGNS);
        assert_eq!(verify(&signed, Some(br#"{"price": 7}"#)).unwrap_err(), Error::InvalidSignature);
    }
}

// ATT-09, ATT-10
#[test]
fn signing_other_content_is_refused() {
    let refused = |attachment: &Attachment, content: Option<&[u8]>| {
        let error = sign(attachment, content, DetachedForm::Flattened).unwrap_err();
        assert!(matches!(error, Error::Misuse(_)), "{error}");
    };
    assert!(matches!(sign(&linked(), None, DetachedForm::Flattened), Err(Error::ContentNotFound { .. })));
    refused(&linked(), Some(b"another film"));
    refused(&inlined(), Some(b"another"));
    refused(&of(&json!({"base64": "AA", "hash": attachment::sha2_256(CONTENT)})), None);
    refused(&sign(&inlined(), None, DetachedForm::Flattened).unwrap(), None);
    let lied = with_jws(&detached(CONTENT, ALICE_SIGNS)[1]);
    assert!(matches!(verify(&lied, Some(b"another")), Err(Error::Malformed { .. })));
    let mismatch = Error::Untrusted { claim: Claim::ContentHash, kid: None, did: None };
    assert_eq!(linked().verify_hash(Some(b"another film")).unwrap_err(), mismatch);
}

#[test]
fn a_message_from_the_signer_is_not_signed_as_an_attachment() {
    let message = message(json!({"from": ALICE})).to_json();
    let attachment = of(&json!({"base64": encode(message)}));
    assert!(matches!(sign(&attachment, None, DetachedForm::Flattened), Err(Error::Misuse(_))));
}

// ATT-05
#[test]
fn a_signature_leaves_every_other_member_as_it_was() {
    let text = r#"{"x":{ "y" : 1 },"id":"a","data":{"odd":[ 1 ],"base64":"AA"},"media_type":"text/plain"}"#;
    let signed = sign(&Attachment::parse(text).unwrap(), None, DetachedForm::Compact).unwrap();
    let jws = data(&signed)["jws"].to_string();
    assert_eq!(signed.to_json(), text.replace(r#""AA"}"#, &format!(r#""AA","jws":{jws}}}"#)));
    assert_eq!(signer_of(&signed, None), ALICE_SIGNS);
}

// ATT-16
#[test]
fn a_body_refers_to_an_attachment_by_its_id() {
    let message = message(json!({
        "body": {"see": "#attachment1"},
        "attachments": [{"data": {"json": 0}}, {"id": "attachment1", "data": {"json": 1}}],
    }));
    for id in ["attachment1", "#attachment1"] {
        assert_eq!(message.attachment(id).unwrap().id(), Some("attachment1"));
    }
    for id in ["", "#", "Attachment1", "##attachment1", "attachment"] {
        assert!(message.attachment(id).is_none(), "{id}");
    }
}
