import Foundation

/// The environment of the tests themselves.
enum Environment {
  static func value(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
