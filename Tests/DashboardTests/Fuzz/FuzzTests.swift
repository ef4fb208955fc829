import DeploymentDrivers
import DeploymentInterface
import Fuzzing
import SafeTexts
import Testing

@testable import DashboardKit
@testable import DashboardScreen
@testable import TerminalCells
@testable import TerminalHost

/// Whatever stands in a file, comes from a keyboard or is typed: it is read or refused in words.
@Suite struct FuzzTests {
  @Test func configuration() {
    Fuzz.run(seeds: Self.configurations.map { Array($0.utf8) }) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let reading = SettingsReader(drivers: Drivers.all)
        .read(text, file: "f")
      for problem in reading.problems { Self.expectInert(problem.sentence) }
      #expect(reading.problems.allSatisfy { ($0.line ?? 0) >= 0 })
    }
  }

  @Test func theme() {
    Fuzz.run(seeds: Self.themes.map { Array($0.utf8) }) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      do throws(ThemeFailure) {
        _ = try ThemeReader.read(text, file: "f") { name throws(ThemeFailure) in
          throw ThemeFailure(problems: [.init(file: "f", line: 1, "there is no \(SafeText(name))")])
        }
      } catch {
        #expect(!error.problems.isEmpty)
        for problem in error.problems { Self.expectInert(problem.sentence) }
      }
    }
  }

  /// What comes out of the decoder has no control in it, and a pause ends whatever was begun.
  @Test func keys() {
    let seeds = [
      "jk\u{1b}[A\u{1b}[1;5C\u{1b}OP", "\u{1b}[200~pasted\u{1b}[201~x",
      "\u{1b}]11;rgb:12/34/56\u{1b}\\",
      "\u{1b}[<0;12;7M\u{1b}[<0;12;7m\u{1b}[I\u{1b}[O", "\u{1b}[5n\u{1b}P1+r544e\u{1b}\\é日👍",
    ]
    Fuzz.run(seeds: seeds.map { Array($0.utf8) }) { bytes in
      var decoder = InputDecoder()
      var now = Moment(milliseconds: 0)
      var decoded: [InputDecoder.Decoded] = []
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        decoded += decoder.feed(.scalar(scalar), at: now)
        now = now + .milliseconds(1)
      }
      decoded += decoder.pause()
      decoded += decoder.expire(at: now + .seconds(60))
      #expect(decoder.deadline == nil)
      for case .input(.paste(let text)) in decoded { Self.expectInert(text) }
    }
  }

  @Test func filter() {
    let seeds = [
      "web", "!web state:error", "~^lab-[0-9]+$", "user:ana pool:web !~x{2,}(a|b)*", "id:d7 ip:10.",
      "~(((((", "~[[:alpha:]]", "reason:\"no space\"",
    ]
    let row = Fixture.deployments
    Fuzz.run(seeds: seeds.map { Array($0.utf8) }) { bytes in
      let filter = Filter(String(decoding: bytes.prefix(200), as: UTF8.self))
      #expect(filter.text.utf8.count <= 600)
      for deployment in row.prefix(3) { _ = filter.matches(deployment, pool: "win11") }
    }
  }

  private static func expectInert(_ text: SafeText) {
    #expect(SafeText(text.text) == text)
    #expect(text.text.utf8.count <= SafeText.byteLimit)
  }

  private static let configurations = [
    """
    store: /var/lib/dashboard/store.sqlite
    providers:
      - name: here
        driver: simulated
        limits: { preparing: 15, removing: 15, deployments: 1000 }
    pools:
      - name: lab
        provider: here
        service: { steps: 3, stepTime: 50ms, l2: true, failure: 0.1, failing: [cancel] }
        sizes: { initial: 0, l1: 5, l2: 3, max: 40 }
        names: { prefix: lab-, digits: 3 }
        macs: 52:54:00:00:00:00-52:54:00:00:ff:ff
        onLogout: keep
        restrain: { count: 3, within: 10m }
        deadlines: { call: 30s, preparing: 1h, osReady: 1h, removing: 4h }
        errorRetention: 1h
        unusedAfter: off
    theme: auto
    grace: 5s
    keys: { deployment.cancel: c, quit: C-q }
    access: group
    """,
    """
    providers: [{ name: p, driver: process }]
    pools:
      - { name: w, provider: p, sizes: { l1: 1, max: 2 }, names: { prefix: w, digits: 2 },
          service: { command: [sh, -c, "x $PORT"], port: auto, environment: { A: b },
            readyWithin: 30s, stopSignal: TERM } }
    """,
    "a: &x [1, 2]\nb: *x\n? c\n: |\n  text\n--- !tag\n",
  ]

  private static let themes = [
    """
    name: mine
    background: dark
    inherits: none
    palette:
      red: ["#ff0000", 196, red]
      blue: ["#0000ff"]
      own: default
    roles:
      text: own
      state.error: [red, own, bold]
      row.cursor: [blue, red, reverse, underline]
    glyphs: { unicode: { usable: "●" }, ascii: { usable: "o" } }
    """
  ]
}
