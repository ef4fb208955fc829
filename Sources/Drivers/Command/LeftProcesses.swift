import Basics
import DeploymentInterface
import Posix
import SafeTexts

/// What calls of one driver's program left running: in sessions of their own, with the streams of
/// the call still open. They are left alone, but named and counted.
final class LeftProcesses: Sendable {
  private let known = Mutex<[ProcessIdentity]>([])
  /// The number of processes that are named for one call.
  private static let named = 5

  /// Remembers what a call has left.
  ///
  /// - Returns: the processes, for a sentence.
  func note(_ call: String, of group: Int32) -> [SafeText] {
    guard let all = try? Proc.all(), let bootID = try? Proc.bootID() else { return [] }
    let mark = Array("\(CallMark.variable)=\(call)".utf8)
    let left = all.filter { process in
      // What is still in the group has been killed, and is about to end.
      guard process.group != group, let environment = try? Proc.environment(process.pid) else {
        return false
      }
      return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
    }
    known.withLock { known in
      known.removeAll { !$0.isAlive }
      known += left.map { ProcessIdentity($0, bootID: bootID) }
    }
    let names = left.prefix(Self.named).map { process in
      let name = SafeText(bytes: Proc.name(process.pid) ?? [], limit: 16)
      return SafeText("\(process) (\(name))")
    }
    return left.count > names.count ? names + ["others"] : names
  }

  /// Why nothing more is started; nil: not too many are left.
  var refusal: DeploymentFailure? {
    let (count, first) = known.withLock { known in
      if known.count >= Limits.leftProcesses { known.removeAll { !$0.isAlive } }
      return (known.count, known.first)
    }
    guard count >= Limits.leftProcesses, let first else { return nil }
    return .transient(
      "\(count) processes that earlier calls of the driver left still run, the first is "
        + "process \(first.pid): end them")
  }
}
