import DeploymentInterface
import Posix
import SafeTexts
import Testing

@testable import DeploymentDrivers

@Suite struct ProcessPartsTests {
  @Test func aProcessMayHaveAnyName() throws {
    let rest = "S 1 4711 4712 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 123456 1000 200"
    for name in ["sleep", "a b", ") Z 1 (", "\u{1b}[31m)", ""] {
      let stat = try #require(ProcessStat(pid: 4713, line: "4713 (\(name)) \(rest)"))
      #expect(stat.state == UInt8(ascii: "S"))
      #expect(stat.parent == 1 && stat.group == 4711 && stat.session == 4712)
      #expect(stat.threads == 3 && stat.startTime == 123_456)
    }
    for line in ["", "4713", "4713 (sleep)", "4713 (sleep) S", "4713 (sleep) S 1 2 3"] {
      #expect(ProcessStat(pid: 4713, line: line) == nil)
    }
  }

  @Test(arguments: [
    ("S", 1, false, false), ("T", 1, true, false), ("t", 1, true, false), ("Z", 1, false, true),
    ("Z", 2, false, false), ("X", 1, false, true), ("D", 1, false, false),
  ])
  func zombiesAreGoneAndTheStoppedAreFrozen(
    _ state: String, _ threads: Int, _ isFrozen: Bool, _ isGone: Bool
  ) {
    let line = "1 (x) \(state) 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 \(threads) 0 9 1"
    let stat = ProcessStat(pid: 1, line: line)
    #expect(stat?.isFrozen == isFrozen)
    #expect(stat?.isGone == isGone)
  }

  @Test(arguments: [
    ("$PORT", "20001"), ("${PORT}", "20001"),
    ("--listen=127.0.0.1:$PORT", "--listen=127.0.0.1:20001"),
    ("$NAME/$PORT", "lab-7/20001"), ("$PORTS $NAME_1", "$PORTS $NAME_1"), ("$$NAME", "$lab-7"),
    ("$", "$"), ("${PORT", "${PORT"), ("$HOME", "$HOME"), ("é$NAMEé", "élab-7é"), ("", ""),
  ])
  func onlyNameAndPortArePutIn(_ text: String, _ expected: String) {
    #expect(ProcessTemplate(name: "lab-7", port: 20001).filled(text) == expected)
  }

  @Test func listenersAreReadFromTheKernelsTable() {
    let start = "0: 0100007F:4E21 00000000:0000"
    let end = "00000000:00000000 00:00000000 00000000     0        0 998877 1 0 100 0 0 10 0"
    #expect(PortProbe.listener("   \(start) 0A \(end)", at: 20001) == "998877")
    #expect(PortProbe.listener("   \(start) 01 \(end)", at: 20001) == nil)
    #expect(PortProbe.listener("   \(start) 0A \(end)", at: 20002) == nil)
    #expect(PortProbe.listener("  sl  local_address rem_address   st", at: 20001) == nil)
  }

  @Test func aMarkIsReadFromAnEnvironmentAndFromAFileName() {
    let text = "A=1\0DASHBOARD_OWNER=o:1\0XDASHBOARD_DEPLOYMENT=x\0DASHBOARD_DEPLOYMENT=d7/lab-7\0"
    let mark = OwnershipTag(environment: Array(text.utf8))
    #expect(mark == OwnershipTag(owner: "o:1", id: 7, name: "lab-7"))
    #expect(mark?.id == DeploymentID(7))
    #expect(mark?.name == "lab-7")
    #expect(OwnershipTag(fileName: "/memfd:dashboard:o:1:d7/lab-7 (deleted)") == mark)
    #expect(OwnershipTag(fileName: "/dev/null") == nil)
    #expect(OwnershipTag(environment: Array("DASHBOARD_OWNER=o".utf8)) == nil)
    #expect(OwnershipTag(environment: []) == nil)
  }

  @Test(
    arguments: [
      (
        [:], "command",
        "process needs `command`: The program and its arguments, run without a shell; "
          + "`$PORT` and `$NAME` are replaced."
      ),
      (
        ["command": .list([])], "command",
        "command must name a program, as in [python3, -m, http.server]"
      ),
      (
        ["command": .text("sleep 1")], "command",
        "`command` must be a list, each item after a `- `, not `sleep 1`"
      ),
      (
        ["command": .list(["serve", "$PORT"])], "command",
        "$PORT is used, but there is no port: write port: auto"
      ),
      (
        ["command": .list(["x"]), "environment": .map([.init("DASHBOARD_OWNER", "me")])],
        "environment",
        "environment contains DASHBOARD_OWNER, which the driver uses to recognise its processes"
      ),
      (
        ["command": .list(["x"]), "environment": .map([.init("A=B", "c")])], "environment",
        "environment contains A=B, which is not a valid variable name"
      ),
      (
        ["command": .list(["x"]), "port": .text("80")], "port",
        "`port: 80` is not known; allowed: auto"
      ),
      (
        ["command": .list(["x"]), "stopSignal": .text("STOP")], "stopSignal",
        "`stopSignal: STOP` is not known; allowed: TERM, INT, HUP, QUIT, USR1, USR2, KILL"
      ),
      (
        ["command": .list(["x"]), "workingDirectory": .text("here")], "workingDirectory",
        "workingDirectory must be an absolute path, not here"
      ),
      (
        ["command": .list(["x"]), "readyWithin": .duration(.zero)], "readyWithin",
        "readyWithin must be at least 1ms, not 0s"
      ),
      (
        ["command": .list(["x\0y"])], "command",
        "a text for a process cannot contain a NUL character"
      ),
    ] as [(ParameterValues, String, String)])
  func aProblemOfAProcessSaysWhatIsWrong(
    _ parameters: ParameterValues, _ name: String, _ sentence: String
  ) {
    #expect(throws: ParameterProblem(name, SafeText(sentence))) {
      try ProcessPlan(parameters)
    }
  }

  @Test func thisMachineCanRunProcesses() async {
    #expect(await ProcessProvider().problem() == nil)
  }
}
