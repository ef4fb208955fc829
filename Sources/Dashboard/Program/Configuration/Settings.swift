import DashboardScreen
import DeploymentEngine
import DeploymentInterface

/// The users who may use the store.
enum SettingsAccess: String, CaseIterable, Sendable {
  /// Only its owner.
  case owner
  /// Its owner and group.
  case group
}

/// The contents of a configuration file: the engine's configuration, and the program's settings.
struct Settings: Sendable {
  /// The store's path as written; a relative one starts at the file's folder. nil: the default
  /// path.
  var store: String?
  /// The users who may use the store.
  var access = SettingsAccess.owner
  /// The theme's name.
  var theme = "auto"
  /// The line of the theme's name, from 1; nil: it was not given.
  var themeLine: Int?
  /// How long a cancel, a destroy or a release from the screen can be undone.
  var grace = TimeSpan.seconds(5)
  /// The keys given in the file, in its order.
  var keys: [KeySetting] = []
  /// The default keys with those of the file applied.
  var keyMap = KeyMap.standard
  /// The engine's configuration.
  var configuration = Configuration()
  /// Whether the file has a list of pools, even an empty one. A file that was cut has none.
  var namesPools = false
}

/// The result of reading a configuration file.
struct SettingsReading: Sendable {
  /// The settings; invalid values are replaced by defaults.
  var settings: Settings
  /// All problems, by line; the settings may only be used if there are none.
  var problems: [ConfigurationProblem]
  /// Whether the file is a document with keys; if not, no setting comes from it.
  var isParsed = true
  /// The providers that could be made, by name, in the order of the file. They serve the check of
  /// the file, `check` and `orphans`; the engine makes its own, because most readers of a file
  /// never become the engine, and the engine may run on the configuration in the store instead.
  var providers: [(name: String, line: Int, provider: any Provider)]

  /// Retires the providers. Call it when they are no longer needed.
  func retire() {
    for entry in providers { entry.provider.retire() }
  }
}
