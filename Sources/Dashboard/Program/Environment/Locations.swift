/// The locations of the configuration and the store.
struct Locations: Sendable {
  private let environment: [String: String]

  init(environment: [String: String]) { self.environment = environment }

  /// The file named by the command line or by `$DASHBOARD_CONFIG`, which must exist.
  func namedConfiguration(option: String?) -> String? {
    option ?? value("DASHBOARD_CONFIG")
  }

  /// The files that are tried, in this order, if none is named.
  var usualConfigurations: [String] {
    [base("XDG_CONFIG_HOME", ".config").map { $0 + "/dashboard/config.yaml" }].compactMap(\.self)
      + ["/etc/dashboard/config.yaml"]
  }

  /// The folder for the program's state; nil if there is no home folder.
  var stateFolder: String? { base("XDG_STATE_HOME", ".local/state").map { $0 + "/dashboard" } }

  /// The folder for the user's own themes; nil if there is no home folder.
  var themeFolder: String? {
    base("XDG_CONFIG_HOME", ".config").map { $0 + "/dashboard/themes" }
  }

  /// The default store.
  var usualStore: String? { stateFolder.map { $0 + "/store.sqlite" } }

  /// Resolves a path in a configuration: `~` is the home folder, a relative path starts at the
  /// file's folder.
  func path(_ text: String, writtenIn file: String) -> String {
    if text == "~" || text.hasPrefix("~/"), let home = value("HOME") {
      return home + text.dropFirst()
    }
    guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
    return file[...slash] + text
  }

  /// An empty variable counts as unset; XDG requires that relative paths are ignored.
  private func base(_ variable: String, _ usual: String) -> String? {
    if let folder = value(variable), folder.hasPrefix("/") { return folder }
    return value("HOME").map { $0 + "/" + usual }
  }

  private func value(_ variable: String) -> String? {
    environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }
}
