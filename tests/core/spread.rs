//! One message to many keys: the caller permits the work, and runs it on its threads.

use std::sync::Arc;
use std::thread;

use pydidcomm::caller::{Answer, Context, Question, Spread};
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::{Error, Result};
use pydidcomm::operation::{Operation, Step};
use pydidcomm::pack::{self, EncryptOptions, Packed};
use serde_json::json;

use super::parties::{BOB, document};
use super::world::{NOW, message};

/// Bob with so many keys.
fn crowd(keys: usize) -> Arc<Document> {
    let names: Vec<String> = (0..keys).map(|number| format!("agree-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Arc::new(document(BOB, &[("keyAgreement", &names)]))
}

/// Packs for so many keys with fixed randomness; `leave` is the answer to the request for permission.
fn packed(keys: usize, spread: Option<Spread>, leave: &Answer) -> Result<(Packed, usize)> {
    let context = Context { spread, ..Context::new(NOW, Box::new(|buffer| buffer.fill(7))) };
    let mut operation = Operation::new(context, |caller| async move {
        pack::pack_encrypted(&caller, message(json!({})), &DidUrl::parse(BOB)?, &EncryptOptions::default())
            .await
    });
    let mut left = 0;
    let mut step = operation.start()?;
    loop {
        step = match step {
            Step::Done(packed) => return Ok((packed, left)),
            Step::Ask(Question::LongWork) => {
                left += 1;
                operation.supply(leave.clone())?
            }
            Step::Ask(_) => operation.supply(Answer::Document(Some(crowd(keys))))?,
        }
    }
}

/// A thread for each job.
fn threads() -> Spread {
    Box::new(|count, job| {
        thread::scope(|scope| {
            for place in 0..count {
                scope.spawn(move || job(place));
            }
        });
    })
}

#[test]
fn the_envelope_is_the_same_on_one_and_many_threads() {
    for (keys, leaves) in [(15, 0), (16, 1), (100, 1)] {
        let (in_turn, never) = packed(keys, None, &Answer::Proceed).unwrap();
        let (spread, left) = packed(keys, Some(threads()), &Answer::Proceed).unwrap();
        assert_eq!(spread.envelope.text, in_turn.envelope.text);
        assert_eq!((never, left), (0, leaves));
    }
}

#[test]
fn unfinished_work_is_an_error() {
    let idle: Spread = Box::new(|_, _| {});
    assert!(matches!(packed(16, Some(idle), &Answer::Proceed), Err(Error::Answer(_))));
    assert!(matches!(packed(16, Some(threads()), &Answer::Document(None)), Err(Error::Answer(_))));
}
