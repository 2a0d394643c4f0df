//! What a thread has instead of the clock and the environment of its process: for a simulation, which runs many worlds in one
//! process, each in a time of its own. No function calls this, so in production both are the process's.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;

/// A world's clock and settings.
#[derive(Clone)]
pub struct StandIn {
    /// Now, in Unix seconds.
    pub now: Rc<dyn Fn() -> f64>,
    /// What stands for environment variables; others are not set.
    pub settings: Rc<BTreeMap<&'static str, String>>,
}

thread_local! {
    static CURRENT: RefCell<Option<StandIn>> = const { RefCell::new(None) };
}

/// For as long as this lives, its thread reads the clock and the settings of a [`StandIn`].
#[derive(Debug)]
pub struct Installed {
    /// It has to be dropped by the thread that has it.
    not_send: PhantomData<Rc<()>>,
}

/// Puts `stand_in` in the place of this thread's clock and environment.
#[must_use]
pub fn install(stand_in: StandIn) -> Installed {
    CURRENT.set(Some(stand_in));
    Installed { not_send: PhantomData }
}

impl Drop for Installed {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

/// Now, where this thread has a clock of its own.
pub(crate) fn now_seconds() -> Option<f64> {
    CURRENT.with_borrow(|current| current.as_ref().map(|stand_in| (stand_in.now)()))
}

/// The setting `name`, where this thread has settings of its own: nothing in it means that it is not set.
pub(crate) fn setting(name: &str) -> Option<Option<String>> {
    CURRENT.with_borrow(|current| current.as_ref().map(|stand_in| stand_in.settings.get(name).cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_thread_has_it_and_only_until_it_is_dropped() {
        let settings = Rc::new(BTreeMap::from([("REPORTS_BUCKET", "reports".to_owned())]));
        let installed = install(StandIn { now: Rc::new(|| 5.5), settings });
        assert_eq!((crate::clock::now(), crate::clock::at_wall(7.0)), (5, 7));
        assert_eq!(crate::clients::required("REPORTS_BUCKET").unwrap(), "reports");
        assert!(crate::clients::required("PATH").is_err(), "a variable of the process is none of the world's");
        let elsewhere =
            std::thread::spawn(|| (crate::clock::now() > 1_000_000, crate::clients::required("PATH").is_ok()));
        assert_eq!(elsewhere.join().unwrap(), (true, true));
        drop(installed);
        assert!(crate::clock::now() > 1_000_000);
    }
}
