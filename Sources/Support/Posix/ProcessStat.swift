import Glibc

/// The fields of `/proc/PID/stat` that this package uses.
package struct ProcessStat: Hashable, Sendable, CustomStringConvertible {
  /// The process id.
  package let pid: Int32
  /// The letter of its state, such as `R` or `Z`.
  package let state: UInt8
  /// Process id of its parent.
  package let parent: Int32
  /// Id of its process group.
  package let group: Int32
  /// Id of its session.
  package let session: Int32
  /// Its number of threads.
  package let threads: Int32
  /// Its start, in clock ticks since the boot; with the process id it is unique in a boot.
  package let startTime: UInt64

  /// Whether a signal or a debugger has stopped it.
  package var isFrozen: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
  /// Whether it has ended, reaped or not. (A process whose main thread has ended before the others
  /// also shows as a zombie, but it lives.)
  package var isGone: Bool {
    state == UInt8(ascii: "X") || state == UInt8(ascii: "Z") && threads <= 1
  }

  /// `process PID`, for use in a sentence.
  package var description: String { "process \(pid)" }

  /// Parses `4711 (a name) S 1 4711 4711 …`; the name may contain any byte, parentheses included.
  /// Nil if the line has another form.
  package init?(pid: Int32, line: UnsafePointer<CChar>) {
    // With C functions: callers parse a line for every process of the machine, and splitting
    // strings would cost more than reading the file.
    guard let name = strrchr(line, 0x29), name[1] == 0x20, name[2] != 0 else { return nil }
    var next = name + 3
    var fields = [Int](repeating: 0, count: 20)
    for index in 1...19 {
      var end: UnsafeMutablePointer<CChar>?
      fields[index] = strtol(next, &end, 10)
      guard let end, end > next else { return nil }
      next = end
    }
    self.pid = pid
    self.state = UInt8(bitPattern: name[2])
    self.parent = Int32(truncatingIfNeeded: fields[1])
    self.group = Int32(truncatingIfNeeded: fields[2])
    self.session = Int32(truncatingIfNeeded: fields[3])
    self.threads = Int32(truncatingIfNeeded: fields[17])
    self.startTime = UInt64(bitPattern: Int64(fields[19]))
  }
}
