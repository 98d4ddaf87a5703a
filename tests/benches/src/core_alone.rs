//! The core alone: its operations, driven in Rust with documents and secrets that are parsed already.

use std::collections::HashMap;
use std::sync::Arc;

use pydidcomm::ContentEncryption;
use pydidcomm::caller::{Answer, Context, Question};
use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::peer::{self, Purpose};
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::Result;
use pydidcomm::keys::{Curve, SecretKey, SecretStore};
use pydidcomm::message::Message;
use pydidcomm::operation::{Operation, Step};
use pydidcomm::pack::{self, EncryptOptions, ForwardOptions};
use pydidcomm::unpack::{self, UnpackOptions, Unpacked};

use crate::fixture::{Description, Fixture, Kind};
use crate::serve::Task;

/// What the caller of the core knows.
struct World {
    documents: HashMap<String, Arc<Document>>,
    secrets: SecretStore,
}

impl World {
    fn new(fixture: &Fixture) -> Self {
        let parsed = |(did, json): (&String, &serde_json::Value)| {
            (did.clone(), Arc::new(Document::parse(json).unwrap()))
        };
        let documents = fixture.documents.iter().map(parsed).collect();
        let secrets = SecretStore::default();
        for jwk in &fixture.secrets {
            secrets.insert(SecretKey::from_value(jwk, None).unwrap());
        }
        Self { documents, secrets }
    }

    /// Runs an operation to its end.
    fn drive<T>(&self, mut operation: Operation<T>) -> T {
        let mut step = operation.start().unwrap();
        loop {
            step = match step {
                Step::Done(result) => return result,
                Step::Ask(Question::ResolveDid { did, .. }) => {
                    operation.supply(Answer::Document(self.documents.get(&did).cloned())).unwrap()
                }
                Step::Ask(Question::FindSecrets { kids, .. }) => {
                    let found = kids
                        .iter()
                        .find_map(|kid| self.secrets.find(kid).map(|secret| (kid.clone(), secret.into())));
                    operation.supply(Answer::Secrets(found.into_iter().collect())).unwrap()
                }
                Step::Ask(_) => unreachable!("the core asks two questions"),
            };
        }
    }
}

/// The randomness that the bindings hand to the core.
fn bytes(buffer: &mut [u8]) {
    getrandom::fill(buffer).unwrap();
}

fn context(remember_peers: bool) -> Context {
    Context { remember_peers, ..Context::new(1_700_000_000, Box::new(bytes)) }
}

struct Run<T> {
    world: World,
    operation: Box<dyn Fn() -> Operation<T>>,
    show: fn(&T) -> String,
    last: Option<T>,
}

impl<T> Task for Run<T> {
    fn run(&mut self) {
        self.last = Some(self.world.drive((self.operation)()));
    }

    fn result(&self) -> String {
        self.last.as_ref().map(self.show).unwrap_or_default()
    }
}

impl<T: 'static> Run<T> {
    fn boxed<W>(
        fixture: &Fixture,
        description: &Description,
        show: fn(&T) -> String,
        begin: impl Fn(Arc<pydidcomm::caller::Caller>) -> W + Clone + 'static,
    ) -> Option<Box<dyn Task>>
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let established = description.established;
        let operation = Box::new(move || Operation::new(context(established), begin.clone()));
        Some(Box::new(Self { world: World::new(fixture), operation, show, last: None }))
    }
}

fn did(text: &str) -> DidUrl {
    DidUrl::parse(text).unwrap()
}

/// An operation of the core.
pub fn prepare(fixture: &Fixture, description: &Description) -> Option<Box<dyn Task>> {
    let anoncrypt =
        description.enc.as_deref().map(|enc| ContentEncryption::from_name(enc).unwrap()).unwrap_or_default();
    let message = || Arc::new(Message::parse(description.message.as_ref().unwrap().get()).unwrap());
    let packed = || Arc::<str>::from(description.packed.as_deref().unwrap());
    let to = description.to.as_deref().map(did);
    match description.kind {
        Kind::Pack => {
            let (message, to) = (message(), to?);
            let options = EncryptOptions {
                from: description.frm.as_deref().map(did),
                anoncrypt,
                protect_sender: description.protect,
                ..EncryptOptions::default()
            };
            let show = |packed: &String| packed.clone();
            Run::boxed(fixture, description, show, move |caller| {
                let (message, to, options) = (Message::clone(&message), to.clone(), options.clone());
                async move {
                    pack::pack_encrypted(&caller, message, &to, &options)
                        .await
                        .map(|packed| packed.envelope.text)
                }
            })
        }
        Kind::Unpack | Kind::Verify => {
            let packed = packed();
            let show = |unpacked: &Unpacked| unpacked.message().to_json();
            Run::boxed(fixture, description, show, move |caller| {
                let packed = Arc::clone(&packed);
                async move { unpack::unpack(&caller, &packed, &UnpackOptions::default()).await }
            })
        }
        Kind::Sign => {
            let (message, signer) = (message(), did(description.sign_frm.as_deref()?));
            let show = |packed: &String| packed.clone();
            Run::boxed(fixture, description, show, move |caller| {
                let (message, signer) = (Message::clone(&message), signer.clone());
                async move {
                    pack::pack_signed(&caller, message, &signer, pack::KidIn::default())
                        .await
                        .map(|packed| packed.text)
                }
            })
        }
        Kind::Wrap => {
            let (packed, to, mediator) = (packed(), to?, did(description.mediator.as_deref()?));
            let options = ForwardOptions { anoncrypt, ..ForwardOptions::default() };
            let show = |packed: &String| packed.clone();
            Run::boxed(fixture, description, show, move |caller| {
                let (packed, to, mediator) = (Arc::clone(&packed), to.clone(), mediator.clone());
                let options = options.clone();
                async move {
                    let mediators = [mediator];
                    let wrapped = pack::wrap_in_forward(&caller, &packed, &to, &mediators, &options).await;
                    wrapped.map(|packed| packed.text)
                }
            })
        }
        Kind::Create => Some(Box::new(Create(None))),
        Kind::Resolve => Some(Box::new(Resolve(did(description.did.as_deref()?), None))),
    }
}

struct Create(Option<DidUrl>);

impl Task for Create {
    fn run(&mut self) {
        let unnamed = did("did:peer:2#unnamed");
        let keys = [(Purpose::KeyAgreement, Curve::X25519), (Purpose::Authentication, Curve::Ed25519)].map(
            |(purpose, curve)| {
                let key = SecretKey::generate(unnamed.clone(), curve, &mut bytes).unwrap();
                (purpose, key.public_key())
            },
        );
        self.0 = Some(peer::create(&keys, &[]).unwrap());
    }

    fn result(&self) -> String {
        self.0.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

struct Resolve(DidUrl, Option<Arc<Document>>);

impl Task for Resolve {
    fn run(&mut self) {
        // a resolver of its own, which has seen nothing yet
        self.1 = LocalResolver::default().resolve(&self.0).unwrap();
    }

    fn result(&self) -> String {
        let document = self.1.as_ref().and_then(|document| document.json());
        document.map(ToString::to_string).unwrap_or_default()
    }
}
