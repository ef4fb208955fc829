import Glibc

/// The fields of `/proc/PID/stat` that are used.
package struct ProcessStat: Hashable, Sendable, CustomStringConvertible {
  /// Its number.
  package let pid: Int32
  /// The letter of its state, as `R` or `Z`.
  package let state: UInt8
  /// The process that it belongs to.
  package let parent: Int32
  /// Its process group.
  package let group: Int32
  /// Its session.
  package let session: Int32
  /// How many threads it has.
  package let threads: Int32
  /// Clock ticks since the start of the machine; with the pid it names one process of one boot.
  package let startTime: UInt64

  /// Stopped by a signal, or held by a debugger: it does not run.
  package var isFrozen: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
  /// It has ended, whether or not its parent has looked. (A first thread that ended before the
  /// others shows as a zombie too, in a process that lives.)
  package var isGone: Bool {
    state == UInt8(ascii: "X") || state == UInt8(ascii: "Z") && threads <= 1
  }

  /// For a sentence.
  package var description: String { "process \(pid)" }

  /// Reads `4711 (a name) S 1 4711 4711 …`; the name may hold anything, parentheses included.
  package init?(pid: Int32, line: UnsafePointer<CChar>) {
    // Through the C library: this is done for every process of the machine, and cutting the line
    // into pieces costs more than reading it.
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
