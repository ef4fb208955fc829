import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Reads a configuration file, and finds all its problems at once.
struct SettingsReader {
  /// The available kinds of providers.
  let drivers: [any Driver]
  /// Why drivers are missing from `drivers`, by name.
  var absentDrivers: [String: String] = [:]

  /// Reads a file; throws if it is missing or unreadable.
  func read(path: String) throws(YAMLFile.Unreadable) -> SettingsReading {
    read(try YAMLFile.text(of: path), file: path)
  }

  /// Reads a text as if it were in `file`.
  func read(_ text: String, file: String) -> SettingsReading {
    do throws(ConfigurationProblem) {
      let document = try YAMLFile.document(text, file: file)
      guard let section = document.isNothing ? YAMLSection(line: 1) : document.section else {
        throw .init(
          file: file, line: document.line,
          SafeText("the file must contain keys such as `providers:` and `pools:`"))
      }
      return read(Fields(section, file: file, place: "the configuration"))
    } catch {
      return SettingsReading(
        settings: Settings(), problems: [error], isParsed: false, providers: [])
    }
  }

  private func read(_ top: Fields) -> SettingsReading {
    var fields = top
    var settings = Settings()
    settings.store = fields.text("store")
    settings.access = fields.choice("access", default: settings.access)
    let providers = providers(&fields)
    let pools = pools(on: providers, &fields)
    settings.namesPools = fields.value("pools")?.list != nil
    settings.configuration = Configuration(
      providers: providers.map(\.configuration), pools: pools)
    if let theme = fields.text("theme") {
      settings.theme = theme
      settings.themeLine = fields.line(of: "theme")
    }
    settings.grace = (fields.switchableDuration("grace") ?? settings.grace) ?? .zero
    settings.keys = keys(&fields)
    settings.keyMap = keyMap(settings.keys, &fields)
    fields.finish()
    return SettingsReading(
      settings: settings, problems: fields.problems.sorted(by: ConfigurationProblem.precedes),
      providers: providers.compactMap { read in
        read.provider.map { (read.configuration.name, read.line, $0) }
      })
  }

  private func providers(_ fields: inout Fields) -> [ReadProvider] {
    let reader = ProviderReader(drivers: drivers, absentDrivers: absentDrivers)
    var providers: [ReadProvider] = []
    for item in fields.items("providers") {
      guard var child = fields.item(item, of: "providers", kind: "provider") else { continue }
      let read = reader.read(&child)
      fields.report(child.problems)
      guard let read else { continue }
      if let first = providers.first(where: { $0.configuration.name == read.configuration.name }) {
        fields.reportDuplicate("provider", read.configuration.name, child, first: first.line)
      } else {
        providers.append(read)
      }
    }
    return providers
  }

  private func pools(
    on providers: [ReadProvider], _ fields: inout Fields
  ) -> [PoolConfiguration] {
    let reader = PoolReader(providers: providers)
    var pools: [(configuration: PoolConfiguration, line: Int)] = []
    for item in fields.items("pools") {
      guard var child = fields.item(item, of: "pools", kind: "pool") else { continue }
      let read = reader.read(&child)
      fields.report(child.problems)
      guard let read else { continue }
      if let first = pools.first(where: { $0.configuration.name == read.name }) {
        fields.reportDuplicate("pool", read.name, child, first: first.line)
      } else {
        pools.append((read, child.line(of: "name")))
      }
    }
    return pools.map(\.configuration)
  }

  private func keyMap(_ keys: [KeySetting], _ fields: inout Fields) -> KeyMap {
    let (map, problems) = KeyMap.read(keys)
    for problem in problems { fields.report(line: problem.line, problem.sentence.text) }
    return map
  }

  private func keys(_ fields: inout Fields) -> [KeySetting] {
    guard var child = fields.nested("keys") else { return [] }
    let settings = child.allEntries().compactMap { entry in
      child.text(entry.key).map { KeySetting(action: entry.key, key: $0, line: entry.line) }
    }
    fields.report(child.problems)
    return settings
  }
}

extension Fields {
  /// Reports a problem on a line.
  mutating func report(line: Int, _ sentence: String) {
    report([.init(file: file, line: line, SafeText(sentence))])
  }

  /// The fields of one item of a list of sections; problems refer to it by its name.
  fileprivate mutating func item(_ item: YAMLValue, of list: String, kind: String) -> Fields? {
    guard let section = item.section else {
      report(
        line: item.line, "each item of `\(list)` must be a section with keys, not \(item.shape)")
      return nil
    }
    let name = section["name"]?.value.text.map { "\(kind) `\($0)`" } ?? "a \(kind) without a name"
    return Fields(section, file: file, place: name)
  }

  fileprivate mutating func reportDuplicate(
    _ kind: String, _ name: String, _ item: Fields, first: Int
  ) {
    report(
      line: item.line(of: "name"),
      "\(kind) `\(name)` is already defined on line \(first); names must be unique")
  }
}
