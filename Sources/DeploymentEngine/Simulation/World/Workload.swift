/// Who lives in a world, and what befalls it.
protocol Workload: AnyObject {
  var world: World { get }
  /// The next thing, faults among them; false when their time is over or something is wrong.
  func goOn() -> Bool
  /// Faults stop.
  func heal()
  /// The next thing on the way to rest; false when it is reached, or not within its time.
  func settleOn() -> Bool
  /// What must be true of a world at rest.
  func judgeSettled()
}
