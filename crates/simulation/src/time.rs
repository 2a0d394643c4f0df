//! Virtual time: it stands still while anything can happen, and then jumps to the next moment at which something is due.
//! One thread, and an order that only the seed decides.
//!
//! Not tokio's paused clock: that is a feature of tokio for tests, which Cargo would turn on for the functions that are
//! built beside this. Handlers never wait by themselves, so nothing of them asks for tokio's timers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use futures::task::LocalSpawnExt;
use futures_executor::{LocalPool, LocalSpawner};

#[derive(Debug)]
struct Timers {
    now_micros: i64,
    started: u64,
    due: BTreeMap<(i64, u64), Option<Waker>>,
}

/// A clock that only a [`World`](crate::World) moves. Clones share one time.
#[derive(Debug, Clone)]
pub struct Time(Arc<Mutex<Timers>>);

impl Time {
    /// A clock that stands at `seconds` (Unix).
    #[must_use]
    pub fn at(seconds: i64) -> Self {
        Self(Arc::new(Mutex::new(Timers { now_micros: seconds * 1_000_000, started: 0, due: BTreeMap::new() })))
    }

    fn timers(&self) -> MutexGuard<'_, Timers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now, in Unix microseconds.
    #[must_use]
    pub fn micros(&self) -> i64 {
        self.timers().now_micros
    }

    /// Now, in Unix seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.micros() as f64 / 1e6
    }

    /// Is ready once `duration` has passed.
    #[must_use]
    pub fn sleep(&self, duration: Duration) -> Pause {
        let mut timers = self.timers();
        timers.started += 1;
        let due = timers.now_micros.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX));
        let key = (due, timers.started);
        timers.due.insert(key, None);
        drop(timers);
        Pause { time: self.clone(), key }
    }

    /// Jumps to the next moment at which something is due. False when nothing is.
    fn jump(&self) -> bool {
        let mut timers = self.timers();
        let Some((&(next, _), _)) = timers.due.first_key_value() else { return false };
        timers.now_micros = timers.now_micros.max(next);
        let wakers: Vec<Waker> =
            timers.due.range_mut(..=(next, u64::MAX)).filter_map(|(_, waker)| waker.take()).collect();
        drop(timers);
        wakers.into_iter().for_each(Waker::wake);
        true
    }
}

impl AsyncSleep for Time {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(Self::sleep(self, duration))
    }
}

/// See [`Time::sleep`].
#[derive(Debug)]
pub struct Pause {
    time: Time,
    key: (i64, u64),
}

impl Future for Pause {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timers = self.time.timers();
        if timers.now_micros >= self.key.0 {
            return Poll::Ready(());
        }
        timers.due.insert(self.key, Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.time.timers().due.remove(&self.key);
    }
}

/// Runs what happens in one world, on the thread that it was made on.
#[derive(Debug)]
pub struct Executor {
    pool: LocalPool,
    time: Time,
}

impl Executor {
    /// Nothing happens yet.
    #[must_use]
    pub fn new(time: Time) -> Self {
        Self { pool: LocalPool::new(), time }
    }

    /// For what goes on beside.
    #[must_use]
    pub fn spawner(&self) -> LocalSpawner {
        self.pool.spawner()
    }

    /// Lets everything happen until `future` is ready. Nothing when it never will be, since nothing is due any more.
    pub fn run<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Option<T> {
        let outcome = Rc::new(RefCell::new(None));
        let place = Rc::clone(&outcome);
        let spawned = self.pool.spawner().spawn_local(async move {
            let value = future.await;
            *place.borrow_mut() = Some(value);
        });
        spawned.ok()?;
        loop {
            self.pool.run_until_stalled();
            if let Some(value) = outcome.borrow_mut().take() {
                return Some(value);
            }
            if !self.time.jump() {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_jumps_to_what_is_due_and_nowhere_else() {
        let time = Time::at(100);
        let mut executor = Executor::new(time.clone());
        let order = Rc::new(RefCell::new(Vec::new()));
        for (name, seconds) in [("late", 3_600), ("early", 30)] {
            let (time, order) = (time.clone(), Rc::clone(&order));
            executor
                .spawner()
                .spawn_local(async move {
                    time.sleep(Duration::from_secs(seconds)).await;
                    order.borrow_mut().push((name, time.micros()));
                })
                .unwrap();
        }
        let pause = time.sleep(Duration::from_secs(7_200));
        assert_eq!(executor.run(pause), Some(()));
        assert_eq!(*order.borrow(), [("early", 130_000_000), ("late", 3_700_000_000)]);
        assert_eq!(time.micros(), 7_300_000_000);
        assert_eq!(executor.run(std::future::pending::<()>()), None);
    }

    #[test]
    fn what_nobody_waits_for_any_more_is_not_due() {
        let time = Time::at(0);
        let mut executor = Executor::new(time.clone());
        drop(time.sleep(Duration::from_secs(5)));
        assert_eq!(executor.run(std::future::pending::<()>()), None);
        assert_eq!(time.micros(), 0);
    }
}
