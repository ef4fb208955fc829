import Basics
package import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The verbs of the protocol.
package enum DriverVerb: String, Sendable {
  case describe, validate, create, suspend, resume, ready, delete, status, list, publish, unpublish

  /// Whether it starts something. When too much is left running, only other verbs are called.
  var makes: Bool {
    switch self {
    case .create, .suspend, .resume, .ready, .publish: true
    case .describe, .validate, .delete, .status, .list, .unpublish: false
    }
  }
}

/// The power state of a resource, as a driver reports it.
package enum DriverPower: String, Codable, Sendable {
  case running, suspended, off, absent

  /// The state as a clause.
  var words: String {
    switch self {
    case .running: "it is running"
    case .suspended: "it is suspended"
    case .off: "it is off"
    case .absent: "it does not exist"
    }
  }
}

/// A request of `engine-driver/1`. Unknown members are left out.
package struct DriverRequest: Codable, Sendable {
  /// The publication that a deployment is cloned from.
  struct Publication: Codable, Sendable {
    var key: String
    var name: String
    var revision: Int
    var state: JSONValue?
  }

  var `protocol` = 1
  package var verb: String
  /// The id of the call; the answer repeats it.
  package var call: String
  /// The permanent identifier of the resource, which carries it from its creation.
  package var key: String?
  /// The engine's mark; the resource carries it, too.
  package var owner: String?
  var deadlineMs: Int64
  package var pool: String?
  var deployment: String?
  package var name: String?
  var mac: String?
  var port: UInt16?
  var user: String?
  /// `running` or `suspended`: the state in which `create` must end.
  package var end: String?
  /// The driver's last name for the resource.
  var vm: String?
  /// The state that the driver returned last.
  var state: JSONValue?
  var publication: Publication?
  /// The provider's own configuration.
  var provider: [String: String]
  /// The pool's own configuration.
  package var service: [String: String]?
  /// The position at which a `list` continues.
  var after: String?

  /// The request as JSON on one line.
  package var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(self) else { return [] }
    return Array(json) + [0x0a]
  }
}

/// An answer of `engine-driver/1`. Unknown members are ignored.
package struct DriverReply: Codable, Sendable {
  package enum Outcome: String, Codable, Sendable {
    case done, running, failed, unknown
  }
  package struct Observed: Codable, Sendable {
    package var power: DriverPower?
    var key: String?
    var owner: String?
    var name: String?
    var ip: String?
    var mac: String?
    var uniqueId: String?
    var host: String?
    var console: String?
  }
  struct Problem: Codable, Sendable {
    var `class`: String?
    var code: String?
    var message: String?
    var retryAfterMs: Int64?
  }
  package struct Item: Codable, Sendable {
    package var key: String?
    var owner: String?
    var vm: String?
    var name: String?
    var power: DriverPower?
  }
  package struct Capabilities: Codable, Sendable {
    package var suspend: Bool?
    package var publish: Bool?
    package var list: Bool?
    package var serve: Bool?

    package init() {}
  }

  package var call: String?
  package var outcome: Outcome
  var vm: String?
  var progress: Double?
  var pollMs: Int64?
  var state: JSONValue?
  package var observed: Observed?
  var error: Problem?
  var warnings: [String]?
  /// Answered by `describe`.
  var name: String?
  package var protocols: [Int]?
  package var capabilities: Capabilities?
  /// Answered by `list`.
  var items: [Item]?
  var complete: Bool?
  var next: String?

  /// Decodes an answer; the error says what is wrong with the bytes.
  package init(reading bytes: [UInt8]) throws(DeploymentFailure) {
    guard bytes.contains(where: { $0 > 0x20 }) else {
      throw .init(.unknown, "it gave no answer")
    }
    do {
      self = try JSONDecoder().decode(DriverReply.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw .init(.unknown, SafeText("its answer \(error.sentence)"))
    } catch {
      throw .init(.unknown, "its answer is not JSON")
    }
  }
}

extension DecodingError {
  /// The problem, as the end of a sentence that begins with "its answer".
  fileprivate var sentence: String {
    switch self {
    case .keyNotFound(let key, _): "has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "has a value of the wrong type in \(Self.path(context))"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "is not one JSON object"
        : "has an unknown value in \(Self.path(context))"
    @unknown default: "is not JSON"
    }
  }

  private static func path(_ context: Context) -> String {
    let path = context.codingPath.map { key in
      key.intValue.map { "item \($0 + 1)" } ?? key.stringValue
    }
    return path.isEmpty ? "the top level" : path.joined(separator: ", ")
  }
}

extension JSONValue {
  /// Its size as JSON, in bytes.
  var size: Int { (try? JSONEncoder().encode(self).count) ?? Int.max }
}
