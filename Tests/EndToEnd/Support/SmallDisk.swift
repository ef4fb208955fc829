import Foundation
import Glibc
import TestSupport

/// A file system of its own for one store: small, in memory, and gone afterwards. Only root may
/// have one.
struct SmallDisk {
  private let place: CommandEnvironment
  let path: String
  private var filler: String { path + "/filler" }

  /// Whether such a disk can be had here; says why not, once.
  static let isPossible: Bool = {
    do {
      try with("") { _, _ in }
      return true
    } catch {
      print("disks: \(error)")
      return false
    }
  }()

  /// Runs a test with its store on a disk of its own.
  static func with(
    _ configuration: String, megabytes: Int = 8,
    _ test: (CommandEnvironment, SmallDisk) throws -> Void
  ) throws {
    try CommandEnvironment.with { place in
      let disk = SmallDisk(place: place, path: place.folder + "/disk")
      mkdir(disk.path, 0o700)
      try place.tool(
        "mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=700", "none", disk.path)
      // Lazily: what still runs there is ended only after this.
      defer { try? place.tool("umount", "-l", disk.path) }
      place.store = disk.path + "/store.sqlite"
      try place.configure(configuration)
      try test(place, disk)
    }
  }

  /// Takes all that is left.
  func fill() throws {
    let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TooLate(description: "\(filler) cannot be made") }
    defer { close(file) }
    for size in [1 << 20, 4096, 1] {
      let block = [UInt8](repeating: 1, count: size)
      while write(file, block, size) == size {}
    }
  }

  /// Gives it back.
  func empty() { unlink(filler) }

  /// Nobody may write to it any more, or everybody again. No file of it may be open for writing.
  func setReadOnly(_ isReadOnly: Bool) throws {
    try place.tool("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", path)
  }
}
