import Glibc

/// Functions of the GNU C library that Swift does not import, looked up by name once.
enum GnuCalls {
  typealias AddCloseFrom =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
  typealias AddChangeDirectory =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
  typealias OpenProcess = @convention(c) (Int, Int32, UInt32) -> Int32
  typealias MakePipe = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
  typealias CreateMemoryFile = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32

  /// Closes every descriptor from a number on in the child.
  static let addCloseFrom = find(
    "posix_spawn_file_actions_addclosefrom_np", as: AddCloseFrom.self)
  /// Changes the child's working directory.
  static let addChangeDirectory = find(
    "posix_spawn_file_actions_addchdir_np", as: AddChangeDirectory.self)
  /// Makes a file without a directory entry, whose name shows in `/proc`.
  static let createMemoryFile = find("memfd_create", as: CreateMemoryFile.self)

  /// `syscall`, for the one call that older versions of the library have no name for.
  static let openProcess = find("syscall", as: OpenProcess.self)
  /// `pidfd_open`, on every architecture.
  static let openProcessNumber = 434
  /// Makes a pipe that no child inherits, whoever starts one at the same moment.
  static let makePipe = find("pipe2", as: MakePipe.self)

  /// `POSIX_SPAWN_SETSID`: the child leads a session of its own.
  static let spawnInNewSession: Int16 = 0x80
  /// `MFD_CLOEXEC`
  static let closeOnExec: UInt32 = 1

  private static func find<Function>(_ name: String, as type: Function.Type) -> Function? {
    guard let address = dlsym(nil, name) else { return nil }
    return unsafeBitCast(address, to: type)
  }
}
