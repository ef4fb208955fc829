import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What can be seen of a line of a serving program before all of it is read.
struct ServedLine: Decodable {
  /// The call that it answers.
  var call: String?
  /// What it says unasked.
  var notice: DriverNotification?

  /// Nil: the line is neither.
  init?(reading line: ArraySlice<UInt8>) {
    guard line.contains(where: { $0 > 0x20 }),
      let read = try? JSONDecoder().decode(ServedLine.self, from: Data(line)),
      read.call != nil || read.notice != nil
    else { return nil }
    self = read
  }
}

/// What a serving program says unasked of one thing.
struct DriverNotification: Decodable, Sendable {
  var key: String
  var owner: String
  /// What has happened, as a sentence about it.
  var message: String?
  /// Who is logged in to it.
  var users: [String]?

  /// The same for an engine; nothing where it is about no deployment.
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
