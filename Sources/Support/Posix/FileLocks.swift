import Glibc

/// A record lock that a process holds on a file.
package struct FileLock: Hashable, Sendable {
  /// The process; -1 if the lock belongs to an open file, which `/proc/locks` does not attribute.
  package let pid: Int32
  /// Whether it excludes readers.
  package let isExclusive: Bool
  /// The bytes that it covers.
  package let bytes: ClosedRange<UInt64>

  /// The record locks that processes hold on a file, as far as this process may see them; empty
  /// also where `/proc/locks` cannot be read, and on file systems (btrfs) whose files have another
  /// device number there.
  package static func all(on file: FileStatus.Identity) -> [FileLock] {
    guard let bytes = try? Proc.read("/proc/locks", limit: 4 << 20) else { return [] }
    return all(on: file, in: String(decoding: bytes, as: UTF8.self))
  }

  /// The same, from the text of `/proc/locks`:
  /// `2: POSIX  ADVISORY  READ 24986 fe:00:9576656 128 128`. Locks that somebody waits for have an
  /// arrow in the second field.
  package static func all(on file: FileStatus.Identity, in text: String) -> [FileLock] {
    let device = file.device
    // As the kernel splits a device number.
    let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
    let minor = device & 0xff | (device >> 12) & ~0xff
    let wanted = "\(hex(major)):\(hex(minor)):\(file.inode)"
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count == 8, fields[1] == "POSIX" || fields[1] == "OFDLCK",
        fields[5] == wanted, let pid = Int32(fields[4]), let first = UInt64(fields[6])
      else { return nil }
      let last = UInt64(fields[7]) ?? .max
      guard first <= last else { return nil }
      return FileLock(pid: pid, isExclusive: fields[3] == "WRITE", bytes: first...last)
    }
  }

  private static func hex(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return text.count < 2 ? "0" + text : text
  }
}
