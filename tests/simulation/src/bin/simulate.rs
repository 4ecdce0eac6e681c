//! Lives histories, and stops at the first one in which a rule did not hold.
//!
//! `simulate --seeds 10000 --from 0` lives that many; `simulate --seed 7` replays one and prints what happened;
//! `--off claim` does either without a safeguard.

use baton_simulation::{Report, Safeguard, run};
use std::{env, process::ExitCode, time::Instant};

/// What is asked for on the command line.
struct Options {
    seed: Option<u64>,
    seeds: u64,
    from: u64,
    off: Option<Safeguard>,
    whole: bool,
}

fn options() -> Result<Options, String> {
    let mut options = Options { seed: None, seeds: 10_000, from: 0, off: None, whole: false };
    let mut arguments = env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut number = || {
            let value = arguments.next().unwrap_or_default();
            value.replace('_', "").parse().map_err(|_| format!("{name} needs a number, not {value:?}"))
        };
        match name.as_str() {
            "--seed" => options.seed = Some(number()?),
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--whole" => options.whole = true,
            "--off" => {
                let value = arguments.next().unwrap_or_default();
                let found = Safeguard::ALL.into_iter().find(|safeguard| safeguard.name() == value);
                let names = Safeguard::ALL.map(Safeguard::name).join(", ");
                options.off = Some(found.ok_or_else(|| format!("--off needs one of {names}"))?);
            }
            _ => {
                return Err(format!(
                    "unknown: {name}; there are --seeds N, --from S, --seed S, --whole and --off NAME"
                ));
            }
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    if let Some(seed) = options.seed {
        let report = run(seed, options.off, true);
        println!("{}", report.trace(options.whole));
        println!("{:?}", report.counts);
        return verdict(&report);
    }
    let begun = Instant::now();
    let (mut steps, mut calls, mut deaths) = (0, 0, 0);
    for seed in options.from..options.from + options.seeds {
        let report = run(seed, options.off, false);
        if report.violation.is_some() {
            println!("{}", run(seed, options.off, true).trace(false));
            println!("histories before it: {}", seed - options.from);
            return verdict(&report);
        }
        steps += report.counts.steps;
        calls += report.counts.calls;
        deaths += report.counts.deaths;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{} histories in {seconds:.1} s: {:.0} a second", options.seeds, options.seeds as f64 / seconds);
    println!("{steps} steps, {calls} provider calls, {deaths} processes died; every rule held");
    ExitCode::SUCCESS
}

fn verdict(report: &Report) -> ExitCode {
    match report.failure() {
        Some(failure) => {
            println!("{failure}");
            ExitCode::FAILURE
        }
        None => {
            println!("seed {}: every rule held", report.seed);
            ExitCode::SUCCESS
        }
    }
}
