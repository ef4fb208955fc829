import Basics
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardKit

/// The providers that are made to check a configuration.
struct ReadProviderTests {
  private final class Counts: Sendable {
    private let state = Mutex((made: 0, retired: 0))
    var made: Int { state.withLock { $0.made } }
    var retired: Int { state.withLock { $0.retired } }
    func noteMade() { state.withLock { $0.made += 1 } }
    func noteRetired() { state.withLock { $0.retired += 1 } }
  }

  private struct CountedDriver: Driver {
    let counts: Counts
    let name = "counted"
    let help = "Counts what becomes of its providers."
    let providerParameters: [Parameter] = []
    let serviceParameters: [Parameter] = []

    func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
      counts.noteMade()
      return CountedProvider(counts: counts)
    }
  }

  private struct CountedProvider: Provider {
    let counts: Counts
    func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
      SampleService(cacheLevels: .l1)
    }
    func problem() async -> SafeText? { nil }
    func retire() { counts.noteRetired() }
  }

  @Test(arguments: ["pools", "check", "orphans"])
  func areRetiredWhenACommandHasReadIt(_ command: String) throws {
    let harness = try Harness()
    defer { harness.remove() }
    let counts = Counts()
    let path = try harness.file(
      "config.yaml",
      """
      providers: [{ name: here, driver: counted }, { name: there, driver: counted }]
      pools: [{ name: lab, provider: here, sizes: { l1: 2, max: 4 } }]
      """)
    let context = CommandContext(
      environment: harness.environment, output: MemorySink(), errors: MemorySink(),
      drivers: [CountedDriver(counts: counts)])
    _ = DashboardProgram.run([command, "--config", path], context)
    #expect(counts.made >= 2)
    #expect(counts.retired == counts.made)
  }
}
