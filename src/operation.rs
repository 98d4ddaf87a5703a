//! Operations, driven by hand: each poll yields a question or the result.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{self, Poll, Waker};

use crate::caller::{Answer, Caller, Context, Question, Slot, lock};
use crate::error::{Error, Result};

type Work<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// A running `async fn` of the core.
///
/// It needs no async runtime, because it awaits only answers.
pub struct Operation<T> {
    work: Option<Work<T>>,
    slot: Arc<Mutex<Slot>>,
    started: bool,
}

/// The outcome of a poll.
#[derive(Debug)]
pub enum Step<T> {
    /// A question that needs an answer.
    Ask(Question),
    /// The result; the operation has ended.
    Done(T),
}

impl<T> Operation<T> {
    /// Prepares an operation; nothing runs before [`Operation::start`].
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
            return Err(Error::Answer("the operation has started already"));
        }
        self.poll()
    }

    /// Answers the pending question, and runs to the next question or to the end.
    pub fn supply(&mut self, answer: Answer) -> Result<Step<T>> {
        if !self.started || self.work.is_none() {
            return Err(Error::Answer("the operation has no pending question"));
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
                question.map(Step::Ask).ok_or(Error::Answer("the operation is pending without a question"))
            }
        }
    }
}
