import Foundation
import Testing

extension EndToEnd {
  /// A program that does everything wrong that a driver can: each is one deployment's trouble.
  @Suite struct MisbehavingDriverTests {
    /// What it does for the deployment with this digit, and what is then said of it.
    private static let mistakes: [(body: String, reason: String)] = [
      ("sleep 1000", "create did not answer within 500ms, and was ended"),
      ("kill -9 $$", "create was ended by signal 9"),
      (#"printf '{"call":"%s","outco' "$call""#, "create cannot be understood"),
      ("head -c 10485760 /dev/zero", "create said more than 1048576 bytes, and was ended"),
      (
        #"reply '"outcome":"failed","error":{"class":"quota","message":"\u001b[2Jfull"}'"#,
        "␛[2Jfull"
      ),
      ("key=other; seen running", "not ours: it has the key other"),
      (
        #"if [ "$1" = status ]; then seen absent; else reply '"outcome":"done"'; fi"#,
        "create said done, but it does not exist"
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
      try Workplace.with(Self.configuration) { place in
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
  }
}
