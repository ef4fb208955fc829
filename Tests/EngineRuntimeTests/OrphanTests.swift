import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime

/// What a provider lists and no record speaks of, from the provider to the store and back.
struct OrphanTests {
  /// An engine that has seen something twice that was left over from `d1`.
  private func bench(_ name: String) throws -> (EngineBench, EngineService) {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    _ = try bench.ask(.destroy(DeploymentID(1)), key: "destroy")
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    bench.world.leave(name)
    for _ in 0..<2 {
      let before = try listed(bench)
      bench.pass(.minutes(6), engine)
      #expect(try eventually { try listed(bench) != before })
    }
    return (bench, engine)
  }

  private func listed(_ bench: EngineBench) throws -> Timestamp? {
    try bench.snapshot().providers.first?.orphans.listedAt
  }

  private func shown(_ bench: EngineBench) throws -> [SafeText] {
    try bench.snapshot().providers.flatMap { $0.orphans.confirmed.map(\.thing.name) }
  }

  private func name(_ name: SafeText) -> OrphanName {
    OrphanName(provider: "here", kind: "thing", name: name)
  }

  @Test func isStoredSurvivesARestartAndIsRemovedByAPersonsWord() throws {
    let (bench, first) = try bench("stray")
    #expect(try shown(bench) == ["stray"])
    first.stop(draining: .zero)
    let second = bench.engine(nil)
    try second.start()
    defer { second.stop(draining: .zero) }
    #expect(try shown(bench) == ["stray"])
    guard case .accepted = try bench.ask(.removeOrphan(name("stray")), key: "remove") else {
      Issue.record("not accepted")
      return
    }
    #expect(try eventually { bench.world.leftovers.isEmpty })
    #expect(try eventually { try shown(bench).isEmpty })
  }

  @Test func becomesADeploymentOfAUser() throws {
    let (bench, engine) = try bench("lab-700")
    defer { engine.stop(draining: .zero) }
    guard case .accepted(let id, _) = try bench.ask(.adopt(name("lab-700"), user: "ann")) else {
      Issue.record("not accepted")
      return
    }
    #expect(id == DeploymentID(1))
    let isCalled = { bench.world.seen.last == .init(method: "setReady", name: "lab-700") }
    #expect(try eventually { isCalled() })
    let adopted = try #require(try bench.snapshot().deployments.first { $0.id == id })
    #expect(adopted.identity.name == "lab-700" && adopted.placement.holder == "ann")
  }
}
