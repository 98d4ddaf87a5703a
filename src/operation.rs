//! An operation driven by hand: polled, it leaves a question or its result.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{self, Poll, Waker};

use crate::caller::{Answer, Caller, Context, Question, Slot, lock};
use crate::error::{Error, Result};

type Work<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// An `async fn` of the core on its way to its result.
///
/// It needs no runtime: nothing in it waits for anything but answers.
pub struct Operation<T> {
    work: Option<Work<T>>,
    slot: Arc<Mutex<Slot>>,
    started: bool,
}

/// What an operation wants next.
#[derive(Debug)]
pub enum Step<T> {
    /// An answer.
    Ask(Question),
    /// Nothing: it has ended.
    Done(T),
}

impl<T> Operation<T> {
    /// Prepares an operation; nothing happens before [`Operation::start`].
    pub fn new<W>(context: Context, begin: impl FnOnce(Arc<Caller>) -> W) -> Self
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(Slot::default()));
        let caller = Arc::new(Caller::new(context, Arc::clone(&slot)));
        Self { work: Some(Box::pin(begin(caller))), slot, started: false }
    }

    /// Runs to the first question or to the end.
    pub fn start(&mut self) -> Result<Step<T>> {
        if std::mem::replace(&mut self.started, true) {
            return Err(Error::Answer("the operation was started before"));
        }
        self.poll()
    }

    /// Answers the question that was left, and runs on.
    pub fn supply(&mut self, answer: Answer) -> Result<Step<T>> {
        if !self.started || self.work.is_none() {
            return Err(Error::Answer("the operation waits for no answer"));
        }
        lock(&self.slot).answer = Some(answer);
        self.poll()
    }

    fn poll(&mut self) -> Result<Step<T>> {
        // taken out first, so that an operation which ends, or panics, takes no more answers
        let mut work = self.work.take().ok_or(Error::Answer("the operation has ended"))?;
        match work.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result.map(Step::Done),
            Poll::Pending => {
                let question = lock(&self.slot).question.take();
                self.work = Some(work);
                question.map(Step::Ask).ok_or(Error::Answer("the operation waits without a question"))
            }
        }
    }
}
