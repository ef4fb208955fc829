import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// One provider as configured, and as its driver made it.
struct ReadProvider {
  /// The configuration that the engine stores.
  var configuration: ProviderConfiguration
  /// The provider; nil if its configuration has a problem.
  var provider: (any Provider)?
  /// The driver; nil if it is unknown.
  var driver: (any Driver)?
  /// The line on which it begins, from 1.
  var line: Int
}

/// Reads one item of `providers`.
struct ProviderReader {
  let drivers: [any Driver]
  let absentDrivers: [String: String]

  func read(_ fields: inout Fields) -> ReadProvider? {
    let name = fields.name("provider")
    let driverName = fields.text("driver")
    let limits = limits(&fields)
    let orphans = orphans(&fields)
    guard let driver = driver(named: driverName, &fields) else {
      fields.acceptAnyKey()
      return name.map { configured($0, driverName ?? "", limits, fields.line) }
    }
    let parameters = fields.parameters(driver.providerParameters)
    fields.finish()
    guard let name else { return nil }
    var read = configured(name, driver.name, limits, fields.line)
    read.configuration.parameters = parameters
    read.configuration.orphans = orphans
    read.driver = driver
    guard fields.problems.isEmpty else { return read }
    do throws(ParameterProblem) {
      read.provider = try driver.makeProvider(parameters)
    } catch {
      fields.report(error.parameter, "\(error.sentence)")
    }
    return read
  }

  private func configured(
    _ name: String, _ driver: String, _ limits: ProviderLimits, _ line: Int
  ) -> ReadProvider {
    .init(configuration: .init(name: name, driver: driver, limits: limits), line: line)
  }

  private func driver(named name: String?, _ fields: inout Fields) -> (any Driver)? {
    let names = drivers.map(\.name)
    guard let name else {
      if fields.value("driver") == nil {
        fields.report(
          nil, "\(fields.place) has no `driver`; write one of: \(names.joined(separator: ", "))")
      }
      return nil
    }
    if let driver = drivers.first(where: { $0.name == name }) { return driver }
    if let absence = absentDrivers[name] {
      fields.report("driver", "driver `\(name)` is not available: \(absence)")
      return nil
    }
    let near = NearestName.of(name, in: names).map { "did you mean \($0)? " } ?? ""
    fields.report(
      "driver", "unknown driver `\(name)`; \(near)drivers: \(names.joined(separator: ", "))")
    return nil
  }

  private func limits(_ fields: inout Fields) -> ProviderLimits {
    var limits = ProviderLimits()
    guard var child = fields.nested("limits") else { return limits }
    limits.preparing = child.integer("preparing", in: 1...1_000_000) ?? limits.preparing
    limits.removing = child.integer("removing", in: 1...1_000_000) ?? limits.removing
    limits.deployments = child.integer("deployments", in: 0...10_000_000) ?? limits.deployments
    limits.settingReady = child.integer("settingReady", in: 1...1_000_000) ?? limits.settingReady
    child.finish()
    fields.report(child.problems)
    return limits
  }

  private func orphans(_ fields: inout Fields) -> OrphanRule {
    var rule = OrphanRule()
    guard var child = fields.nested("orphans") else { return rule }
    rule.removes = child.bool("remove") ?? rule.removes
    rule.grace = child.duration("grace", allowsZero: false) ?? rule.grace
    rule.most = child.integer("most", in: 1...Limits.orphans) ?? rule.most
    child.finish()
    fields.report(child.problems)
    return rule
  }
}

extension Fields {
  /// Reads the name of a provider or a pool.
  mutating func name(_ kind: String) -> String? {
    guard let name = text("name") else {
      if value("name") == nil { report(nil, "a \(kind) needs a `name`") }
      return nil
    }
    let isVisible = SafeText(name).text == name && name.utf8.count <= 64
    guard isVisible, name.first?.isWhitespace == false, name.last?.isWhitespace == false else {
      report("name", "`name` of a \(kind) must be a text of 1 to 64 visible characters")
      return nil
    }
    return name
  }
}
