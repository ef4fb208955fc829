import Glibc

/// How many files this process may have open at a time.
enum FileLimit {
  /// The screen with an engine inside needs about thirty; with too few, the libraries below us end
  /// the process without a word.
  static let least: rlim_t = 64

  /// Takes as many as are needed where that is permitted.
  ///
  /// - Returns: why the program cannot run; nil: it can.
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
