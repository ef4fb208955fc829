import Fuzzing
import Posix
import Testing

@testable import DeploymentDrivers

/// Any name and environment of a process is read or ignored.
@Suite struct FuzzTests {
  @Test func processes() {
    let seeds = [
      "4711 (a name) S 1 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 3 0 123456 1 2 3 4",
      "A=b\0DASHBOARD_OWNER=abc\0DASHBOARD_DEPLOYMENT=d7/lab-007\0C=\0",
      "/memfd:dashboard:abc:d7/lab-007 (deleted)",
      "  1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1 0",
    ]
    Fuzz.run(seeds: seeds.map { Array($0.utf8) }) { bytes in
      let line = bytes.map { CChar(bitPattern: $0) } + [0]
      line.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        _ = ProcessStat(pid: 1, line: start)
      }
      if let mark = OwnershipTag(environment: bytes) {
        #expect(mark.name.utf8.count <= bytes.count * 3)
        _ = mark.id
      }
      let text = String(decoding: bytes, as: UTF8.self)
      _ = OwnershipTag(fileName: text)
      _ = PortProbe.listener(text, at: 8080)
    }
  }
}
