//! How much goes wrong in a history. Each history has its own mixture: what is rare in one is the rule in another.

use crate::random::Random;

/// What became of a port call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Works,
    FailsBefore,
    FailsAfter,
}

/// Chances, in one of 1,000.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    /// A process dies at a port call.
    pub(crate) death: u32,
    /// A port call fails before or after it takes effect.
    pub(crate) failure: u32,
    /// A port call takes up to a second.
    pub(crate) slow: u32,
    /// A queue delivers a record once more.
    pub(crate) duplicate: u32,
    /// A queue holds a record back for minutes or hours.
    pub(crate) backlog: u32,
    /// A schedule fires once more.
    pub(crate) double_fire: u32,
}

impl Faults {
    /// Everything works.
    pub(crate) const NONE: Faults = Faults { death: 0, failure: 0, slow: 0, duplicate: 0, backlog: 0, double_fire: 0 };

    /// The mixture of a history.
    pub(crate) fn choose(random: &mut Random) -> Faults {
        Faults {
            death: random.pick(&[0, 5, 20, 60, 150]),
            failure: random.pick(&[0, 0, 10, 40, 150]),
            slow: random.pick(&[0, 20, 200]),
            duplicate: random.pick(&[0, 30, 150, 400]),
            backlog: random.pick(&[0, 0, 20, 150]),
            double_fire: random.pick(&[0, 100, 400]),
        }
    }

    /// What becomes of one port call.
    pub(crate) fn fate(&self, random: &mut Random) -> Fate {
        match (random.chance(self.failure), random.chance(500)) {
            (false, _) => Fate::Works,
            (true, false) => Fate::FailsBefore,
            (true, true) => Fate::FailsAfter,
        }
    }

    /// How long a port call takes, in milliseconds.
    pub(crate) fn latency(&self, random: &mut Random) -> i64 {
        if random.chance(self.slow) { random.between(40, 1000) } else { random.between(1, 30) }
    }

    /// How long a record that can be received stays unreceived, in milliseconds.
    pub(crate) fn lag(&self, random: &mut Random) -> i64 {
        if !random.chance(self.backlog) {
            return random.between(1, 400);
        }
        if random.chance(700) { random.between(1000, 10 * 60_000) } else { random.between(60_000, 4 * 3_600_000) }
    }
}
