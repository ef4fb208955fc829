import Glibc
import Posix

/// Marks a driver's program, and all that it starts, with the call that it carries.
///
/// By that our own command line sees that it would wait for the engine that waits for it.
package enum CallMark {
  /// The variable of the environment that has the call's id.
  package static let variable = "DASHBOARD_CALL"

  /// The id of a call of this process.
  static func id(_ number: some CustomStringConvertible) -> String { "c-\(getpid())-\(number)" }

  /// An environment with the mark.
  static func marked(_ environment: [String], with call: String) -> [String] {
    environment.filter { !$0.hasPrefix("\(variable)=") } + ["\(variable)=\(call)"]
  }

  /// The call of an engine that this process is a part of.
  ///
  /// A call is over once its program has ended, so what it left running is no part of it any more:
  /// its ancestors no longer lead to the engine.
  ///
  /// - Parameters:
  ///   - mark: the value of the variable.
  ///   - engine: the process id of the engine.
  /// - Returns: the call's id; nil if the engine does not wait for this process.
  package static func call(_ mark: String?, of engine: Int32) -> String? {
    guard let mark, mark.hasPrefix("c-\(engine)-") else { return nil }
    var process = getpid()
    // A bound, since numbers may be reused while they are followed.
    for _ in 0..<100 {
      guard process > 1, let stat = try? Proc.stat(process) else { return nil }
      if stat.parent == engine { return mark }
      process = stat.parent
    }
    return nil
  }
}
