import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Notices of drivers that the engine has not handled yet: only the latest of each kind for a
/// deployment.
struct NoticeBuffer: Sendable {
  private struct Subject: Hashable {
    var provider: SafeText
    var deployment: DeploymentID
    var isAboutUsers: Bool
  }
  private var places: [Subject: Int] = [:]
  /// The notices, in the order of their first arrival.
  private(set) var events: [Event] = []

  mutating func add(_ notice: DriverNotice, by provider: SafeText) {
    var subject = Subject(
      provider: provider, deployment: notice.deployment, isAboutUsers: false)
    if case .users = notice.kind { subject.isAboutUsers = true }
    if let place = places[subject] {
      events[place] = .noticed(notice, by: provider)
    } else if events.count < Limits.unheardNotices {
      places[subject] = events.count
      events.append(.noticed(notice, by: provider))
    }
  }
}
