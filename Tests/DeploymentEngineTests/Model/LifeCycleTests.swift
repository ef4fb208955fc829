import DeploymentInterface
import Foundation
import Testing

@testable import DeploymentEngine

private typealias Operation = DeploymentEngine.Operation

/// What the machines allow, what the comments of their phases say, and the pictures in
/// `docs/life-cycle.md`: the same.
@Suite struct LifeCycleTests {
  private static let deadline = Deadline(from: Moment(milliseconds: 0), length: .zero)
  private static func operation(_ kind: OperationKind, queued: Bool = false)
    -> DeploymentEngine.Operation
  {
    Operation(kind, step: queued ? .queued : .start, deadline: deadline)
  }

  private static let phases: [Phase] = [
    .preparing(operation(.deployForUser)), .preparing(operation(.deployForUser), ending: true),
    .preparing(operation(.setReady, queued: true)), .usable(nil), .usable(operation(.setReady)),
    .usable(operation(.setReady, queued: true)), .removable, .removing(operation(.destroy)),
    .removed, .canceling(operation(.cancel)), .canceled, .error(Failed(.setReady, .unknown)),
  ]
  private static var inputs: [(inout DeploymentMachine) -> Transition] {
    [
      { $0.prepare(.deployForUser, by: deadline) }, { $0.use(.setReady, by: deadline) },
      { $0.queueToPrepare(.moveToCache(.l1), by: deadline) },
      { $0.queueToUse(.setReady, by: deadline) }, { $0.beginQueued(by: deadline) },
      { $0.keepRunning() }, { $0.failForNow() }, { $0.extendDeadline(until: deadline.at) },
      { $0.becomeUsable() }, { $0.fail(Failed(.setReady, .unknown)) }, { $0.requestEnd() },
      { $0.release() }, { $0.beginRemoval(by: deadline) }, { $0.restartRemoval(by: deadline) },
      { $0.end() }, { $0.forget() },
    ]
  }

  private static let publicationPhases: [PublicationPhase] = [
    .publishing(operation(.publish)), .active, .draining, .removing(operation(.destroy)),
    .removed, .error(.publish),
  ]
  private static var publicationInputs: [(inout PublicationMachine) -> Transition] {
    [
      { $0.cancel(by: deadline) }, { $0.remove(by: deadline) }, { $0.keepRunning() },
      { $0.failForNow() }, { $0.activate() }, { $0.drain() }, { $0.end() }, { $0.fail() },
    ]
  }

  /// Which other states an input leads to, by the state that it finds.
  private static var machine: [String: Set<String>] {
    var table: [String: Set<String>] = [:]
    for phase in phases {
      let state = phase.state.rawValue
      table[state, default: []].formUnion([])
      for input in inputs {
        var machine = DeploymentMachine(phase)
        guard input(&machine).broken == nil else { continue }
        let next = machine.phase.state.rawValue
        if next != state { table[state, default: []].insert(next) }
      }
    }
    return table
  }

  private static var publicationMachine: [String: Set<String>] {
    var table: [String: Set<String>] = [:]
    for phase in publicationPhases {
      let state = phase.state.rawValue
      table[state, default: []].formUnion([])
      for input in publicationInputs {
        var machine = PublicationMachine(phase)
        guard input(&machine).broken == nil else { continue }
        let next = machine.phase.state.rawValue
        if next != state { table[state, default: []].insert(next) }
      }
    }
    return table
  }

  private static func text(_ path: String) throws -> String {
    var folder = URL(fileURLWithPath: #filePath)
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      folder.deleteLastPathComponent()
      try #require(folder.path.count > 1)
    }
    return try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  /// The sentences "May become: …" of an enum's cases.
  private static func sentences(of name: String, in path: String) throws -> [String: Set<String>] {
    var table: [String: Set<String>] = [:]
    var comment = ""
    var isInside = false
    for line in try text(path).split(separator: "\n").map({ $0.drop { $0 == " " } }) {
      if line.hasPrefix("public enum \(name):") { isInside = true }
      if line.hasPrefix("public var") { isInside = false }
      if line.hasPrefix("///") {
        comment += line.dropFirst(3)
      } else {
        if isInside, line.hasPrefix("case ") {
          let state = line.dropFirst(5).prefix { $0.isLetter }
          table[String(state)] = Set(successors(in: comment))
        }
        comment = ""
      }
    }
    return table
  }

  private static func successors(in comment: String) -> [String] {
    guard let start = comment.range(of: "May become: ") else { return [] }
    return comment[start.upperBound...].prefix { $0 != "." }.split(separator: ",")
      .map { $0.filter(\.isLetter) }
  }

  /// The arrows of the picture under a heading.
  private static func arrows(under heading: String) throws -> [String: Set<String>] {
    let page = try text("docs/life-cycle.md")
    let start = try #require(page.range(of: "## \(heading)\n"))
    let picture = page[start.upperBound...].components(separatedBy: "```")[1]
    var table: [String: Set<String>] = [:]
    for line in picture.split(separator: "\n") where line.contains("-->") {
      let ends = line.components(separatedBy: "-->").map {
        $0.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)
      }
      if ends[0] == "[*]" { continue }
      table[ends[0], default: []].formUnion(ends[1] == "[*]" ? [] : [ends[1]])
    }
    return table
  }

  private static let path = "Sources/DeploymentEngine/Core/"

  @Test func theCommentsOfTheDeploymentsPhasesSayWhatItsMachineAllows() throws {
    #expect(
      try Self.sentences(of: "Phase", in: "Sources/DeploymentEngine/Core/Machines/Phase.swift")
        == Self.machine)
  }

  @Test func theCommentsOfThePublicationsPhasesSayWhatItsMachineAllows() throws {
    #expect(
      try Self.sentences(
        of: "PublicationPhase", in: Self.path + "Machines/PublicationMachine.swift")
        == Self.publicationMachine)
  }

  @Test func thePicturesShowWhatTheMachinesAllow() throws {
    #expect(try Self.arrows(under: "A deployment") == Self.machine)
    #expect(try Self.arrows(under: "A publication") == Self.publicationMachine)
  }

  @Test func anInputThatAPhaseCannotTakeChangesNothingAndSaysSo() {
    for phase in Self.phases {
      for input in Self.inputs {
        var machine = DeploymentMachine(phase)
        let transition = input(&machine)
        guard transition.broken != nil else { continue }
        #expect(machine.phase == phase && !transition.calls && transition.queue == nil)
      }
    }
  }
}
