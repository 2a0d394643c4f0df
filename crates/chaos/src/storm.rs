//! What goes wrong between the product and AWS, drawn for each call.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use simulation::caller::Caller;
use simulation::weather::{Conditions, Delivery, Fate, Seen, Weather, Wrong};

use crate::rules::Rules;

/// How likely each thing is.
#[derive(Debug, Clone, Copy)]
struct Rates {
    throttled: f64,
    failed: f64,
    reset: f64,
    hung: f64,
    killed: f64,
    again: f64,
    skew_seconds: i64,
    lost: f64,
    page_items: usize,
    index_lag: Duration,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Storm {
    rates: Rates,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: Rng,
    blows: bool,
    rules: Rules,
    story: Digest,
    calls: u64,
    wrong: u64,
    /// Whether each call is printed.
    prints: bool,
}

/// FNV-1a over everything that happens: two runs with the same are the same run.
#[derive(Debug)]
struct Digest(u64);

impl Digest {
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Rates {
    fn draw(random: &mut Rng, servers: usize) -> Self {
        let mut rate = |rates: [f64; 4]| rates[random.usize(..4)];
        // What ends an invocation is rarer where one makes many calls: else none would ever come through.
        let calls = 10.0 + 2.0 * servers as f64;
        Self {
            throttled: rate([0.0, 0.0, 0.01, 0.1]),
            failed: rate([0.0, 0.0, 0.01, 0.1]),
            reset: rate([0.0, 0.0, 0.01, 0.1]),
            hung: rate([0.0, 0.0, 0.05, 0.3]) / calls,
            killed: rate([0.0, 0.1, 0.5, 1.0]) / calls,
            again: rate([0.0, 0.0, 0.05, 0.3]),
            skew_seconds: [0, 0, 2, 240][random.usize(..4)],
            lost: [0.0, 0.0, 0.1, 0.5][random.usize(..4)],
            index_lag: Duration::from_millis([0, 0, 500, 5_000][random.usize(..4)]),
            // A short page makes every read many: few runs have them.
            page_items: if servers < 60 {
                [usize::MAX, usize::MAX, usize::MAX, 3][random.usize(..4)]
            } else {
                usize::MAX
            },
        }
    }
}

impl Storm {
    pub(crate) fn draw(random: &mut Rng, servers: usize, prints: bool) -> Self {
        let rates = Rates::draw(random, servers);
        let state = State {
            random: random.fork(),
            blows: false,
            rules: Rules::default(),
            story: Digest(0xcbf2_9ce4_8422_2325),
            calls: 0,
            wrong: 0,
            prints,
        };
        Self { rates, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn blow(&self, blows: bool) {
        self.state().blows = blows;
    }

    pub(crate) fn rules<T>(&self, look: impl FnOnce(&mut Rules) -> T) -> T {
        look(&mut self.state().rules)
    }

    /// Calls, those that went wrong, and the digest of all.
    pub(crate) fn told(&self) -> (u64, u64, u64) {
        let state = self.state();
        (state.calls, state.wrong, state.story.0)
    }

    /// Whether something happens that is this likely. Nothing does when it is calm.
    fn happens(&self, likely: f64) -> bool {
        let mut state = self.state();
        state.blows && likely > 0.0 && state.random.f64() < likely
    }
}

impl Weather for Storm {
    fn call(&self, caller: Option<&Caller>, service: &str, operation: &str) -> Fate {
        let Rates { throttled, failed, reset, hung, killed, .. } = self.rates;
        let mut state = self.state();
        state.calls += 1;
        let who = caller.map_or("", |caller| caller.function.as_str());
        let mut fate = Fate::Answered;
        if state.blows {
            let mut drawn = state.random.f64();
            let committed = state.random.bool();
            let kinds = [
                (throttled, Fate::Throttled),
                (failed, Fate::Wrong { how: Wrong::Failed, committed }),
                (reset, Fate::Wrong { how: Wrong::Reset, committed }),
                (hung, Fate::Wrong { how: Wrong::Hung, committed }),
                (killed, Fate::Wrong { how: Wrong::Killed, committed }),
            ];
            for (likely, kind) in kinds {
                if drawn < likely {
                    fate = kind;
                    break;
                }
                drawn -= likely;
            }
        }
        state.wrong += u64::from(fate != Fate::Answered);
        state.story.add(&format!("{who} {service} {operation} {fate:?}"));
        if state.prints && fate != Fate::Answered {
            println!("  {who} {} {operation}: {fate:?}", caller.map_or(0, |caller| caller.number));
        }
        fate
    }

    fn invocation(&self, _function: &str) -> Conditions {
        let again = self.happens(self.rates.again);
        let mut state = self.state();
        let pause = state.random.u64(..90_000);
        let skew = self.rates.skew_seconds;
        Conditions {
            again_after: again.then(|| Duration::from_millis(pause)),
            skew_seconds: if state.blows && skew > 0 { state.random.i64(-skew..=skew) } else { 0 },
        }
    }

    fn event(&self) -> Delivery {
        match (self.happens(self.rates.lost), self.happens(self.rates.again)) {
            (true, _) => Delivery::Lost,
            (false, true) => Delivery::Twice,
            (false, false) => Delivery::Once,
        }
    }

    fn stream(&self) -> Delivery {
        if self.happens(self.rates.again) { Delivery::Twice } else { Delivery::Once }
    }

    fn token(&self) -> Delivery {
        if self.happens(self.rates.lost) { Delivery::Lost } else { Delivery::Once }
    }

    fn page_items(&self) -> usize {
        self.rates.page_items
    }

    fn index_lag(&self) -> Duration {
        self.rates.index_lag
    }

    fn seen(&self, seen: &Seen<'_>) {
        let mut state = self.state();
        state.story.add(&format!("{} {} {}", seen.at_micros, seen.operation, seen.status));
        if state.prints {
            let (who, number) = seen.caller.map_or(("", 0), |caller| (caller.function.as_str(), caller.number));
            let seconds = seen.at_micros as f64 / 1e6;
            println!("{seconds:.3} {who} {number} {} {} {}", seen.operation, seen.status, seen.request);
        }
        state.rules.see(seen);
    }
}
