//! Whether dead receivers hold up the callbacks of living ones: 2,000 callbacks to receivers that answer in 20 ms, of which one
//! in ten accepts connections and never answers, against none. The real pipeline and the real client over real HTTP; queues,
//! their places (processes that take one batch of ten after the other) and the time that AWS takes are those of
//! [`deployment`]. Only callbacks to receivers that live in both cases are measured, from the moment at which all callbacks are
//! on the queue until the answer is written down. Fails where the mean or the last one comes later than by a fifth.
//!
//! Three cases. *New*: no receiver has ever been called, and the dead ones were dead before. *Known*: the same a while later.
//! *Dying*: all were well, and one in ten stops to answer now; that costs others the fast lane's time limit once, and is shown
//! without a limit.

mod deployment;
mod queue;
#[path = "../../tests/support/mod.rs"]
mod support;

use deployment::Deployment;
use futures::future::join_all;
use std::{process::ExitCode, time::Duration};
use support::{Reply, StandIn};
use tokio::runtime::{Builder, Runtime};

const CALLBACKS: u16 = 2000;
const RECEIVERS: u16 = 20;
const ANSWERS_IN: Duration = Duration::from_millis(20);
const AT_MOST: f64 = 1.2;
const RUNS: usize = 3;

/// When callbacks were written down, in milliseconds: the mean, and the last one.
#[derive(Clone, Copy)]
struct Times {
    mean: f64,
    last: f64,
}

/// One run of all cases.
struct Run {
    new: Times,
    known: Times,
    dying: Times,
}

fn main() -> ExitCode {
    // The receivers have a thread of their own.
    let other = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let own = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        without.push(own.block_on(run(&other, false)));
        with.push(own.block_on(run(&other, true)));
    }
    println!(
        "{CALLBACKS} callbacks to {RECEIVERS} receivers that answer in {} ms; median of {RUNS} runs",
        ANSWERS_IN.as_millis()
    );
    let fine = [
        report("new", &without, &with, |run| run.new, Some(AT_MOST)),
        report("known", &without, &with, |run| run.known, Some(AT_MOST)),
        report("dying", &without, &with, |run| run.dying, None),
    ];
    if fine.into_iter().all(|fine| fine) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shows a case; whether it keeps the limit.
fn report(case: &str, without: &[Run], with: &[Run], of: impl Fn(&Run) -> Times, limit: Option<f64>) -> bool {
    let median = |runs: &[Run], figure: fn(Times) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(|run| figure(of(run))).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let mut fine = true;
    let mut line = format!("{case:<6}");
    for (name, figure) in [("mean", (|times| times.mean) as fn(Times) -> f64), ("last", |times| times.last)] {
        let (none, some) = (median(without, figure), median(with, figure));
        fine &= limit.is_none_or(|limit| some / none <= limit);
        line.push_str(&format!("  {name} {none:.0} ms, with dead ones {some:.0} ms: ratio {:.2}", some / none));
    }
    let verdict = match limit {
        None => String::new(),
        Some(limit) if fine => format!("  (at most {limit}) ok"),
        Some(limit) => format!("  (at most {limit}) TOO LATE"),
    };
    println!("{line}{verdict}");
    fine
}

fn answer() -> Reply {
    Reply::text(200, "text/plain", "").after(ANSWERS_IN)
}

fn silence() -> Reply {
    Reply::text(200, "text/plain", "").after(Duration::from_secs(3600))
}

/// Lives through the cases, with or without dead receivers.
async fn run(receivers: &Runtime, deaths: bool) -> Run {
    let dies = |index: u16| index.is_multiple_of(10);
    let dead = |index: u16| deaths && dies(index);
    let start = |index| StandIn::start(if dead(index) { silence() } else { answer() });
    let stand_ins = start_all(receivers, start).await;
    let deployment = Deployment::start(stand_ins.iter().map(|stand_in| stand_in.url.clone()).collect());
    let new = times(&deployment.tell(CALLBACKS, dies).await);
    let known = times(&deployment.tell(CALLBACKS, dies).await);
    deployment.stop();

    let stand_ins = start_all(receivers, |_| StandIn::start(answer())).await;
    let deployment = Deployment::start(stand_ins.iter().map(|stand_in| stand_in.url.clone()).collect());
    deployment.tell(CALLBACKS, dies).await;
    for (index, stand_in) in (0..).zip(&stand_ins) {
        if dead(index) {
            stand_in.reply(silence());
        }
    }
    let dying = times(&deployment.tell(CALLBACKS, dies).await);
    deployment.stop();
    Run { new, known, dying }
}

async fn start_all<F>(runtime: &Runtime, start: impl Fn(u16) -> F) -> Vec<StandIn>
where
    F: Future<Output = StandIn> + Send + 'static,
{
    let started = join_all((0..RECEIVERS).map(|index| runtime.spawn(start(index)))).await;
    started.into_iter().map(|started| started.expect("a receiver")).collect()
}

fn times(taken: &[Duration]) -> Times {
    let millis = |taken: &Duration| taken.as_secs_f64() * 1000.0;
    let sum: f64 = taken.iter().map(millis).sum();
    Times { mean: sum / taken.len() as f64, last: taken.iter().map(millis).fold(0.0, f64::max) }
}
