//! `unpack` and `receive`, as operations.

use std::sync::Arc;

use pyo3::prelude::*;

use super::context::ContextIn;
use super::opened::Opened;
use super::operation::{PyOperation, Task};
use super::result::IntoResult;
use super::text_in::{Given, TextIn};
use super::unpack_options::PyUnpackOptions;
use crate::caller::{Caller, Context};
use crate::error::Result;
use crate::memory::check_room;
use crate::receive::Received;
use crate::unpack::UnpackOptions;

impl IntoResult for Received {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match *self {
            Self::V2(unpacked) => unpacked.into_result(py),
            Self::V1(unpacked) => unpacked.into_result(py),
        }
    }
}

/// Prepare to unpack a message.
#[pyfunction]
pub(super) fn unpack(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    replay_key: bool,
    known: ContextIn<'_>,
) -> PyOperation {
    PyOperation(prepare_unpack(packed_msg, &options.get().0, replay_key, known))
}

/// Prepare to unpack a message of DIDComm v2 or v1.
#[pyfunction]
pub(super) fn receive(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    replay_key: bool,
    known: ContextIn<'_>,
) -> PyOperation {
    prepare_opening(known, packed_msg, options, move |caller, packed, options| async move {
        let received = crate::receive::receive(&caller, &packed, &options).await;
        if let (true, Ok(received)) = (replay_key, &received) {
            check_room(packed.len())?;
            received.replay_key();
        }
        Opened::of(&packed, received)
    })
}

/// Prepares the work of `open` on the text of a packed message.
pub(super) fn prepare_opening<T: IntoResult, W>(
    context: ContextIn<'_>,
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    open: impl FnOnce(Arc<Caller>, Given, Arc<UnpackOptions>) -> W,
) -> PyOperation
where
    W: Future<Output = Result<T>> + Send + 'static,
{
    let options = Arc::clone(&options.get().0);
    PyOperation::prepare(context, packed_msg.0.len(), |caller| open(caller, packed_msg.0, options))
}

/// Prepares the unpacking of a message of DIDComm v2.
///
/// The digest for a replay window is computed with the rest of the work, because it takes long for a long message.
pub(super) fn prepare_unpack(
    packed_msg: TextIn,
    options: &Arc<UnpackOptions>,
    replay_key: bool,
    context: impl Into<Context>,
) -> Arc<Task> {
    let options = Arc::clone(options);
    Task::prepare(context, packed_msg.0.len(), |caller| async move {
        let unpacked = crate::unpack::unpack(&caller, &packed_msg.0, &options).await;
        if let (true, Ok(unpacked)) = (replay_key, &unpacked) {
            check_room(packed_msg.0.len())?;
            unpacked.replay_key();
        }
        Opened::of(&packed_msg.0, unpacked)
    })
}
