import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// A provider that says of much at once that it is gone is not believed before two looks agree.
@Suite struct DoubtTests {
  /// Three ready ones are no longer listed, nor found by a call.
  private func lostAll() -> ListedSite {
    let site = ListedSite(l1: 3, max: 9)
    site.pass(.seconds(5))
    site.vanished = Set(site.engine.deployments.map(\.id))
    site.pass(.seconds(40))
    return site
  }

  private func ready(_ site: ListedSite) -> [Int64] {
    site.engine.deployments.filter(\.isReady).map(\.id.number)
  }

  @Test func nothingIsMadeAnewOrRemovedMeanwhile() throws {
    let site = lostAll()
    #expect(ready(site).isEmpty)
    let pool = try #require(site.engine.pools.first)
    #expect(pool.now.text.hasPrefix("provider here is doubted: its list lost 3 of 3 deployments"))
    site.pass(.seconds(30))
    #expect(site.engine.deployments.map(\.state) == [.error, .error, .error])
  }

  @Test func whoAsksMeanwhileWaitsAndGetsWhatIsBack() throws {
    let site = lostAll()
    let reply = try #require(site.ask(.assignFromPool("lab", user: "ann")))
    #expect(reply.sentence.text.hasPrefix("ann waits: provider here is doubted"))
    site.vanished = []
    site.pass(.minutes(2))
    let held = try #require(site.engine.deployments.first { $0.placement.user == "ann" })
    #expect(held.isLetIn && held.id.number <= 3, "they were there all the time")
    #expect(ready(site).count == 4)
  }

  @Test func whatStaysGoneIsReplacedAfterwards() {
    let site = lostAll()
    site.pass(.minutes(3))
    #expect(ready(site) == [4, 5, 6])
  }

  /// What stays gone is checked again and again while its users wait for it.
  @Test func itEndsAlsoWhileUsersWaitForWhatIsGone() {
    let site = ListedSite(l1: 3, max: 9)
    for user in ["ann", "bob", "eve"] { site.ask(.assignFromPool("lab", user: SafeText(user))) }
    site.pass(.seconds(5))
    let held = site.engine.deployments.filter(\.isLetIn).map(\.id)
    #expect(held.count == 3)
    site.vanished = Set(held)
    site.pass(.minutes(2))
    for user in ["ann", "bob", "eve"] { site.ask(.assignFromPool("lab", user: SafeText(user))) }
    site.pass(.minutes(3))
    let doubts = site.journal.count { $0.message.text.contains(" is doubted: ") }
    #expect(doubts == 1)
    #expect(site.engine.deployments.filter { held.contains($0.id) }.allSatisfy { $0.isAwaited })
    site.vanished = []
    site.pass(.seconds(11))
    #expect(site.engine.deployments.filter { held.contains($0.id) }.allSatisfy { $0.isLetIn })
  }

  @Test func oneOfThreeIsReplacedAtOnce() {
    let site = ListedSite(l1: 3, max: 9)
    site.pass(.seconds(5))
    site.vanished = [DeploymentID(2)]
    site.pass(.seconds(40))
    #expect(ready(site) == [1, 3, 4])
  }
}
