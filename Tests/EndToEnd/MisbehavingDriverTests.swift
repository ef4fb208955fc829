import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// A program that does everything wrong that a driver can: each is one deployment's trouble.
  @Suite struct MisbehavingDriverTests {
    /// What it does for the deployment with this digit, and what is then said of it.
    private static let mistakes: [(body: String, reason: String)] = [
      ("sleep 1000", "create did not answer within 500ms and was ended"),
      ("kill -9 $$", "/driver was killed by signal 9"),
      (#"printf '{"call":"%s","outco' "$call""#, "create gave an invalid answer"),
      ("head -c 10485760 /dev/zero", "create wrote more than 1048576 bytes and was ended"),
      (
        #"reply '"outcome":"failed","error":{"class":"quota","message":"\u001b[2Jfull"}'"#,
        "␛[2Jfull"
      ),
      ("key=other; seen running", "not ours: it has the key other"),
      (
        #"if [ "$1" = status ]; then seen absent; else reply '"outcome":"done"'; fi"#,
        "create answered done, but it does not exist"
      ),
    ]

    private static var program: String {
      let cases = mistakes.enumerated().map { "bad-\($0)) \($1.body);;" }
      return #"""
        request=$(cat)
        field() { printf %s "$request" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
        call=$(field call); key=$(field key); owner=$(field owner)
        reply() { printf '{"call":"%s",%s}\n' "$call" "$1"; }
        seen() { reply "\"outcome\":\"done\",\"observed\":{\"power\":\"$1\",\
        \"key\":\"$key\",\"owner\":\"$owner\",\"ip\":\"192.0.2.1\"}"; }
        case $(field name) in
        \#(cases.joined(separator: "\n"))
        bad-7) sleep 1000 & seen running;;
        esac

        """#
    }

    private static let configuration = """
      grace: 0s
      providers:
        - name: wrong
          driver: command
          command: [/bin/sh, $PLACE/driver]
          answerWithin: 500ms
        - name: play
          driver: simulated
      pools:
        - name: bad
          provider: wrong
          sizes: { l1: 8, max: 8 }
          names: { prefix: bad-, digits: 1 }
          restrain: { count: 0, within: 10m }
        - name: good
          provider: play
          service: { steps: 2, stepTime: 10ms }
          sizes: { l1: 3, max: 5 }
          names: { prefix: good-, digits: 1 }

      """

    @Test func eachIsOneDeploymentsTroubleWithAReason() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        try place.write(Self.program, to: place.folder + "/driver")
        try place.engine()
        for (digit, mistake) in Self.mistakes.enumerated() {
          _ = try eventually(
            "bad-\(digit) says why", seen: { "\((try? place.deployments()) ?? [])" }
          ) {
            try place.deployments().first { deployment in
              deployment.name == "bad-\(digit)"
                && deployment.reasonOfError?.contains(mistake.reason) == true
            }
          }
        }
        // A child that keeps standard output holds nobody up, and neither does any of the others.
        _ = try eventually("those without a mistake are ready") {
          let ready = try place.deployments().filter(\.isReady).map(\.name).sorted()
          return ready == ["bad-7", "good-0", "good-1", "good-2"] ? true : nil
        }
        let answers = [
          try place.dashboard("deployments"), try place.dashboard("events"),
          try place.dashboard("why", "bad-4"),
        ]
        for answer in answers {
          #expect(answer.code == 0)
          #expect(!answer.output.contains("\u{1b}"))
        }
      }
    }

    /// The same of one that serves, where a mistake is in a line.
    private static let servedMistakes: [(body: String, reason: String)] = [
      ("continue", "create did not answer within 2s"),
      ("echo nonsense; continue", "create did not answer within 2s"),
      (#"reply '"outcome":"perhaps"'"#, "create got an invalid answer"),
      (#"printf '{"call":"c-1","outcome":"done"}\n'"#, "create did not answer within 2s"),
      (
        #"reply '"outcome":"failed","error":{"class":"capacity","message":"\u001b[2Jfull"}'"#,
        "␛[2Jfull"
      ),
      ("key=other; seen running", "not ours: it has the key other"),
      (
        #"if [ "$verb" = status ]; then seen absent; else reply '"outcome":"done"'; fi"#,
        "create answered done, but it does not exist"
      ),
      ("seen running; seen running", ""),
    ]
    /// Those that are the end of the program, and so of whatever else it was asked.
    private static let deadlyMistakes: [(name: String, body: String, reason: String)] = [
      ("dead", "kill -9 $$", "/dead was killed by signal 9"),
      (
        "loud", "head -c 3000000 /dev/zero",
        "wrote more than 1048576 bytes without an answer"
      ),
    ]

    private static func server(_ prefix: String, _ bodies: [String]) -> String {
      let cases = bodies.enumerated().map { "\(prefix)-\($0)) \($1);;" }
      return #"""
        field() { printf %s "$request" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
        reply() { printf '{"call":"%s",%s}\n' "$call" "$1"; }
        seen() { reply "\"outcome\":\"done\",\"observed\":{\"power\":\"$1\",\
        \"key\":\"$key\",\"owner\":\"$owner\",\"ip\":\"192.0.2.1\"}"; }
        echo $$ >> "$0".pids
        while IFS= read -r request; do
        call=$(field call); key=$(field key); owner=$(field owner); verb=$(field verb)
        case $(field name) in
        \#(cases.joined(separator: "\n"))
        esac
        done

        """#
    }

    private static let servedConfiguration = """
      grace: 0s
      providers:
        - name: wrong
          driver: command
          command: [/bin/sh, $PLACE/wrong]
          serve: true
          answerWithin: 2s
        - { name: dead, driver: command, command: [/bin/sh, $PLACE/dead], serve: true }
        - { name: loud, driver: command, command: [/bin/sh, $PLACE/loud], serve: true }
        - name: play
          driver: simulated
      pools:
        - name: bad
          provider: wrong
          sizes: { l1: 8, max: 8 }
          names: { prefix: bad-, digits: 1 }
          restrain: { count: 0, within: 10m }
        - name: dead
          provider: dead
          sizes: { l1: 1, max: 1 }
          names: { prefix: dead-, digits: 1 }
        - name: loud
          provider: loud
          sizes: { l1: 1, max: 1 }
          names: { prefix: loud-, digits: 1 }
        - name: good
          provider: play
          service: { steps: 2, stepTime: 10ms }
          sizes: { l1: 3, max: 5 }
          names: { prefix: good-, digits: 1 }

      """

    @Test func oneThatServesIsOneDeploymentsTroubleAsWell() throws {
      try CommandEnvironment.with(Self.servedConfiguration) { place in
        var programs = [place.folder + "/wrong"]
        try place.write(Self.server("bad", Self.servedMistakes.map(\.body)), to: programs[0])
        for mistake in Self.deadlyMistakes {
          programs.append(place.folder + "/" + mistake.name)
          try place.write(Self.server(mistake.name, [mistake.body]), to: programs.last ?? "")
        }
        let engine = try place.engine()
        let all =
          Self.servedMistakes.enumerated().map { ("bad-\($0)", $1.reason) }
          + Self.deadlyMistakes.map { ("\($0.name)-0", $0.reason) }
        for (name, reason) in all where !reason.isEmpty {
          _ = try eventually(
            "\(name) says why", seen: { "\((try? place.deployments()) ?? [])" }
          ) {
            try place.deployments().first { deployment in
              deployment.name == name && deployment.reasonOfError?.contains(reason) == true
            }
          }
        }
        // One that answers twice is ready, and so are all of the other provider.
        _ = try eventually("those without a mistake are ready") {
          let ready = try place.deployments().filter(\.isReady).map(\.name).sorted()
          return ready == ["bad-7", "good-0", "good-1", "good-2"] ? true : nil
        }
        #expect(try !place.dashboard("events").output.contains("\u{1b}"))

        // With the engine they end, whatever they were doing.
        try place.kill(engine, SIGTERM)
        let pids = programs.flatMap { path in
          ((try? String(contentsOfFile: path + ".pids", encoding: .utf8)) ?? "")
            .split(separator: "\n").compactMap { Int32($0) }
        }
        #expect(pids.count > 2)
        _ = try eventually("no program is left") {
          pids.allSatisfy { Glibc.kill($0, 0) != 0 } ? true : nil
        }
      }
    }
  }
}
