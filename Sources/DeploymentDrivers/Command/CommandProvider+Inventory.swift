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
      guard let key = item.key, let purpose = CommandService.purpose(of: key, owner: owner)
      else { return nil }
      return OutsideThing(
        kind: Self.thing, name: SafeText(key, limit: 255), purpose: purpose,
        identity: Self.identity(item, purpose))
    }.sorted { $0.name < $1.name }
  }

  /// By its key the program finds it again; the engine needs its name as well.
  private static func identity(
    _ item: DriverReply.Item, _ purpose: OutsideThing.Purpose
  ) -> Identity? {
    guard case .deployment = purpose, let name = item.name, !name.isEmpty,
      SafeText(name, limit: Bounds.nameLength).text == name
    else { return nil }
    return Identity(name: name)
  }

  /// Lets the program delete it, which compares the mark again.
  func remove(_ thing: OutsideThing, ownedBy owner: String) async throws(DeploymentFailure) {
    let bench = ProtocolBench(program: program, service: [:], owner: owner)
    var request = bench.request(.unpublish, id: 0)
    request.name = nil
    request.pool = nil
    switch thing.purpose {
    case .deployment(let id):
      request.verb = DriverVerb.delete.rawValue
      request.key = bench.request(.delete, id: id.number).key
    case .publication(let name):
      request.key = CommandPublication.key(owner: owner, name)
    }
    let answer: DriverProgram.Answer
    let isListed: Bool
    do throws(CheckEnd) {
      answer = try await bench.settled(request)
      isListed = try await bench.listed(owner: owner).contains { $0.key == request.key }
    } catch {
      throw .init(.unknown, SafeText(error.sentence))
    }
    if case .failed(let failure) = answer { throw failure }
    if isListed { throw .init(.unknown, SafeText("\(request.verb) said done, but it is listed")) }
  }

  private static let thing: SafeText = "thing"
}

extension CheckEnd {
  fileprivate var sentence: String {
    switch self {
    case .failed(let sentence), .skipped(let sentence): sentence
    }
  }
}
