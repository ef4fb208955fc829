import Glibc
import SafeTexts
import Yams

/// Reads YAML files, with one sentence for each reason why that can fail.
enum YAMLFile {
  /// The largest file, in bytes.
  static let sizeLimit = 1 << 20

  /// Why a file could not be read.
  enum Unreadable: Error, Hashable {
    /// The file does not exist.
    case absent(ConfigurationProblem)
    /// The file exists and cannot be read.
    case unreadable(ConfigurationProblem)
  }

  /// The text of a file.
  static func text(of path: String) throws(Unreadable) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= sizeLimit {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, errno) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    guard bytes.count <= sizeLimit else {
      throw .unreadable(.init(file: path, "is longer than 1 MiB, the limit for a configuration"))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(.init(file: path, "is not UTF-8 text; save it as UTF-8"))
    }
    return text
  }

  /// Parses a text; an empty text is an empty value.
  static func document(
    _ text: String, file: String
  ) throws(ConfigurationProblem) -> YAMLValue {
    do {
      let node = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
      return YAMLValue(node ?? Node(""))
    } catch {
      throw problem(of: error, file: file)
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> Unreadable {
    let reason = SafeText(String(cString: strerror(code)))
    return code == ENOENT || code == ENOTDIR
      ? .absent(.init(file: path, "does not exist"))
      : .unreadable(.init(file: path, "cannot be read: \(reason)"))
  }

  private static func problem(of error: any Error, file: String) -> ConfigurationProblem {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let hint = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
      return .init(
        file: file, line: mark.line, column: mark.column,
        SafeText("is not valid YAML: \(problem)\(hint)"))
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "`\($0)`" }.joined(separator: ", ")
      return .init(
        file: file, line: context.mark.line,
        SafeText("the section contains \(names) twice; remove one"))
    case .reader(let problem, let offset, _, let yaml):
      let line = offset.map { yaml.prefix($0).count(where: \.isNewline) + 1 }
      return .init(file: file, line: line, SafeText("is not valid YAML: \(problem)"))
    default:
      return .init(file: file, SafeText("is not valid YAML: \(error)"))
    }
  }
}
