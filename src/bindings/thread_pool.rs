//! The threads that share the computation of one batch or one large message.
//!
//! They are rayon's, one for each processor, created on first use. They compute and never enter the interpreter:
//! CPython before 3.14 ends a thread that requests the interpreter lock during finalization by unwinding its stack,
//! which aborts the process in a Rust frame. The thread that called from Python creates all Python objects.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::caller::lock;

/// The pool of this process.
static POOL: Mutex<Option<Arc<ThreadPool>>> = Mutex::new(None);

/// The pool of this process; `None` if the operating system grants no threads.
///
/// It is locked only while the interpreter lock is held, as during a fork, so it is never locked at a fork.
fn pool(_py: Python<'_>) -> Option<Arc<ThreadPool>> {
    let mut made = lock(&POOL);
    if let Some(pool) = made.as_ref() {
        return Some(Arc::clone(pool));
    }
    let name = |number| format!("pydidcomm-{number}");
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(processors()).thread_name(name).build().ok()?);
    Some(Arc::clone(made.insert(pool)))
}

/// The number of threads that compute at the same time in this process.
#[pyfunction]
pub(super) fn processors() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// Forgets the threads in a forked process, which has none of its parent's threads.
pub(super) fn forget_threads() {
    // dropping the pool would wait forever for its threads
    std::mem::forget(lock(&POOL).take());
}

/// Whether the work was cancelled: the rest of it is skipped.
#[derive(Clone, Default)]
pub(super) struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The threads for one piece of work.
#[derive(Clone)]
pub(super) struct Threads {
    pool: Option<Arc<ThreadPool>>,
    most: Option<usize>,
    cancelled: Cancelled,
}

impl Threads {
    /// The threads of the pool, or at most so many of them, until the work is cancelled.
    pub(super) fn of(py: Python<'_>, most: Option<usize>, cancelled: &Cancelled) -> Self {
        Self { pool: pool(py), most, cancelled: cancelled.clone() }
    }

    /// Runs `work(i)` for every `i < count`, on this thread and on others.
    pub(super) fn run_each(&self, count: usize, work: impl Fn(usize) + Sync) {
        let next = AtomicUsize::new(0);
        let work = || {
            while !self.cancelled.get() {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= count {
                    break;
                }
                work(place);
            }
        };
        let all = self.pool.as_ref().map_or(1, |pool| pool.current_num_threads()).min(count);
        let helpers = self.most.map_or(all, |most| most.min(all)).saturating_sub(1);
        match &self.pool {
            Some(pool) if helpers > 0 => pool.in_place_scope(|scope| {
                for _ in 0..helpers {
                    scope.spawn(|_| work());
                }
                work();
            }),
            _ => work(),
        }
    }
}
