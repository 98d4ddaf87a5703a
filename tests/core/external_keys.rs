//! External keys: the core requests operations, and verifies the answers as far as possible.

use pydidcomm::Error;
use pydidcomm::caller::{Answer, Context, Question};
use pydidcomm::did::DidUrl;
use pydidcomm::keys::ExternalKey;
use pydidcomm::operation::{Operation, Step};
use pydidcomm::pack::{self, EncryptOptions};
use std::sync::Arc;

use super::parties::{ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, documents};
use super::world::{NOW, World, from, from_alice_to_bob};

fn ways() -> [EncryptOptions; 4] {
    let signed =
        || EncryptOptions { signer: Some(DidUrl::parse(ALICE).unwrap()), ..EncryptOptions::default() };
    [EncryptOptions::default(), from(ALICE), EncryptOptions { protect_sender: true, ..from(ALICE) }, signed()]
}

#[test]
fn an_external_key_gives_the_same_results_as_a_local_key() {
    let (local, message) = (World::new(), from_alice_to_bob());
    let external = local.with_external_keys();
    for options in ways() {
        let packed = external.encrypt(&message, BOB, &options).unwrap().envelope.text;
        assert_eq!(packed, local.encrypt(&message, BOB, &options).unwrap().envelope.text);
        let unpacked = external.unpack(&packed).unwrap();
        assert_eq!(*unpacked.message(), message);
        assert_eq!(unpacked.sender().is_some(), options.from.is_some());
        assert_eq!(unpacked.signer().is_some(), options.signer.is_some());
    }
    let signed = external.sign(&message, ALICE).unwrap();
    assert_eq!(signed.text, local.sign(&message, ALICE).unwrap().text);
    assert_eq!(signed.sign_from_kid.as_str(), ALICE_SIGNS);
}

/// Packs with an external key that gives this answer.
fn error_of(options: EncryptOptions, key: &str, answer: impl Fn(Question) -> Answer) -> Error {
    let context = Context::new(NOW, Box::new(|buffer| buffer.fill(7)));
    let mut operation = Operation::new(context, |caller| async move {
        pack::pack_encrypted(&caller, from_alice_to_bob(), &DidUrl::parse(BOB).unwrap(), &options).await
    });
    let mut step = operation.start();
    loop {
        let next = match step {
            Ok(Step::Ask(Question::ResolveDid { did, .. })) => Answer::Document(
                documents().into_iter().find(|document| document.did().as_str() == did).map(Arc::new),
            ),
            Ok(Step::Ask(Question::FindSecrets { .. })) => {
                let handle = ExternalKey::new(DidUrl::parse(key).unwrap(), Arc::new(()));
                Answer::Secrets(vec![(key.to_owned(), handle.into())])
            }
            Ok(Step::Ask(question)) => answer(question),
            Ok(Step::Done(packed)) => panic!("{packed:?}"),
            Err(error) => return error,
        };
        step = operation.supply(next);
    }
}

#[test]
fn a_shared_secret_of_another_length_or_of_a_low_order_point_is_refused() {
    for length in [0, 31, 33, 64] {
        let error = error_of(from(ALICE), ALICE_KEY, |_| Answer::SharedSecret(vec![1; length].into()));
        let expected = format!(
            "`agree` of the external key {ALICE_KEY} must return the raw shared secret of 32 bytes, got {length} bytes"
        );
        assert_eq!(error, Error::Misuse(expected));
    }
    let error = error_of(from(ALICE), ALICE_KEY, |_| Answer::SharedSecret(vec![0; 32].into()));
    assert_eq!(error, Error::Decryption);
}

#[test]
fn a_signature_that_does_not_verify_is_never_sent() {
    let signed = EncryptOptions { signer: Some(DidUrl::parse(ALICE).unwrap()), ..EncryptOptions::default() };
    let (wrong, unfit) = (
        |length| {
            format!(
                "`sign` of the external key {ALICE_SIGNS} must return a EdDSA signature of 64 bytes, got {length} bytes"
            )
        },
        format!("the EdDSA signature of the external key {ALICE_SIGNS} does not verify with its public key"),
    );
    for (signature, expected) in [(vec![], wrong(0)), (vec![1; 64], unfit), (vec![1; 70], wrong(70))] {
        let error = error_of(signed.clone(), ALICE_SIGNS, |_| Answer::Signature(signature.clone()));
        assert_eq!(error, Error::Misuse(expected));
    }
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let error = error_of(from(ALICE), ALICE_KEY, |_| Answer::Signature(vec![1; 32]));
    assert!(matches!(error, Error::Answer(_)));
    let signed = EncryptOptions { signer: Some(DidUrl::parse(ALICE).unwrap()), ..EncryptOptions::default() };
    let error = error_of(signed, ALICE_SIGNS, |_| Answer::SharedSecret(vec![1; 32].into()));
    assert!(matches!(error, Error::Answer(_)));
}

#[test]
fn a_shared_secret_is_not_printed() {
    let answer = Answer::SharedSecret(vec![0x5a; 32].into());
    assert_eq!(format!("{answer:?}"), "a shared secret");
    let key = ExternalKey::new(DidUrl::parse(BOB_1).unwrap(), Arc::new("pin 1234".to_owned()));
    assert_eq!(format!("{key:?}"), format!("ExternalKey {{ kid: \"{BOB_1}\", .. }}"));
}
