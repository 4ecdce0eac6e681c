//! Ten thousand histories, in each of which every rule holds.

use baton_simulation::run;
use std::{
    io::{self, Write},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

/// How many; `make simulate` lives more of them.
const HISTORIES: u64 = 10_000;

/// How long they may take, on two cores.
const MOST_SECONDS: f64 = 90.0;

#[test]
fn every_rule_holds_in_ten_thousand_histories() {
    let begun = Instant::now();
    let (next, failures) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= HISTORIES || failures.lock().is_ok_and(|found| !found.is_empty()) {
                        return;
                    }
                    if run(seed, None, false).violation.is_some() {
                        failures.lock().expect("no thread panics").push(seed);
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    // Past the capture of the tests' output, so that the speed is seen when all is well too.
    let speed = format!("{HISTORIES} histories in {seconds:.1} s: {:.0} a second", HISTORIES as f64 / seconds);
    writeln!(io::stderr(), "{speed}").expect("written");
    if let Some(seed) = failures.into_inner().expect("no thread panics").into_iter().min() {
        let report = run(seed, None, true);
        panic!("{}{}", report.trace(false), report.failure().unwrap_or_default());
    }
    assert!(seconds <= MOST_SECONDS, "{speed}");
}

#[test]
fn a_seed_gives_the_same_history_again() {
    for seed in 0..50 {
        let (first, second) = (run(seed, None, true), run(seed, None, true));
        assert_eq!(first.trace(true), second.trace(true));
        assert_eq!(first.counts, run(seed, None, false).counts);
    }
}
