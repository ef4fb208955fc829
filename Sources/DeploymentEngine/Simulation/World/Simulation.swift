package import DeploymentInterface

/// One seed, one world: faults and users first, then quiet, then what must have come of it.
package struct Simulation: Sendable {
  package var seed: UInt64
  package var preset: Preset
  /// How long faults go on, in days of the world.
  package var days: Int
  /// What is left out.
  package var without: Set<FaultClass> = []
  /// So many steps at most, before faults stop; nil: as many as the days need.
  package var steps: Int?
  /// Everything is judged after each so many steps, what a step changes after each; nil: as the
  /// preset has it.
  package var judgesEvery: Int?

  /// What kind of world.
  package enum Preset: String, CaseIterable, Sendable {
    /// A small world in which nothing goes wrong outside.
    case lite
    /// A world so small that everything is exhausted all the time; faults drawn per seed.
    case swarm
    /// A site of 1,000 deployments on the morning of a working day.
    case nineOClock = "nine-o-clock"
    /// Three shifts of 250 on one site, the sizes changed by hand between them.
    case exam
    /// A farm of short-lived machines: hundreds of jobs an hour, around the clock.
    case ci
  }

  /// The checkers allow so many places of a provider less than there are: a run that fails on
  /// purpose, to see how it is told.
  package var limitsLoweredBy = 0

  package init(seed: UInt64, preset: Preset = .swarm, days: Int = 1) {
    self.seed = seed
    self.preset = preset
    self.days = days
  }

  /// What came of a run.
  package struct Result: Sendable {
    package var complaint: Violation?
    package var digest: UInt64 = 0
    package var events = 0
    package var steps = 0
    package var elapsed = TimeSpan.zero
    package var faults = 0
    package var marks = Marks()
    /// The latest events about the deployment that the complaint names, oldest first.
    package var story: [String] = []
  }
}
