//! The questions of the core, and invalid answers.

use std::collections::VecDeque;
use std::sync::Arc;

use pydidcomm::caller::{Answer, Context, OwnDids, Question, ResolveOptions};
use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::peer::{self, KeyNaming, Purpose};
use pydidcomm::did::{DidUrl, Document, key};
use pydidcomm::error::{Error, Result};
use pydidcomm::keys::SecretStore;
use pydidcomm::operation::{Operation, Step};
use pydidcomm::pack;
use pydidcomm::unpack::{self, UnpackOptions, Unpacked};
use serde_json::json;

use super::parties::{ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, document, public, secret};
use super::world::{NOW, World, from, from_alice_to_bob, message};

fn context() -> Context {
    Context::new(NOW, Box::new(|buffer| buffer.fill(7)))
}

fn unpacking(packed: &str) -> Operation<Unpacked> {
    let packed = packed.to_owned();
    Operation::new(context(), |caller| async move {
        unpack::unpack(&caller, &packed, &UnpackOptions::default()).await
    })
}

/// The error of an operation that gets these answers in turn.
fn error_after(packed: &str, answers: Vec<Answer>) -> Error {
    let mut operation = unpacking(packed);
    let mut answers = VecDeque::from(answers);
    let mut step = operation.start();
    loop {
        match step {
            Err(error) => return error,
            Ok(Step::Done(_)) => panic!("the message was unpacked"),
            Ok(Step::Ask(question)) => {
                step = operation.supply(answers.pop_front().unwrap_or_else(|| panic!("{question:?}")));
            }
        }
    }
}

fn authcrypted() -> String {
    World::new().encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap().envelope.text
}

fn bob_secret() -> Answer {
    Answer::Secrets(vec![(BOB_1.to_owned(), secret(BOB_1).into())])
}

// ENC-11, KID-05
#[test]
fn unpack_requests_the_secret_and_then_the_sender() {
    let mut operation = unpacking(&authcrypted());
    let Ok(Step::Ask(question)) = operation.start() else { panic!("no question") };
    let kids = BOB_SORTED.map(str::to_owned).to_vec();
    assert_eq!(question, Question::FindSecrets { kids, public_keys: Vec::new(), every: false });
    let Ok(Step::Ask(question)) = operation.supply(bob_secret()) else { panic!("no question") };
    let options = ResolveOptions { unproved: true, ..ResolveOptions::default() };
    assert_eq!(question, Question::ResolveDid { did: ALICE.to_owned(), options });
    let alice = Arc::new(document(ALICE, &[("keyAgreement", &["agree-1"])]));
    let Ok(Step::Done(unpacked)) = operation.supply(Answer::Document(Some(alice))) else { panic!("no end") };
    assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
    let ended = operation.supply(bob_secret());
    assert!(matches!(ended, Err(Error::Answer(_))));
    assert!(matches!(operation.start(), Err(Error::Answer(_))));
}

#[test]
fn an_answer_before_the_question_is_refused() {
    let mut operation = unpacking(&authcrypted());
    assert!(matches!(operation.supply(bob_secret()), Err(Error::Answer(_))));
    assert!(matches!(operation.start(), Ok(Step::Ask(_))));
}

#[test]
fn an_answer_of_the_wrong_kind_ends_the_operation() {
    let packed = authcrypted();
    assert!(matches!(error_after(&packed, vec![Answer::Document(None)]), Error::Answer(_)));
    assert!(matches!(error_after(&packed, vec![bob_secret(), bob_secret()]), Error::Answer(_)));
}

// KID-03, KID-08, DID-30, MSG-17
#[test]
fn the_document_of_another_did_is_refused_as_answer() {
    let mallory = document("did:example:mallory", &[("keyAgreement", &["agree-1"])]);
    let error = error_after(&authcrypted(), vec![bob_secret(), Answer::Document(Some(Arc::new(mallory)))]);
    assert!(matches!(error, Error::MalformedDocument { did, .. } if did == ALICE));
}

// ENC-15
#[test]
fn unrequested_secrets_are_ignored() {
    let stray = vec![(ALICE_KEY.to_owned(), secret(ALICE_KEY).into())];
    let error = error_after(&authcrypted(), vec![Answer::Secrets(stray)]);
    assert_eq!(error, Error::SecretNotFound { kids: BOB_SORTED.map(str::to_owned).to_vec() });
    let signing = vec![(BOB_1.to_owned(), secret(ALICE_SIGNS).into())];
    let alice = Arc::new(document(ALICE, &[("keyAgreement", &["agree-1"])]));
    let error = error_after(&authcrypted(), vec![Answer::Secrets(signing), Answer::Document(Some(alice))]);
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
}

#[test]
fn a_did_is_requested_once_per_operation() {
    let to_self = message(json!({"from": BOB, "to": [BOB]}));
    let (to, options) = (DidUrl::parse(BOB).unwrap(), from(BOB));
    let mut operation = Operation::new(context(), |caller| async move {
        pack::pack_encrypted(&caller, to_self, &to, &options).await
    });
    let mut questions = Vec::new();
    let mut step = operation.start().unwrap();
    while let Step::Ask(question) = step {
        let answer = match &question {
            Question::ResolveDid { .. } => {
                Answer::Document(Some(Arc::new(document(BOB, &[("keyAgreement", &["agree-1"])]))))
            }
            _ => bob_secret(),
        };
        questions.push(question);
        step = operation.supply(answer).unwrap();
    }
    let kids = vec![BOB_1.to_owned()];
    let options = ResolveOptions::default();
    let public_keys = vec![public(BOB_1)];
    let expected = [
        Question::ResolveDid { did: BOB.to_owned(), options },
        Question::FindSecrets { kids, public_keys, every: false },
    ];
    assert_eq!(questions, expected);
}

/// A did:peer:2 with one key for key agreement and one for signatures, and its secrets under this naming.
fn peer_did(name: &str, naming: KeyNaming, store: &SecretStore) -> DidUrl {
    let (agreement, signature) =
        (format!("did:example:{name}#agree-1"), format!("did:example:{name}#sign-1"));
    let keys = [(Purpose::KeyAgreement, public(&agreement)), (Purpose::Authentication, public(&signature))];
    let did = peer::create(&keys, &[]).unwrap();
    for (place, kid) in [(1, agreement), (2, signature)] {
        let fragment = match naming {
            KeyNaming::Numbered => format!("key-{place}"),
            KeyNaming::Multibase => public(&kid).to_multikey().trim_start_matches('z').to_owned(),
        };
        store.insert(secret(&kid).with_kid(DidUrl::parse(&format!("{did}#{fragment}")).unwrap()));
    }
    did
}

/// Runs an operation that must not ask a question.
fn run_alone<T, W>(
    naming: KeyNaming,
    secrets: &Arc<SecretStore>,
    begin: impl FnOnce(Arc<pydidcomm::caller::Caller>) -> W,
) -> Result<T>
where
    W: Future<Output = Result<T>> + Send + 'static,
{
    let resolver = Arc::new(LocalResolver::new(naming));
    let prefixes = vec!["did:peer:".to_owned(), "did:key:".to_owned()];
    let around = Context {
        dids: Some(OwnDids { resolver, prefixes, exceptions: Vec::new() }),
        secrets: Some(Arc::clone(secrets)),
        ..context()
    };
    match Operation::new(around, begin).start()? {
        Step::Done(result) => Ok(result),
        Step::Ask(question) => panic!("{question:?}"),
    }
}

// KID-09: each side may use either naming of the keys of a did:peer:2
#[test]
fn locally_resolvable_dids_are_not_requested() {
    let namings = [KeyNaming::Numbered, KeyNaming::Multibase];
    for sent in namings {
        for received in namings {
            let (alice_store, bob_store) =
                (Arc::new(SecretStore::default()), Arc::new(SecretStore::default()));
            let alice = peer_did("alice", sent, &alice_store);
            let bob = peer_did("bob", received, &bob_store);
            let options = pack::EncryptOptions { protect_sender: true, ..from(alice.as_str()) };
            let (to, text) = (bob.clone(), message(json!({"to": [bob.as_str()]})));
            let packed = run_alone(sent, &alice_store, |caller| async move {
                pack::pack_encrypted(&caller, text, &to, &options).await
            })
            .unwrap();
            assert!(packed.envelope.to_kids[0].as_str().starts_with("did:peer:2"));
            let unpacked = run_alone(received, &bob_store, |caller| async move {
                unpack::unpack(&caller, &packed.envelope.text, &UnpackOptions::default()).await
            })
            .unwrap();
            assert_eq!(unpacked.sender().unwrap().kid().did(), alice.as_str());
            assert_eq!(unpacked.message().from(), Some(&alice));
        }
    }
}

// KID-05
#[test]
fn a_did_key_carries_messages_on_its_derived_key() {
    let store = Arc::new(SecretStore::default());
    let did = key::create(&public("did:example:alice#agree-1"));
    let kid = format!("{did}#{}", did.trim_start_matches("did:key:"));
    store.insert(secret("did:example:alice#agree-1").with_kid(DidUrl::parse(&kid).unwrap()));
    let (to, options, text) = (DidUrl::parse(&did).unwrap(), from(&did), message(json!({"to": [did]})));
    let packed = run_alone(KeyNaming::Numbered, &store, |caller| async move {
        pack::pack_encrypted(&caller, text, &to, &options).await
    })
    .unwrap();
    assert_eq!(packed.envelope.from_kid.as_ref().unwrap().as_str(), kid);
    let unpacked = run_alone(KeyNaming::Numbered, &store, |caller| async move {
        unpack::unpack(&caller, &packed.envelope.text, &UnpackOptions::default()).await
    });
    assert!(unpacked.unwrap().sender().is_some());
    assert!(Document::parse(&key::resolve(&DidUrl::parse(&did).unwrap()).unwrap()).is_ok());
}
