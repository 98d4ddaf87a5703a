//! Calls from Rust into Python code, which must not be under way when the interpreter ends.
//!
//! CPython before 3.14 unwinds the stack of a daemon thread that asks for the interpreter lock during finalization. A
//! thread that comes back from `Python::detach` hangs instead, because PyO3 prevents the unwinding there. A thread in
//! Python code that Rust has called would abort the process. So the interpreter waits for such calls before it ends,
//! and a call that begins after that waits for the end.

use std::cell::Cell;
use std::sync::Mutex;
use std::thread::{ThreadId, current, sleep};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::caller::lock;

/// How long the end of the process may be delayed by one call, or a thread by the end of the process.
const MOST: Duration = Duration::from_secs(1);

/// How often the end of the process looks whether the calls have ended.
const LOOK: Duration = Duration::from_millis(1);

struct Calls {
    under_way: usize,
    /// The thread that ends the interpreter.
    ended_by: Option<ThreadId>,
}

/// It is locked with the interpreter lock held: no fork finds it locked.
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

/// What a function of the package shows of the object in a notebook.
pub(super) fn draw_picture(object: &Bound<'_, PyAny>, module: &str, function: &str) -> PyResult<String> {
    let py = object.py();
    call_python(py, || py.import(module)?.call_method1(function, (object,))?.extract())
}

/// A call of this thread into Python code, or one of several inside one another.
struct UnderWay;

impl UnderWay {
    fn begin(py: Python<'_>) -> Self {
        if DEPTH.get() == 0 {
            let ended_by = lock(&CALLS).ended_by;
            if ended_by.is_some_and(|thread| thread != current().id()) && !HAS_WAITED.replace(true) {
                // a thread that an exit handler waits for goes on after that
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

/// Waits for the calls that are under way, when the interpreter ends.
pub(super) fn end_calls(py: Python<'_>) {
    let began = Instant::now();
    lock(&CALLS).ended_by = Some(current().id());
    while lock(&CALLS).under_way > DEPTH.get().min(1) && began.elapsed() < MOST {
        py.detach(|| sleep(LOOK));
    }
}

/// Forgets the calls of the other threads in a forked process, which does not have them.
pub(super) fn forget_calls() {
    *lock(&CALLS) = Calls { under_way: DEPTH.get().min(1), ended_by: None };
}
