package import DeploymentInterface

/// The parameters of a simulated run: a time with users and faults, then a quiet time in which the
/// world must settle, then the final checks. The seed decides everything.
package struct Simulation: Sendable {
  package var seed: UInt64
  package var preset: Preset
  /// Duration of the faults, in simulated days.
  package var days: Int
  /// Classes of faults that are left out.
  package var without: Set<FaultClass> = []
  /// Maximum number of steps with faults; nil for no limit but `days`.
  package var steps: Int?
  /// The whole state is judged once in this many steps, and the changes of a step after each; nil
  /// for the preset's value.
  package var judgesEvery: Int?

  /// The kind of world.
  package enum Preset: String, CaseIterable, Sendable {
    /// A small world without faults outside the engine.
    case lite
    /// A world so small that everything runs out all the time; the seed selects the faults.
    case swarm
    /// A site of 1,000 deployments on the morning of a working day.
    case nineOClock = "nine-o-clock"
    /// A site with three shifts of 250 users, and sizes that an operator changes between them.
    case exam
    /// A build farm with hundreds of short jobs an hour, around the clock.
    case ci
  }

  /// Lowers the limits that the checkers enforce, so that a run fails on purpose and its report can
  /// be tested.
  package var limitsLoweredBy = 0

  package init(seed: UInt64, preset: Preset = .swarm, days: Int = 1) {
    self.seed = seed
    self.preset = preset
    self.days = days
  }

  /// The result of a run.
  package struct Result: Sendable {
    package var complaint: Violation?
    package var digest: UInt64 = 0
    package var events = 0
    package var steps = 0
    package var elapsed = TimeSpan.zero
    package var faults = 0
    package var marks = Marks()
    /// The latest events of the deployment that the violation names, oldest first.
    package var failureTrace: [String] = []
  }
}
