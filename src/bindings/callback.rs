//! Calls from Rust into Python code, none of which may be running when the interpreter ends.
//!
//! CPython before 3.14 unwinds the stack of a daemon thread that requests the interpreter lock during finalization. A
//! thread that returns from `Python::detach` hangs instead, because PyO3 prevents the unwinding there. In Python code
//! that Rust has called, the unwinding would abort the process. So the interpreter waits for such calls before it ends,
//! and a call that begins later waits for the end.

use std::cell::Cell;
use std::sync::Mutex;
use std::thread::{ThreadId, current, sleep};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::caller::lock;

/// Maximum delay of the end of the process by a call, or of a call by the end of the process.
const MOST: Duration = Duration::from_secs(1);

/// Interval of the check whether the calls have ended.
const LOOK: Duration = Duration::from_millis(1);

struct Calls {
    under_way: usize,
    /// The thread that ends the interpreter.
    ended_by: Option<ThreadId>,
}

/// It is locked only while the interpreter lock is held, so it is never locked at a fork.
static CALLS: Mutex<Calls> = Mutex::new(Calls { under_way: 0, ended_by: None });

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static HAS_WAITED: Cell<bool> = const { Cell::new(false) };
}

/// Calls Python code.
pub(super) fn call_python<T>(py: Python<'_>, call: impl FnOnce() -> T) -> T {
    let _under_way = UnderWay::begin(py);
    call()
}

/// The picture of the object for a notebook, by a function of the package.
pub(super) fn draw_picture(object: &Bound<'_, PyAny>, module: &str, function: &str) -> PyResult<String> {
    let py = object.py();
    call_python(py, || py.import(module)?.call_method1(function, (object,))?.extract())
}

/// A call of this thread into Python code; calls may be nested.
struct UnderWay;

impl UnderWay {
    fn begin(py: Python<'_>) -> Self {
        if DEPTH.get() == 0 {
            let ended_by = lock(&CALLS).ended_by;
            if ended_by.is_some_and(|thread| thread != current().id()) && !HAS_WAITED.replace(true) {
                // not for ever: an exit handler may wait for this thread
                py.detach(|| sleep(MOST));
            }
            let mut calls = lock(&CALLS);
            calls.under_way = calls.under_way.saturating_add(1);
        }
        DEPTH.set(DEPTH.get().saturating_add(1));
        Self
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
        if DEPTH.get() == 0 {
            let mut calls = lock(&CALLS);
            calls.under_way = calls.under_way.saturating_sub(1);
        }
    }
}

/// Waits for the running calls, when the interpreter ends.
pub(super) fn end_calls(py: Python<'_>) {
    let began = Instant::now();
    lock(&CALLS).ended_by = Some(current().id());
    while lock(&CALLS).under_way > DEPTH.get().min(1) && began.elapsed() < MOST {
        py.detach(|| sleep(LOOK));
    }
}

/// Forgets the calls of other threads in a forked process, which has none of these threads.
pub(super) fn forget_calls() {
    *lock(&CALLS) = Calls { under_way: DEPTH.get().min(1), ended_by: None };
}
