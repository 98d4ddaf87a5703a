//! The threads that share the computation of one batch or one large message.
//!
//! They are rayon's, one for each processor, made on first use. They compute and never enter the interpreter: CPython
//! before 3.14 ends a thread that asks for the interpreter lock during finalization by unwinding its stack, and Rust
//! frames abort when that happens. What Python sees is made by the thread that called from Python.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::caller::lock;

/// The pool of this process.
static POOL: Mutex<Option<Arc<ThreadPool>>> = Mutex::new(None);

/// The pool of this process; none where the operating system grants no threads.
///
/// It is looked up with the interpreter lock held. So is Python when it forks: no fork finds it locked.
fn pool(_py: Python<'_>) -> Option<Arc<ThreadPool>> {
    let mut made = lock(&POOL);
    if let Some(pool) = made.as_ref() {
        return Some(Arc::clone(pool));
    }
    let name = |number| format!("pydidcomm-{number}");
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(processors()).thread_name(name).build().ok()?);
    Some(Arc::clone(made.insert(pool)))
}

/// How many threads can compute at the same time in this process.
#[pyfunction]
pub(super) fn processors() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// Forgets the threads in a forked process, which has none of its parent's threads.
pub(super) fn forget_threads() {
    // dropping the pool would wait for its threads for ever
    std::mem::forget(lock(&POOL).take());
}

/// Whether the caller of some work has been cancelled: nothing more of it is computed.
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

/// The threads that may work together on one thing.
#[derive(Clone)]
pub(super) struct Threads {
    pool: Option<Arc<ThreadPool>>,
    most: Option<usize>,
    cancelled: Cancelled,
}

impl Threads {
    /// Those of the pool, or so many of them, until the work is cancelled.
    pub(super) fn of(py: Python<'_>, most: Option<usize>, cancelled: &Cancelled) -> Self {
        Self { pool: pool(py), most, cancelled: cancelled.clone() }
    }

    /// Does the work of every place below `count`, on this thread and on others.
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
