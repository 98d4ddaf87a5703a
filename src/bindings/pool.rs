//! The threads for long work: as many as there are processors for this process, made when first needed.
//!
//! They are rayon's: a fixed number of threads that take work from one another. A runtime of tokio, which is
//! the usual companion of pyo3-async-runtimes, has more to it than work that waits for nothing can use, and
//! is made once and for all, so that every fork of the process would wait for threads that it does not have.

use std::future::{Ready, ready};
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::thread::available_parallelism;

use pyo3::prelude::*;
use pyo3_async_runtimes::TaskLocals;
use pyo3_async_runtimes::generic::{ContextExt, JoinError, Runtime, future_into_py_with_locals};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::caller::lock;

/// The pool, and the process that made it.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The pool of this process; none where the operating system grants no threads.
///
/// It is looked for with the interpreter lock held. So is Python when it forks: no fork finds it in use.
fn pool(_py: Python<'_>) -> Option<Arc<ThreadPool>> {
    let process = std::process::id();
    let mut made = lock(&POOL);
    if let Some((owner, pool)) = made.as_ref()
        && *owner == process
    {
        return Some(Arc::clone(pool));
    }
    let count = available_parallelism().map_or(1, NonZero::get);
    let name = |number| format!("pydidcomm-{number}");
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(count).thread_name(name).build().ok()?);
    // a fork has none of its parent's threads: who ended that pool would wait for them for ever
    std::mem::forget(made.replace((process, Arc::clone(&pool))));
    Some(pool)
}

/// The threads that may work together on one thing.
#[derive(Clone)]
pub(super) struct Threads {
    pool: Option<Arc<ThreadPool>>,
    most: Option<usize>,
}

impl Threads {
    /// Those of the pool, or so many of them.
    pub(super) fn of(py: Python<'_>, most: Option<usize>) -> Self {
        Self { pool: pool(py), most }
    }

    /// Does the work of every place below `count`, on this thread and on others.
    pub(super) fn each(&self, count: usize, work: impl Fn(usize) + Sync) {
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
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

/// Has the work done on the pool, and what it yields made a Python object: a future of the running asyncio loop.
pub(super) fn leave<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
    finish: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> PyResult<Bound<'_, PyAny>> {
    let locals = TaskLocals::with_running_loop(py)?;
    future_into_py_with_locals::<Pool, _, Py<PyAny>>(py, locals, async move {
        let done = work();
        Python::attach(|py| finish(py, done))
    })
}

/// The pool as pyo3-async-runtimes sees it: a runtime for futures that compute, and wait for nothing.
struct Pool;

/// What a future panicked with.
struct Panicked(Box<dyn std::any::Any + Send>);

impl JoinError for Panicked {
    fn is_panic(&self) -> bool {
        true
    }

    fn into_panic(self) -> Box<dyn std::any::Any + Send> {
        self.0
    }
}

impl Runtime for Pool {
    type JoinError = Panicked;
    type JoinHandle = Ready<Result<(), Panicked>>;

    fn spawn<F: Future<Output = ()> + Send + 'static>(future: F) -> Self::JoinHandle {
        Self::spawn_blocking(move || {
            // whatever it could wait for is there: it ends the first time that it is asked
            let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
        })
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(work: F) -> Self::JoinHandle {
        // what a thread of the pool begins it does itself, for the others may be waiting for it
        let pool = if rayon::current_thread_index().is_some() { None } else { Python::attach(pool) };
        match pool {
            Some(pool) => {
                pool.spawn(work);
                ready(Ok(()))
            }
            None => ready(catch_unwind(AssertUnwindSafe(work)).map_err(Panicked)),
        }
    }
}

impl ContextExt for Pool {
    fn scope<F, R>(_locals: TaskLocals, future: F) -> Pin<Box<dyn Future<Output = R> + Send>>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Box::pin(future)
    }

    fn get_task_locals() -> Option<TaskLocals> {
        None
    }
}
