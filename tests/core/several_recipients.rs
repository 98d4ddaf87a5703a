//! One message for several recipients: signed once, an envelope for each.

use pydidcomm::caller::Question;
use pydidcomm::did::DidUrl;
use pydidcomm::error::{Error, Result};
use pydidcomm::message::Message;
use pydidcomm::pack::{self, EncryptOptions, Packed};
use serde_json::json;

use super::parties::{ALICE, BOB, BOB_1, BOB_10, CAROL, CAROL_KEY};
use super::world::{World, from, message};

const GONE: &str = "did:example:gone";

/// The result for each recipient, and the number of requested signatures.
fn to_each(
    world: &World,
    message: Message,
    to: &[&str],
    options: EncryptOptions,
) -> (Result<Vec<Result<Packed>>>, usize) {
    let to: Vec<_> = to.iter().map(|to| DidUrl::parse(to).unwrap()).collect();
    let mut signatures = 0;
    let packed = world.with_external_keys().run_watched(
        |caller| async move { pack::pack_encrypted_to_each(&caller, message, &to, &options).await },
        |question| signatures += usize::from(matches!(question, Question::Sign { .. })),
    );
    (packed, signatures)
}

fn signed_by_alice() -> EncryptOptions {
    EncryptOptions { signer: Some(DidUrl::parse(ALICE).unwrap()), ..EncryptOptions::default() }
}

// ENC-01
#[test]
fn each_envelope_has_the_keys_of_one_did() {
    let (world, news) = (World::new(), message(json!({"from": ALICE, "to": [BOB, CAROL]})));
    let (packed, signatures) = to_each(&world, news.clone(), &[CAROL, BOB], from(ALICE));
    let packed: Vec<_> = packed.unwrap().into_iter().map(Result::unwrap).collect();
    let dids: Vec<_> =
        packed.iter().map(|one| one.envelope.to_kids.iter().map(DidUrl::did).collect::<Vec<_>>()).collect();
    assert_eq!(dids, [vec![CAROL], vec![BOB, BOB, BOB]]);
    assert_eq!(signatures, 0);
    for (packed, kid) in packed.iter().zip([CAROL_KEY, BOB_1]) {
        let unpacked = world.holding(&[kid]).unpack(&packed.envelope.text).unwrap();
        assert_eq!(*unpacked.message(), news);
        assert!(unpacked.sender().is_some());
    }
}

// SIG-11
#[test]
fn all_recipients_get_the_same_signature_and_list_of_recipients() {
    let world = World::new();
    let (packed, signatures) = to_each(&world, message(json!({})), &[BOB_10, CAROL], signed_by_alice());
    assert_eq!(signatures, 1);
    for packed in packed.unwrap() {
        let unpacked = world.unpack(packed.unwrap().envelope.text).unwrap();
        let to = unpacked.message().to().unwrap();
        assert_eq!(to.iter().map(DidUrl::as_str).collect::<Vec<_>>(), [BOB, CAROL]);
        assert!(unpacked.signer().is_some());
    }
}

#[test]
fn a_failure_is_reported_at_the_position_of_its_recipient() {
    let world = World::new();
    let (packed, signatures) = to_each(&world, message(json!({})), &[BOB, GONE, CAROL], signed_by_alice());
    let packed = packed.unwrap();
    assert_eq!(signatures, 1);
    assert!(packed[0].is_ok() && packed[2].is_ok());
    assert!(matches!(&packed[1], Err(Error::DidNotFound { did }) if did == GONE));
}

#[test]
fn no_signature_is_made_when_no_recipient_resolves() {
    let (packed, signatures) = to_each(&World::new(), message(json!({})), &[GONE], signed_by_alice());
    assert!(packed.unwrap()[0].is_err());
    assert_eq!(signatures, 0);
    let (packed, signatures) = to_each(&World::new(), message(json!({})), &[], signed_by_alice());
    assert!(packed.unwrap().is_empty());
    assert_eq!(signatures, 0);
}

// ADR-02
#[test]
fn a_message_is_packed_only_for_recipients_in_its_to() {
    let (packed, _) = to_each(&World::new(), message(json!({"to": [BOB]})), &[BOB, CAROL], from(ALICE));
    let Err(Error::Misuse(reason)) = packed else { panic!("{packed:?}") };
    assert_eq!(
        reason,
        format!("`to` of the message does not contain the recipient {CAROL}: add it, or leave `to` out")
    );
}
