//! The crate `didcomm`, an older implementation of the specification: its parties, and its executor.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use didcomm::did::resolvers::ExampleDIDResolver;
use didcomm::secrets::resolvers::ExampleSecretsResolver;
use didcomm::test_vectors::{
    ALICE_DID_DOC, ALICE_SECRETS, BOB_DID_DOC, BOB_SECRETS, CHARLIE_DID_DOC, CHARLIE_SECRETS,
};
use pydidcomm::did::Document;
use pydidcomm::error::Error;
use pydidcomm::keys::SecretKey;

use super::world::World;

/// Runs a future that never waits.
pub(crate) fn finish<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the peer waits for something"),
    }
}

/// Alice, Bob and Charlie of the specification, as documents of the peer.
pub(crate) fn resolver() -> ExampleDIDResolver {
    ExampleDIDResolver::new(vec![ALICE_DID_DOC.clone(), BOB_DID_DOC.clone(), CHARLIE_DID_DOC.clone()])
}

/// Their secrets.
pub(crate) fn secrets() -> ExampleSecretsResolver {
    let everyone = ALICE_SECRETS.iter().chain(BOB_SECRETS.iter()).chain(CHARLIE_SECRETS.iter());
    ExampleSecretsResolver::new(everyone.cloned().collect())
}

/// The same parties in our world, without secrets on unsupported curves.
pub(crate) fn world() -> World {
    let documents = [&*ALICE_DID_DOC, &*BOB_DID_DOC, &*CHARLIE_DID_DOC];
    let documents =
        documents.map(|document| Document::parse(&serde_json::to_value(document).unwrap()).unwrap());
    let everyone = ALICE_SECRETS.iter().chain(BOB_SECRETS.iter()).chain(CHARLIE_SECRETS.iter());
    let secrets = everyone
        .filter_map(|secret| match SecretKey::from_value(&serde_json::to_value(secret).unwrap(), None) {
            Ok(secret) => Some(secret),
            Err(Error::Unsupported { .. }) => None,
            Err(error) => panic!("{}: {error}", secret.id),
        })
        .collect();
    World::of(documents.to_vec(), secrets)
}
