import Basics
import CPosix
import DeploymentInterface
import Glibc
import Posix

/// Ends the programs that carry calls when this process ends, in whatever way.
///
/// A small shell holds one end of a socket and the numbers of their process groups; it kills them
/// when the other end, which only this process has, is closed. (A parent-death signal would come
/// when the thread ends that started a program, and to that program alone.)
final class CallKeeper: Sendable {
  static let shared = CallKeeper()

  private struct State: Sendable {
    var socket: Int32 = -1
    var keeper: Int32 = 0
    var groups: Set<Int32> = []
  }
  private let state = Mutex(State())

  /// Nothing but words of the shell itself, so that it needs no program and no memory later.
  private static let script = """
    trap '' HUP INT QUIT TERM
    groups=' '
    while read -r verb group; do
    case $verb in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="${groups%% $group *} ${groups#* $group }" ;; esac ;;
    esac
    done
    for group in $groups; do kill -s KILL -- "-$group"; done
    """

  /// This group ends with the engine from now on.
  func add(_ group: Int32) {
    state.withLock { state in
      state.groups.insert(group)
      if Self.send("+ \(group)\n", to: state.socket) { return }
      // It was killed, or there was none.
      Self.end(&state)
      Self.start(&state)
    }
  }

  /// This group has ended, and its number may be given out again.
  func remove(_ group: Int32) {
    state.withLock { state in
      state.groups.remove(group)
      _ = Self.send("- \(group)\n", to: state.socket)
    }
  }

  /// The process of the keeper; nil: there is none.
  var pid: Int32? { state.withLock { $0.keeper > 0 ? $0.keeper : nil } }

  /// Closes the socket, as the end of this process does.
  func close() {
    state.withLock { state in
      if state.socket >= 0 { Glibc.close(state.socket) }
      state.socket = -1
    }
  }

  private static func send(_ line: String, to socket: Int32) -> Bool {
    guard socket >= 0 else { return false }
    let bytes = Array(line.utf8)
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    return Glibc.send(socket, bytes, bytes.count, flags) == bytes.count
  }

  private static func end(_ state: inout State) {
    if state.socket >= 0 { Glibc.close(state.socket) }
    state.socket = -1
    guard state.keeper > 0 else { return }
    kill(state.keeper, SIGKILL)
    var status: Int32 = 0
    while waitpid(state.keeper, &status, 0) < 0, errno == EINTR {}
    state.keeper = 0
  }

  /// Where it cannot be started, calls are made without it, and the next one has it tried again.
  private static func start(_ state: inout State) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return }
    let theirs = Descriptor.raised(ends[1])
    defer { Glibc.close(theirs) }
    let nothing = Descriptor.raised(open("/dev/null", O_RDWR | O_CLOEXEC))
    defer { Glibc.close(nothing) }
    let spawn = ProcessSpawn(
      arguments: ["/bin/sh", "-c", script, "dashboard-call-keeper"], environment: [],
      workingDirectory: "/", log: nil, mark: OwnershipTag(owner: "", deployment: ""))
    guard let pid = try? spawn.start(input: theirs, output: nothing, errors: nothing) else {
      Glibc.close(ends[0])
      return
    }
    state.socket = ends[0]
    state.keeper = pid
    for group in state.groups.sorted() where !send("+ \(group)\n", to: state.socket) { return }
  }
}
