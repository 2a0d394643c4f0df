//! Who calls: an invocation of a function, which has its own clock and can be killed at any call.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::future::LocalBoxFuture;
use serde_json::Value;

/// An invocation.
#[derive(Debug)]
pub struct Caller {
    /// Its place among all invocations.
    pub number: u64,
    /// The function's name.
    pub function: String,
    /// What it was called with.
    pub payload: Value,
    /// By how much its clock is wrong.
    pub skew_seconds: i64,
    killed: AtomicBool,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Caller>>> = const { RefCell::new(None) };
}

impl Caller {
    /// An invocation of `function`.
    #[must_use]
    pub fn new(number: u64, function: &str, payload: Value, skew_seconds: i64) -> Arc<Self> {
        Arc::new(Self { number, function: function.to_owned(), payload, skew_seconds, killed: AtomicBool::new(false) })
    }

    /// Who works now.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// By how much the clock of whoever works now is wrong.
    pub(crate) fn skew() -> i64 {
        CURRENT.with_borrow(|caller| caller.as_ref().map_or(0, |caller| caller.skew_seconds))
    }

    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::Relaxed);
    }

    /// `work`, as what this invocation does: nothing when it was killed.
    pub(crate) fn doing<T>(self: Arc<Self>, work: LocalBoxFuture<'static, T>) -> Doing<T> {
        Doing { work: Some(work), caller: self }
    }
}

/// See [`Caller::doing`].
pub(crate) struct Doing<T> {
    work: Option<LocalBoxFuture<'static, T>>,
    caller: Arc<Caller>,
}

impl<T> Future for Doing<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(mut work) = self.work.take() else { return Poll::Ready(None) };
        let before = CURRENT.replace(Some(Arc::clone(&self.caller)));
        let polled = work.as_mut().poll(context);
        CURRENT.set(before);
        match polled {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            // What it held in memory is gone with it.
            Poll::Pending if self.caller.killed.load(Ordering::Relaxed) => Poll::Ready(None),
            Poll::Pending => {
                self.work = Some(work);
                Poll::Pending
            }
        }
    }
}
