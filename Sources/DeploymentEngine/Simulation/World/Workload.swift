/// The users and faults of a world.
protocol Workload: AnyObject {
  var world: World { get }
  /// Advances to the next event, faults included; returns false if their time is over or a checker
  /// has found a violation.
  func advance() -> Bool
  /// Stops all faults.
  func heal()
  /// Advances the settling world to the next event; returns false if it has settled, or has not in
  /// time.
  func advanceToRest() -> Bool
  /// Checks a settled world.
  func judgeSettled()
}
