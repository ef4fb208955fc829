import DeploymentEngine

extension CommandProvider: Inventory {
  /// What the program lists with this mark; nothing where it does not know `list`.
  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [OutsideThing] {
    let described = await program.ask(program.request(DriverVerb.describe.rawValue))
    if case .failed(let failure) = described { throw failure }
    guard case .reply(let reply) = described, reply.capabilities?.list == true else { return [] }
    let bench = ProtocolBench(program: program, service: [:], owner: owner)
    let items: [DriverReply.Item]
    do throws(CheckEnd) {
      items = try await bench.listed(owner: owner)
    } catch {
      throw .init(.unknown, SafeText(error.sentence))
    }
    return items.compactMap { item in
      guard let key = item.key, let id = Self.number(key, owner) else { return nil }
      return OutsideThing(
        kind: Self.thing, name: SafeText(key, limit: 255), purpose: .deployment(id))
    }.sorted { $0.name < $1.name }
  }

  /// Lets the program delete it, which compares the mark again.
  func remove(_ thing: OutsideThing, ownedBy owner: String) async throws(DeploymentFailure) {
    guard case .deployment(let id) = thing.purpose else {
      throw .init(.permanent, "only deployments can be removed")
    }
    let bench = ProtocolBench(program: program, service: [:], owner: owner)
    let answer: DriverProgram.Answer
    let power: DriverPower?
    do throws(CheckEnd) {
      var request = bench.request(.delete, id: id.number)
      request.name = nil
      request.pool = nil
      answer = try await bench.settled(request)
      power = try await bench.power(id: id.number)
    } catch {
      throw .init(.unknown, SafeText(error.sentence))
    }
    if case .failed(let failure) = answer { throw failure }
    guard power == .absent else {
      throw .init(.unknown, "delete said done, but status does not say that it is absent")
    }
  }

  private static let thing: SafeText = "thing"

  /// The deployment of a key of this engine; nil: it is another's, or none.
  private static func number(_ key: String, _ owner: String) -> DeploymentID? {
    let start = PlainName.of(owner) + "-"
    return key.hasPrefix(start) ? DeploymentID(parsing: key.dropFirst(start.count)) : nil
  }
}

extension CheckEnd {
  fileprivate var sentence: String {
    switch self {
    case .failed(let sentence), .skipped(let sentence): sentence
    }
  }
}
