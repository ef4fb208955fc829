/// Where configuration and store are looked for.
struct Locations: Sendable {
  private let environment: [String: String]

  init(environment: [String: String]) { self.environment = environment }

  /// The file named by the command line or by `$DASHBOARD_CONFIG`, which must then exist.
  func namedConfiguration(option: String?) -> String? {
    option ?? value("DASHBOARD_CONFIG")
  }

  /// The files that are looked for when none is named, in this order.
  var usualConfigurations: [String] {
    [base("XDG_CONFIG_HOME", ".config").map { $0 + "/dashboard/config.yaml" }].compactMap(\.self)
      + ["/etc/dashboard/config.yaml"]
  }

  /// The folder for what the program remembers; nil when no home is known.
  var stateFolder: String? { base("XDG_STATE_HOME", ".local/state").map { $0 + "/dashboard" } }

  /// The folder for a user's own themes; nil when no home is known.
  var themeFolder: String? {
    base("XDG_CONFIG_HOME", ".config").map { $0 + "/dashboard/themes" }
  }

  /// The store that is used when nobody names one.
  var usualStore: String? { stateFolder.map { $0 + "/store.sqlite" } }

  /// A path as a configuration writes it: `~` is the home, a relative one begins at the file's
  /// folder.
  func path(_ text: String, writtenIn file: String) -> String {
    if text == "~" || text.hasPrefix("~/"), let home = value("HOME") {
      return home + text.dropFirst()
    }
    guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
    return file[...slash] + text
  }

  /// An empty variable counts as none, and XDG wants relative ones ignored.
  private func base(_ variable: String, _ usual: String) -> String? {
    if let folder = value(variable), folder.hasPrefix("/") { return folder }
    return value("HOME").map { $0 + "/" + usual }
  }

  private func value(_ variable: String) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }
}
