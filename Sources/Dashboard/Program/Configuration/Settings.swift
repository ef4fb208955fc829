import DashboardScreen
import DeploymentEngine
import DeploymentInterface

/// Who may use the store.
enum SettingsAccess: String, CaseIterable, Sendable {
  /// Its owner only.
  case owner
  /// Its group, too.
  case group
}

/// All that a configuration file says: what the engine runs on, and how the program behaves.
struct Settings: Sendable {
  /// The store's path as it was written; a relative one begins at the file's folder. nil: the
  /// default one.
  var store: String?
  /// Who may use the store.
  var access = SettingsAccess.owner
  /// The theme's name.
  var theme = "auto"
  /// Where it was written, from 1; nil: it was not.
  var themeLine: Int?
  /// How long a cancel, a destroy or a release from the screen can be taken back.
  var grace = TimeSpan.seconds(5)
  /// Keys that are not the default ones, in the order of the file.
  var keys: [KeySetting] = []
  /// What the keys do, those of the file put over the usual ones.
  var keyMap = KeyMap.standard
  /// What the engine runs on.
  var configuration = Configuration()
}

/// What came of reading a configuration file.
struct SettingsReading: Sendable {
  /// What it says; where something was wrong, defaults stand in.
  var settings: Settings
  /// Everything that was wrong, by line; the settings may be used only when it is empty.
  var problems: [ConfigurationProblem]
  /// The providers that could be made, by name in the order of the file. They are made to check
  /// the file, and serve `check` and `orphans`; the engine makes its own, because most readers of a
  /// file never become the engine, and one that does may run on what the store holds instead.
  var providers: [(name: String, line: Int, provider: any Provider)]

  /// Retires the providers. To be called when they are not asked anything any more.
  func retire() {
    for entry in providers { entry.provider.retire() }
  }
}
