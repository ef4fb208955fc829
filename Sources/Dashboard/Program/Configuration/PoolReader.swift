import DeploymentEngine
import DeploymentInterface

/// Reads one item of `pools`.
struct PoolReader {
  /// The valid sizes of a pool.
  static let sizeRange = 0...1_000_000

  let providers: [ReadProvider]

  func read(_ fields: inout Fields) -> PoolConfiguration? {
    let name = poolName(&fields)
    let provider = provider(&fields)
    let sizes = sizes(&fields)
    let (parameters, service) = service(of: provider, &fields)
    checkLevels(service, sizes, &fields)
    var pool = PoolConfiguration(
      name: name ?? "", provider: provider?.configuration.name ?? "", service: parameters,
      sizes: sizes, names: names(of: name ?? "", &fields), macs: macs(&fields),
      onLogout: fields.choice("onLogout", default: .keep), restrain: restraint(&fields),
      deadlines: deadlines(&fields),
      errorRetention: fields.duration("errorRetention") ?? .hours(1),
      historyRetention: fields.duration("historyRetention") ?? .hours(4),
      unusedAfter: fields.switchableDuration("unusedAfter") ?? nil)
    readCare(of: &pool, &fields)
    fields.finish()
    return name == nil ? nil : pool
  }

  private func poolName(_ fields: inout Fields) -> String? {
    guard let name = fields.name("pool") else { return nil }
    guard DeploymentID(parsing: name) != nil else { return name }
    fields.report("name", "pool `\(name)` looks like the id of a deployment; choose another name")
    return nil
  }

  private func provider(_ fields: inout Fields) -> ReadProvider? {
    let names = providers.map(\.configuration.name)
    let there =
      names.isEmpty ? "no provider is configured" : "providers: \(names.joined(separator: ", "))"
    guard let name = fields.text("provider") else {
      if fields.value("provider") == nil {
        fields.report(nil, "\(fields.place) has no `provider`; \(there)")
      }
      return nil
    }
    if let read = providers.first(where: { $0.configuration.name == name }) { return read }
    let near = NearestName.of(name, in: names).map { "did you mean \($0)? " } ?? ""
    fields.report(
      "provider",
      "\(fields.place) uses provider `\(name)`, which does not exist; "
        + near + there)
    return nil
  }

  private func sizes(_ fields: inout Fields) -> Sizes {
    guard var child = fields.nested("sizes") else {
      if fields.value("sizes") == nil {
        fields.report(nil, "\(fields.place) has no `sizes`; write sizes: { l1: 2, max: 10 }")
      }
      return Sizes()
    }
    let range = Self.sizeRange
    var sizes = Sizes(
      initial: child.integer("initial", in: range) ?? 0, l1: child.integer("l1", in: range) ?? 0,
      l2: child.integer("l2", in: range) ?? 0)
    if let max = child.integer("max", in: range) {
      sizes.max = max
      checkMaximum("initial", sizes.initial, max, &child)
      checkMaximum("l1", sizes.l1, max, &child)
    } else if child.value("max") == nil {
      child.report(
        nil, "\(child.place) need `max`: the maximum of L1 and assigned deployments together")
    }
    child.finish()
    fields.report(child.problems)
    return sizes
  }

  private func checkMaximum(_ key: String, _ size: Int, _ max: Int, _ child: inout Fields) {
    guard size > max else { return }
    child.report(key, "`\(key): \(size)` is more than `max: \(max)`; lower \(key) or raise max")
  }

  /// Reads the service's parameters, and makes the service if they and its provider are valid.
  private func service(
    of read: ReadProvider?, _ fields: inout Fields
  ) -> (ParameterValues, (any Service)?) {
    guard let driver = read?.driver else {
      _ = fields.value("service")
      return ([:], nil)
    }
    let place = "`service` of \(fields.place) (driver \(driver.name))"
    var child = fields.nested("service", place: place)
    if child == nil, fields.value("service") != nil { return ([:], nil) }
    var section =
      child
      ?? Fields(
        YAMLSection(line: fields.line(of: "service")), file: fields.file, place: place)
    child = nil
    let parameters = section.parameters(driver.serviceParameters)
    section.finish()
    defer { fields.report(section.problems) }
    guard section.problems.isEmpty, let provider = read?.provider else { return (parameters, nil) }
    do throws(ParameterProblem) {
      return (parameters, try provider.makeService(parameters))
    } catch {
      section.report(error.parameter, "\(error.sentence)")
      return (parameters, nil)
    }
  }

  /// Reports sizes for cache levels that the service does not support.
  private func checkLevels(_ service: (any Service)?, _ sizes: Sizes, _ fields: inout Fields) {
    guard let levels = service?.cacheLevels, let entry = fields.value("sizes")?.section else {
      return
    }
    let wanted = [("l2", sizes.l2, CacheLevel.l2), ("l1", sizes.l1, .l1)]
    for (key, size, level) in wanted where size > 0 && !levels.contains(level) {
      fields.report(
        line: entry[key]?.line ?? fields.line(of: "sizes"),
        "`\(key): \(size)`, but the service of \(fields.place) keeps no \(level.rawValue) cache; "
          + "write \(key): 0")
    }
  }
}
