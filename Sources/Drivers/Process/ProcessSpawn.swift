import CPosix
import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// Starts a process that outlives the engine: in its own session, without our descriptors, without
/// blocked or ignored signals, and without the terminal.
struct ProcessSpawn {
  let arguments: [String]
  let environment: [String]
  let workingDirectory: String?
  let log: String?
  let mark: OwnershipTag

  /// Starts the process; throws if it could not execute its program.
  func start() throws(DeploymentFailure) -> ProcessIdentity {
    let program = try findProgram()
    let input = mark.openFile().map(Descriptor.raised)
    defer { if let input { close(input) } }
    let output = try openLog()
    defer { if let output { close(output) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    prepare(&actions, input: input, output: output)
    Self.prepare(&attributes)
    let pid = try spawn(program, &actions, &attributes)
    // It is our child, so its entry stays until we reap it, even if it has already ended.
    guard let stat = try readingProc(try Proc.stat(pid)) else {
      throw .init(.transient, SafeText("cannot find process \(pid) in /proc"))
    }
    return ProcessIdentity(stat, bootID: try readingProc(try Proc.bootID()))
  }

  /// Starts it with these standard streams and no other descriptors; it may not have executed its
  /// program yet when this returns.
  ///
  /// - Returns: the pid, which is also the id of its session and of its process group.
  func start(
    input: Int32, output: Int32, errors: Int32
  ) throws(DeploymentFailure) -> Int32 {
    let program = try findProgram()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    for (target, source) in [input, output, errors].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
    }
    confine(&actions)
    Self.prepare(&attributes)
    return try spawn(program, &actions, &attributes)
  }

  private func spawn(
    _ program: String, _ actions: inout posix_spawn_file_actions_t,
    _ attributes: inout posix_spawnattr_t
  ) throws(DeploymentFailure) -> Int32 {
    var arguments = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: Int32 = 0
    let problem = posix_spawn(&pid, program, &actions, &attributes, &arguments, &variables)
    guard problem != 0 else { return pid }
    if let interpreter = Self.missingInterpreter(of: program) {
      throw .permanent(
        "cannot start \(self.arguments[0]): \(interpreter), the interpreter that its first line "
          + "names, \(Self.kind(of: interpreter) == nil ? "does not exist" : "is not executable")")
    }
    throw Self.failure(problem, "cannot start \(self.arguments[0])")
  }

  /// A lack of resources is transient; every other error is permanent.
  private static func failure(_ number: Int32, _ what: String) -> DeploymentFailure {
    let passing = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, ENOSPC].contains(number)
    return .init(
      passing ? .transient : .permanent, SafeText("\(what): \(String(cString: strerror(number)))"))
  }

  private func prepare(
    _ actions: inout posix_spawn_file_actions_t, input: Int32?, output: Int32?
  ) {
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    for descriptor: Int32 in [1, 2] {
      if let output {
        posix_spawn_file_actions_adddup2(&actions, output, descriptor)
      } else {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
      }
    }
    confine(&actions)
  }

  /// Closes everything but its standard streams, and sets the working directory.
  private func confine(_ actions: inout posix_spawn_file_actions_t) {
    _ = cposix_spawn_close_from(&actions, 3)
    if let workingDirectory { _ = cposix_spawn_change_directory(&actions, workingDirectory) }
  }

  private static func prepare(_ attributes: inout posix_spawnattr_t) {
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, flags | cposix_spawn_new_session)
  }

  private func openLog() throws(DeploymentFailure) -> Int32? {
    guard let log else { return nil }
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let file = open(log, flags, 0o600)
    guard file >= 0 else { throw Self.failure(errno, "cannot open its log \(log)") }
    return Descriptor.raised(file)
  }

  /// The program's path. It is searched for here and not by the C library, so that the error can
  /// say what is missing.
  private func findProgram() throws(DeploymentFailure) -> String {
    if let workingDirectory, !Self.isDirectory(workingDirectory) {
      throw .init(.permanent, SafeText("directory \(workingDirectory) does not exist"))
    }
    let program = arguments[0]
    if program.contains("/") {
      let path = program.hasPrefix("/") ? program : (workingDirectory ?? ".") + "/" + program
      guard access(path, F_OK) == 0 else {
        throw .init(.permanent, SafeText("program \(program) does not exist"))
      }
      guard Self.isProgram(path) else {
        throw .init(.permanent, SafeText("\(program) is not executable"))
      }
      return program
    }
    let variable = environment.last { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count)
    let places = String(variable ?? "/usr/local/bin:/usr/bin:/bin")
    for place in places.split(separator: ":") where Self.isProgram("\(place)/\(program)") {
      return "\(place)/\(program)"
    }
    throw .init(.permanent, SafeText("program \(program) was not found in \(places)"))
  }

  /// The interpreter of a script, where that is what cannot be started: the system says of the
  /// script itself that it does not exist.
  private static func missingInterpreter(of program: String) -> String? {
    guard let start = try? Proc.read(program, limit: 512), start.starts(with: Array("#!".utf8)),
      let line = start.dropFirst(2).split(separator: 0x0a).first,
      let word = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }).first
    else { return nil }
    let interpreter = String(decoding: word, as: UTF8.self)
    return isProgram(interpreter) ? nil : interpreter
  }

  private static func isDirectory(_ path: String) -> Bool { kind(of: path) == S_IFDIR }
  private static func isProgram(_ path: String) -> Bool {
    kind(of: path) == S_IFREG && access(path, X_OK) == 0
  }
  private static func kind(of path: String) -> mode_t? {
    var information = stat()
    return stat(path, &information) == 0 ? information.st_mode & S_IFMT : nil
  }
}
