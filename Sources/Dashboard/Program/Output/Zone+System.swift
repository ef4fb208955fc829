import DashboardScreen
import DeploymentInterface
import Glibc
import SafeTexts

extension Zone {
  /// The time zone of this machine at a given time; daylight saving time is another zone.
  static func system(at time: Timestamp) -> Zone {
    var seconds = time_t(time.milliseconds / 1000)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return .utc }
    let name = parts.tm_zone.map { String(cString: $0) } ?? ""
    // A zone name without letters is its offset, which is shown anyway.
    let hasLetters = name.first?.isLetter ?? false
    return Zone(offset: Int(parts.tm_gmtoff), name: SafeText(hasLetters ? name : ""))
  }
}
