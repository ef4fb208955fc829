import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardScreen

@Suite struct CatalogTests {
  private static func random(_ id: Int64, _ dice: inout Dice) -> Deployment {
    let user = SafeText("user\(dice.below(5))")
    let placements: [Placement] = [
      .cache(.l1, reservedFor: nil), .cache(.l2, reservedFor: nil), .assigned(user),
      .cache(.l1, reservedFor: user),
    ]
    let phases: [Phase] = [
      .usable(nil), .preparing(Fixture.operation(.deployForUser)), .removable, .removed, .canceled,
      .error(Failed(.destroy, .permanent)),
    ]
    var deployment = Fixture.deployment(
      id, PoolID(Int32(dice.below(3) + 1)), "name\(dice.below(50))", placements[dice.below(4)],
      phases[dice.below(6)], since: .seconds(Int64(dice.below(1000))))
    deployment.data = [1, 2, 3]
    return deployment
  }

  /// After any history the indexes are those of a catalog that is made anew.
  @Test(arguments: SortColumn.allCases)
  func keepsItsIndexes(order: SortColumn) {
    var dice = Dice(11)
    var catalog = Catalog(Fixture.state, order: order)
    var plain: [DeploymentID: Deployment] = [:]
    for deployment in Fixture.deployments { plain[deployment.id] = deployment }
    for _ in 0..<3000 {
      let id = Int64(dice.below(300) + 1)
      if dice.below(5) == 0 {
        catalog.apply(.erasedDeployment(DeploymentID(id)))
        plain[DeploymentID(id)] = nil
      } else {
        let deployment = Self.random(id, &dice)
        catalog.apply(.deployment(deployment))
        plain[deployment.id] = deployment
      }
    }
    var state = Fixture.state
    state.deployments = plain.values.sorted { $0.id < $1.id }
    let fresh = Catalog(state, order: order)
    for pane in Pane.listOrder {
      for pool in [nil, PoolID(1), PoolID(2), PoolID(3)] {
        let name = ListName(pool: pool, pane: pane)
        #expect(catalog.rows(name).ids == fresh.rows(name).ids)
        for text in ["name1", "user:user2", "!state:error", "d2"] {
          let filter = Filter(text)
          let shown = fresh.rows(name).ids.filter { id in
            plain[id].map { filter.matches($0, pool: fresh.pool($0.pool)?.name) } ?? false
          }
          #expect(catalog.rows(name, matching: filter).ids == shown)
        }
      }
    }
    #expect(catalog.errors.ids == fresh.errors.ids)
    #expect(catalog.users == fresh.users)
    #expect(catalog.count == plain.values.filter { !$0.phase.isHistory }.count)
  }

  @Test func showsErrorsFirstThenNames() {
    let catalog = Catalog(Fixture.state)
    let rows = catalog.rows(ListName(pool: nil, pane: .assigned)).ids
    #expect(
      rows.compactMap { catalog.deployment($0)?.name.text }.prefix(3) == [
        "win11-0371", "win11-0370", "win11-0372",
      ])
  }

  @Test func keepsNoDriverData() {
    var dice = Dice(1)
    let catalog = Catalog(Fixture.state)
    var changed = catalog
    changed.apply(.deployment(Self.random(99, &dice)))
    #expect(changed.deployment(DeploymentID(99))?.data == [])
    // The copy that was made before knows nothing of it.
    #expect(catalog.deployment(DeploymentID(99)) == nil)
  }

  @Test func keepsPoolsProvidersPublicationsAndWaiters() {
    var catalog = Catalog(Fixture.state)
    catalog.apply(.erasedPool(Fixture.ubuntu))
    catalog.apply(.pool(Fixture.pool(PoolID(9), "late", Sizes())))
    catalog.apply(.pool(Fixture.pool(PoolID(2), "second", Sizes())))
    #expect(catalog.pools.map(\.name.text) == ["win11", "second", "kiosk", "late"])
    catalog.apply(.provider(ProviderRecord(name: "far", limits: ProviderLimits())))
    catalog.apply(.erasedProvider("here"))
    #expect(catalog.providers.map(\.name.text) == ["far"])
    for (position, user) in [(2, "b"), (1, "a"), (3, "c")] {
      catalog.apply(
        .waiter(
          WaitingUser(
            pool: Fixture.kiosk, user: SafeText(user),
            promise: Promise(position: Int64(position)))))
    }
    catalog.apply(.erasedWaiter(Fixture.kiosk, "b"))
    #expect(catalog.waiters(in: Fixture.kiosk).map(\.user.text) == ["a", "c"])
    for revision in [2, 1, 2] {
      catalog.apply(
        .publication(
          PublicationRecord(
            pool: Fixture.win11, revision: revision, name: "r\(revision)",
            operation: Fixture.operation(.publish), at: Fixture.utc)))
    }
    #expect(catalog.publications(of: Fixture.win11).map(\.revision) == [1, 2])
    catalog.apply(.erasedPublication(Fixture.win11, 1))
    #expect(catalog.publications(of: Fixture.win11).map(\.revision) == [2])
  }

  @Test func offersKnownUsersInTheirOrder() {
    let catalog = Catalog(Fixture.state)
    #expect(catalog.users(beginningWith: "", limit: 3).map(\.text) == ["ana", "luis", "mei"])
    #expect(catalog.users(beginningWith: "T", limit: 3).map(\.text) == ["tom"])
  }
}
