import Foundation
import Posix

/// Finds the store that a file names although the file is not a valid configuration.
enum StoreLine {
  /// The value of the first line `store: …` that is not indented; nil: there is none.
  static func find(in path: String) -> String? {
    guard let status = try? FileStatus(path: path), status.isFile,
      status.size <= YAMLFile.sizeLimit,
      let data = try? Data(contentsOf: URL(fileURLWithPath: path))
    else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).lazy.compactMap(value).first
  }

  private static func value(_ line: Substring) -> String? {
    guard line.hasPrefix("store:") else { return nil }
    let text = line.dropFirst("store:".count).trimmingCharacters(in: .whitespaces)
    if let quote = text.first, quote == "\"" || quote == "'" {
      let inner = text.dropFirst()
      return inner.firstIndex(of: quote).map { String(inner[..<$0]) }.flatMap(nonEmpty)
    }
    let end = text.range(of: " #")?.lowerBound ?? text.endIndex
    return nonEmpty(text[..<end].trimmingCharacters(in: .whitespaces))
  }

  private static func nonEmpty(_ text: String) -> String? {
    text.isEmpty || text.hasPrefix("#") ? nil : text
  }
}
