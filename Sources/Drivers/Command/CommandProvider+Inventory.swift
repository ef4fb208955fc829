import DeploymentInterface
import SafeTexts

extension CommandProvider: Inventory {
  /// Lists the resources with this mark. Fails if the program does not support `list`: that is not
  /// the same as an empty list.
  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource] {
    let described = await program.ask(program.request(DriverVerb.describe.rawValue))
    let capabilities: DriverReply.Capabilities?
    switch described {
    case .failed(let failure): throw failure
    case .absent(let message): throw .init(.unknown, message)
    case .reply(let reply): capabilities = reply.capabilities
    }
    guard capabilities?.list == true else {
      throw .permanent("the driver cannot list (its describe does not say list: true)")
    }
    let client = ProgramClient(program: program, service: [:])
    let items = try await client.listed(owner: owner)
    return items.compactMap { item in
      guard let key = item.key, let purpose = CommandService.purpose(of: key, owner: owner)
      else { return nil }
      return ExternalResource(
        kind: Self.thing, name: SafeText(key, limit: 255), purpose: purpose,
        identity: Self.identity(item, purpose))
    }.sorted { $0.name < $1.name }
  }

  /// The program finds the resource by its key; the engine needs its name as well.
  private static func identity(
    _ item: DriverReply.Item, _ purpose: ExternalResource.Purpose
  ) -> Identity? {
    guard case .deployment = purpose, let name = item.name, !name.isEmpty,
      SafeText(name, limit: Limits.nameLength).text == name
    else { return nil }
    return Identity(name: name)
  }

  /// Makes the program delete the resource; the program compares the mark again.
  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure) {
    let client = ProgramClient(program: program, service: [:])
    var request: DriverRequest
    switch thing.purpose {
    case .deployment(let id):
      request = program.request(DriverVerb.delete.rawValue)
      request.key = CommandService.key(owner: owner, id)
    case .publication(let name):
      request = program.request(DriverVerb.unpublish.rawValue)
      request.key = CommandPublication.key(owner: owner, name)
    }
    request.owner = owner
    request.service = client.service
    let answer = try await client.settled(request)
    let isListed = try await client.listed(owner: owner).contains { $0.key == request.key }
    if case .failed(let failure) = answer { throw failure }
    if isListed {
      throw .init(.unknown, SafeText("\(request.verb) answered done, but it is still listed"))
    }
  }

  private static let thing: SafeText = "thing"
}
