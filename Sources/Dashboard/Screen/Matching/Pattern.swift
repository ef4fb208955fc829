import Basics
import DeploymentInterface

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular expression of the C library, which matches ten thousand rows within a frame and never
/// takes exponential time.
final class Pattern: Sendable {
  private let compiled: Mutex<regex_t>

  /// Compiles an extended regular expression; nil: it is invalid or could be too expensive.
  init?(_ pattern: String, foldsCase: Bool) {
    guard Self.isHarmless(pattern) else { return nil }
    var expression = regex_t()
    let flags = REG_EXTENDED | REG_NOSUB | (foldsCase ? REG_ICASE : 0)
    guard regcomp(&expression, pattern, flags) == 0 else { return nil }
    compiled = Mutex(expression)
  }

  deinit { compiled.withLock { regfree(&$0) } }

  /// Whether the expression matches anywhere in the text.
  func matches(_ text: String) -> Bool {
    compiled.withLock { regexec(&$0, text, 0, nil, 0) == 0 }
  }

  /// Back references cost exponential time and nested counts unlimited memory, so both are refused.
  private static func isHarmless(_ pattern: String) -> Bool {
    guard pattern.utf8.count <= 200 else { return false }
    var isEscaped = false
    for byte in pattern.utf8 {
      if isEscaped, byte >= 0x30, byte <= 0x39 { return false }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    let counts = pattern.split(separator: "{").dropFirst()
    return counts.count <= 1
      && counts.allSatisfy {
        $0.prefix { $0 != "}" }.count <= 5 && (firstNumber(in: $0) ?? 0) <= 99
      }
  }

  private static func firstNumber(in text: Substring) -> Int? {
    text.prefix { $0 != "}" }.split(separator: ",").compactMap { Int($0) }.max()
  }
}
