import Glibc

/// The limit of open files of this process.
enum FileLimit {
  /// The least limit. The screen with an engine needs about thirty files; with too few, libraries
  /// end the process without a message.
  static let least: rlim_t = 64

  /// Raises the limit to what is needed, if permitted.
  ///
  /// - Returns: why the program cannot run; nil if it can.
  static func raise() -> String? {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < least else { return nil }
    let found = limit.rlim_cur
    limit.rlim_cur = least
    limit.rlim_max = max(limit.rlim_max, least)
    if setrlimit(files, &limit) == 0 { return nil }
    return "dashboard: this process may open only \(found) files, but needs \(least): "
      + "raise the limit (`ulimit -n \(least)`, or LimitNOFILE= of a service)"
  }
}
