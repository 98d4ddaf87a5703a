//! What the programs on the crate `didcomm` share.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use didcomm::error::Error;

use crate::Refusal;

/// The refusal of an error of the crate.
fn refused(error: Error) -> Refusal {
    Refusal(format!("{:?}", error.kind()), error.to_string())
}

/// The refusal of JSON that the crate does not read.
pub fn not_json(error: serde_json::Error) -> Refusal {
    Refusal("NotRead".to_owned(), error.to_string())
}

/// Runs a future that waits for nothing.
pub fn finish<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Refusal> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output.map_err(refused),
        Poll::Pending => Err(Refusal::of_request("the peer waits")),
    }
}
