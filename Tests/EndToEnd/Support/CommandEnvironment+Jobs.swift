import Foundation
import TestSupport
import Testing

/// What the tests of the real thing do with the pool `jobs`.
extension CommandEnvironment {
  /// Waits until so many jobs are there, all of them usable.
  func filled(jobs: Int) throws {
    _ = try eventually(
      "\(jobs) jobs are usable", seen: { "\((try? deployments()) ?? [])" },
      answer: {
        let there = try deployments().filter { $0.pool == "jobs" }
        return there.count == jobs && there.allSatisfy(\.isReady) ? true : nil
      })
  }

  /// The process of each job, by its name.
  func jobs() -> [String: [pid_t]] { groups().mapValues { $0.map(\.pid) } }

  /// Every job that runs is one process, and recorded; every record has its process.
  func expectEachJobOnce(_ context: String) throws {
    let recorded = try deployments().filter { $0.pool == "jobs" }
    let running = jobs()
    #expect(running.values.allSatisfy { $0.count == 1 }, "\(running); \(context)")
    #expect(Set(running.keys) == Set(recorded.map(\.name)), "\(recorded); \(context)")
    #expect(recorded.count == Set(recorded.map(\.name)).count, "\(recorded); \(context)")
  }

  /// The engine with the place's store, until nothing is left to be done; at most so many seconds.
  func settle(within seconds: Int = 120) throws -> Answer {
    try run(
      ["engine", "--until-idle", "--timeout", "\(seconds)s", "--config", config],
      within: seconds + 60)
  }

  /// Runs a tool of the system to its end, and throws where it fails.
  func tool(_ name: String, _ arguments: String...) throws {
    let errors = folder + "/tool-errors"
    let child = try Child(name, arguments, environment: environment, errors: errors)
    guard try child.end() == 0 else {
      throw TooLate(description: "\(name) \(arguments): \(read(errors))")
    }
  }

  /// Limits what a process that runs may have, as `prlimit` calls it; nil: not at all.
  func limit(_ process: Child, _ what: String, _ value: Int?) throws {
    let value = value.map(String.init) ?? "unlimited"
    try tool("prlimit", "--pid", "\(process.pid)", "--\(what)=\(value):")
  }
}
