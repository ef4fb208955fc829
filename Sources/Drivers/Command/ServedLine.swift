import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The part of a serving program's line that shows whether it is an answer or a notice.
struct ServedLine: Decodable {
  /// The id of the call that it answers.
  var call: String?
  /// The notice, if it is one.
  var notice: DriverNotification?

  /// Returns nil if the line is neither.
  init?(reading line: ArraySlice<UInt8>) {
    guard line.contains(where: { $0 > 0x20 }),
      let read = try? JSONDecoder().decode(ServedLine.self, from: Data(line)),
      read.call != nil || read.notice != nil
    else { return nil }
    self = read
  }
}

/// A notice of a serving program about one resource.
struct DriverNotification: Decodable, Sendable {
  var key: String
  var owner: String
  /// What has happened, as a clause.
  var message: String?
  /// The users who are logged in.
  var users: [String]?

  /// The notices for the engine; none if it is not about a deployment.
  var notices: [DriverNotice] {
    guard case .deployment(let id) = CommandService.purpose(of: key, owner: owner) else {
      return []
    }
    var notices: [DriverNotice] = []
    if let users {
      let safe = users.prefix(Limits.loggedInUsers).map { SafeText($0, limit: 255) }
      notices.append(.init(owner: owner, deployment: id, kind: .users(safe)))
    }
    if message != nil || users == nil {
      let sentence = SafeText(message ?? "", limit: Limits.noticeBytes)
      let words = sentence.isEmpty ? "its driver reported a change" : sentence
      notices.append(.init(owner: owner, deployment: id, kind: .changed(words)))
    }
    return notices
  }
}
