import DeploymentEngine
import DeploymentInterface
import EngineStore
import Testing

@testable import DashboardScreen
@testable import TerminalCells

/// Whole screens as text. What stands here is what an operator sees, colours aside.
@Suite struct ScreenTests {
  private func expect(
    _ model: ScreenModel, _ width: Int, _ height: Int, glyphs: Glyphs = .unicode,
    _ screen: String, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(model.text(width, height, glyphs) == screen, sourceLocation: location)
  }

  private func expect(
    left model: ScreenModel, _ width: Int, _ height: Int, _ screen: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    let lines = model.view(Size(width: width, height: height), glyphs: .unicode).lines
    let half = lines.map { line in
      let part = line.prefix(width / 2)
      return String(part.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
    #expect(half == screen, sourceLocation: location)
  }

  private func expect(
    right model: ScreenModel, _ width: Int, _ height: Int, _ screen: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    let lines = model.view(Size(width: width, height: height), glyphs: .unicode).lines
    let half = lines.map { $0.dropFirst(width / 2) }.joined(separator: "\n")
    #expect(half == screen, sourceLocation: location)
  }

  @Test func dimsHintsOfWhatWouldBeRefused() {
    var model = Fixture.model()
    func role(of label: String) -> Role? {
      let surface = model.view(Size(width: 120, height: 36), glyphs: .unicode)
      guard let line = surface.lines.last, let place = line.firstRange(of: label) else {
        return nil
      }
      let x = line.distance(from: line.startIndex, to: place.lowerBound)
      return surface[Point(x: x, y: 35)].role
    }
    #expect(role(of: "L1 more") == .textDim)
    #expect(role(of: "Help") == .hintText)
    _ = model.type("j")
    #expect(role(of: "L1 more") == .hintText)
  }

  /// All panes; the left half here and the right one below, so that they can be read.
  @Test func showsAllPanesAt120x36() {
    var model = Fixture.model()
    _ = model.type("j", "4", "j", " ")
    expect(
      left: model, 120, 36,
      """
       dashboard · vdi.example · ● engine: attached (4711) · 3 poo
      ┌─ 1 Pools ─────────────────────────────────────────────────
      │   POOL        L1 READY          L2 READY          ASSIGNED
      │   all pools   ██████░░░░ 13/19  ███████░░░ 9/12   37 of 11
      │ ▸ win11       ████████░░ 8/10   ██████████ 6/6    21 of 60
      │   ubuntu-dev  ██████████ 5/5    █████░░░░░ 3/6    4 of 40
      │   kiosk       ░░░░░░░░░░ 0/4    —                 12 of 12
      └───────────────────────────────────────────────────────────
      ┌─ 2 L1 cache · win11 ─ 10 ────────────────────────────────┐
      │   NAME        STATE      AGE  IP                         │
      │   win11-0411  ● usable   7 m  10.1.4.11                  │
      │   win11-0412  ● usable  14 m  10.1.4.12                  │
      │   win11-0413  ● usable  21 m  10.1.4.13                  │
      │   win11-0414  ● usable  28 m  10.1.4.14                  │
      │   win11-0415  ● usable  35 m  10.1.4.15                  │
      └──────────────────────────────────────────────────────────┘
      ┌─ 4 Assigned · win11 ─ 5 ──────────────────────────────────
      │   NAME        USER  STATE     IN USE  IP         SINCE  RE
      │   win11-0371  luis  ✖ error   no      —          09:20  se
      │✓  win11-0370  ana   ◆ usable  yes     10.1.4.70  09:21
      │ ▸ win11-0372  mei   ◆ usable  no      10.1.4.72  09:19
      │   win11-0373  tom   ◆ usable  no      10.1.4.73  09:18
      │   win11-0374  zoë   ◆ usable  no      10.1.4.74  09:17
      │
      └───────────────────────────────────────────────────────────
      ┌─ 5 win11-0372 ─ Details │ Log │ Why ──────────────────────
      │ Name        win11-0372                In use      no
      │ Id          d22, revision 1           IP          10.1.4.7
      │ State       usable                    OS          ready
      │ Since       09:19:00 (1 h ago)        Operation   -
      │ Placement   assigned                  Next check  -
      │ User        mei                       Pool        win11
      │ Made for    growing L1 by 2: 8 of 10 ready
      │
      └───────────────────────────────────────────────────────────
       ␣ Mark  c Cancel  r Ready  t Try again  R Release  D Destro
      """)
  }

  @Test func showsTheOtherHalfAt120x36() {
    var model = Fixture.model()
    _ = model.type("j", "4", "j", " ")
    expect(
      right: model, 120, 36,
      """
      ls · 21 deployments · 1 error · 1 queued          10:41 CET
      ───────────────────────────────────────────────────────────┐
         ERR  LAST 15 MIN      NOW                               │
      2    1                ▆  1 restrained, 1 adjusting         │
           1                ▆  growing L1 by 1: 8 of 10 ready, 2…│
           0                ▆  ⚠ restrained for 9 min: deployFor…│
           0                ▆  full: 12 of 12; 0 of 4 ready      │
      ───────────────────────────────────────────────────────────┘
      ┌─ 3 L2 cache · win11 ─ 6 ─────────────────────────────────┐
      │   NAME        STATE     AGE  IP                          │
      │   win11-0391  ▣ usable  2 h  —                           │
      │   win11-0392  ▣ usable  2 h  —                           │
      │   win11-0393  ▣ usable  2 h  —                           │
      │   win11-0394  ▣ usable  2 h  —                           │
      │   win11-0395  ▣ usable  2 h  —                           │
      └──────────────────────────────────────────────────────────┘
      ───────────────────────────────────────────────────────────┐
      ASON OF ERROR                                              │
      tReady: the machine was erased                             │
                                                                 │
                                                                 │
                                                                 │
                                                                 │
                                                                 │
      ───────────────────────────────────────────────────────────┘
      ───────────────────────────────────────────────────────────┐
                        Publication -                            │
      2                 Unique id   -                            │
                        Given name  win11-0372                   │
                        MAC         -                            │
                        Port        -                            │
                        Created     09:19:00 (1 h ago)           │
                                                                 │
                                                                 │
      ───────────────────────────────────────────────────────────┘
      y  u Undo  Tab Pane  / Filter     ? Help  q Quit   1 marked
      """)
  }

  @Test func showsAListAndItsDeploymentAt80x24() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("j", "4", "j")
    expect(
      model, 80, 24,
      """
       vdi.example · ● engine: attached (4711) · 1 error · 1 queued         10:41 CET
         all pools   ██░░ 13/19  ███░ 9/12   37 of 112    1  1 restrained, 1 adjusting
       ▸ win11       ███░ 8/10   ████ 6/6    21 of 60     1  growing L1 by 1: 8 of 10…
         ubuntu-dev  ████ 5/5    ██░░ 3/6    4 of 40      0  ⚠ restrained for 9 min: …
         kiosk       ░░░░ 0/4    —           12 of 12     0  full: 12 of 12; 0 of 4 r…
      ┌─ 2 L1 10 │ 3 L2 6 │ 4 Assigned 5 ─ win11 ────────────────────────────────────┐
      │   NAME        USER  STATE     IN USE  IP         SINCE                       │
      │   win11-0371  luis  ✖ error   setReady: the machine was erased               │
      │ ▸ win11-0370  ana   ◆ usable  yes     10.1.4.70  09:21                       │
      │   win11-0372  mei   ◆ usable  no      10.1.4.72  09:19                       │
      │   win11-0373  tom   ◆ usable  no      10.1.4.73  09:18                       │
      │   win11-0374  zoë   ◆ usable  no      10.1.4.74  09:17                       │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       ␣ Mark  c Cancel  r Ready  t Try again  R Release  D Destroy   ? Help  q Quit
      """)
  }

  @Test func showsThePoolsAboveTheDetails() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("j", "2", "G", .enter)
    expect(
      model, 80, 24,
      """
       vdi.example · ● engine: attached (4711) · 1 error · 1 queued         10:41 CET
         all pools   ██░░ 13/19  ███░ 9/12   37 of 112    1  1 restrained, 1 adjusting
       ▸ win11       ███░ 8/10   ████ 6/6    21 of 60     1  growing L1 by 1: 8 of 10…
         ubuntu-dev  ████ 5/5    ██░░ 3/6    4 of 40      0  ⚠ restrained for 9 min: …
         kiosk       ░░░░ 0/4    —           12 of 12     0  full: 12 of 12; 0 of 4 r…
      ┌─ 5 win11-0421 ─ Details │ Log │ Why ─────────────────────────────────────────┐
      │ Last answer the hypervisor does not answer                                   │
      │ Name        win11-0421                Attempt     3                          │
      │ Id          d10, revision 1           Deadline    11:31:00 (in 50 m)         │
      │ State       preparing                 Next check  being called               │
      │ Since       10:40:20 (40 s ago)       Pool        win11                      │
      │ Placement   L1                        Publication -                          │
      │ User        -                         Unique id   -                          │
      │ In use      no                        Given name  win11-0421                 │
      │ IP          -                         MAC         -                          │
      │ OS          has not said ready        Port        -                          │
      │ Operation   deployForCache            Created     10:40:20 (40 s ago)        │
      │ Made for    growing L1 by 2: 8 of 10 ready                                   │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       z Zoom  l Next tab  f Follow  Tab Pane  / Filter  x Actions    ? Help  q Quit
      """)
  }

  @Test func saysWhy() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("4", "5", "h")
    expect(
      model, 80, 24,
      """
       vdi.example · ● engine: attached (4711) · 1 error · 1 queued         10:41 CET
       ▸ all pools   ██░░ 13/19  ███░ 9/12   37 of 112    1  1 restrained, 1 adjusting
         win11       ███░ 8/10   ████ 6/6    21 of 60     1  growing L1 by 1: 8 of 10…
         ubuntu-dev  ████ 5/5    ██░░ 3/6    4 of 40      0  ⚠ restrained for 9 min: …
         kiosk       ░░░░ 0/4    —           12 of 12     0  full: 12 of 12; 0 of 4 r…
      ┌─ 5 win11-0371 ─ Details │ Log │ Why ─────────────────────────────────────────┐
      │ win11-0371 was made 09:20:00 (1 h ago): growing L1 by 2: 8 of 10 ready       │
      │ setReady failed: setReady: the machine was erased                            │
      │ May luis come in?                                                            │
      │ - it is not usable: error                                                    │
      │ + the inside is ready                                                        │
      │ + setReady has finished since luis got it                                    │
      │ - it has no IP yet, and nobody is let in without                             │
      │ What happens next?                                                           │
      │ > nothing by itself: a user held it, so a person decides (try again,         │
      │   destroy, forget)                                                           │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       z Zoom  l Next tab  f Follow  Tab Pane  / Filter  x Actions    ? Help  q Quit
      """)
  }

  @Test func asksBeforeItDestroys() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("4", "j", "D", .enter)
    expect(
      model, 80, 24,
      """
       vdi.example · ● engine: attached (4711) · 1 error · 1 queued         10:41 CET
       ▸ all pools   ██░░ 13/19  ███░ 9/12   37 of 112    1  1 restrained, 1 adjusting
         win11       ███░ 8/10   ████ 6/6    21 of 60     1  growing L1 by 1: 8 of 10…
         ubuntu-dev  ████ 5/5    ██░░ 3/6    4 of 40      0  ⚠ restrained for 9 min: …
         kiosk       ░░░░ 0/4    —           12 of 12     0  full: 12 of 12; 0 of 4 r…
      ┌─ 2 L1 10 │ 3 L2 6 │ 4 Assigned 5 ─ all pools ────────────────────────────────┐
      │   NAME        USER  STATE     IN USE  IP         SINCE  POOL                 │
      │   win11-0371  luis  ✖ error   setReady: the machine was erased               │
      │ ▸ win11-┌ Destroy ────────────────────────────────────────────────┐          │
      │   win11-│ Destroy win11-0370 (d20, revision 1)?                   │          │
      │   win11-│ ana holds it and somebody is logged in now.             │          │
      │   win11-│ It begins in 5 s; until then u takes it back.           │          │
      │         │                                                         │          │
      │         │ y destroy   n or Esc leave it                           │          │
      │         │ press y to do it, n or Esc to leave everything as it is │          │
      │         └─────────────────────────────────────────────────────────┘          │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       ␣ Mark  c Cancel  r Ready  t Try again  R Release  D Destroy   ? Help  q Quit
      """)
  }

  @Test func drawsInASCII() {
    var model = Fixture.model(size: Size(width: 80, height: 24))
    _ = model.type("j", "2", "/", "4", "2", "0")
    expect(
      model, 80, 24, glyphs: .ascii,
      """
       vdi.example - o engine: attached (4711) - 1 error - 1 queued         10:41 CET
         all pools   ##.. 13/19  ###. 9/12   37 of 112    1  1 restrained, 1 adjusting
       > win11       ###. 8/10   #### 6/6    21 of 60     1  growing L1 by 1: 8 of 10~
         ubuntu-dev  #### 5/5    ##.. 3/6    4 of 40      0  ! restrained for 9 min: ~
         kiosk       .... 0/4    -           12 of 12     0  full: 12 of 12; 0 of 4 r~
      +- 2 L1 1 of 10 - /420 | 3 L2 0 | 4 Assigned 0 - win11 ------------------------+
      |   NAME        STATE             AGE  IP                                      |
      | > win11-0420  ~ preparing 3/5  12 s  -                                       |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      +------------------------------------------------------------------------------+
       /420                                     1 of 10  Enter keeps it, Esc drops it
      """)
  }

  @Test func showsOnePaneAt60x15() {
    var model = Fixture.model(size: Size(width: 60, height: 15))
    _ = model.type("j", "4")
    expect(
      model, 60, 15,
      """
       vdi.example · 1 error                            10:41 CET
      ┌─ 4 Assigned · win11 ─ 5 ─────────────────────────────────┐
      │   NAME        USER  STATE     IN USE  IP         SINCE   │
      │ ▸ win11-0371  luis  ✖ error   setReady: the machine was …│
      │   win11-0370  ana   ◆ usable  yes     10.1.4.70  09:21   │
      │   win11-0372  mei   ◆ usable  no      10.1.4.72  09:19   │
      │   win11-0373  tom   ◆ usable  no      10.1.4.73  09:18   │
      │   win11-0374  zoë   ◆ usable  no      10.1.4.74  09:17   │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      │                                                          │
      └──────────────────────────────────────────────────────────┘
       ␣ Mark  c Cancel  r Ready  t Try again     ? Help  q Quit
      """)
  }

  @Test func showsSignNameAndStateAt40x10() {
    var model = Fixture.model(size: Size(width: 40, height: 10))
    _ = model.type("j", "2", "G")
    expect(
      model, 40, 10,
      """
         win11-0412  ● usable
         win11-0413  ● usable
         win11-0414  ● usable
         win11-0415  ● usable
         win11-0416  ● usable
         win11-0417  ● usable
         win11-0418  ● usable
         win11-0420  ◐ preparing 3/5
       ▸ win11-0421  ◐ preparing      attempt…
      L1 10/10 · 1 error · 13 ready · 2 busy
      """)
  }

  @Test func showsTheStateOfAffairsInOneLineBelowThat() {
    let model = Fixture.model(size: Size(width: 20, height: 5))
    expect(
      model, 20, 5,
      """




      1 error · 13 ready
      """)
    #expect(model.text(1, 1) == "")
  }

  @Test func saysWhatIsMissing() {
    var model = ScreenModel(settings: Fixture.settings, now: Fixture.now)
    expect(
      model, 72, 20,
      """
       vdi.example · engine: looking for it · reading the store     09:41 UTC
       ▸ all pools  —           —      0 of 0      0  the store is being read
      ┌─ 2 L1 0 │ 3 L2 0 │ 4 Assigned 0 ─ all pools ─────────────────────────┐
      │   NAME  STATE  AGE  IP  POOL                                         │
      │   the store is being read                                            │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      │                                                                      │
      └──────────────────────────────────────────────────────────────────────┘
       Enter Open  ! Next error  a Assign  + L1 more          ? Help  q Quit
      """)
    _ = model.update(
      .snapshot(StoreSnapshot(sequence: 1, storeID: "x", state: StoredState(), now: Fixture.utc)),
      at: Fixture.now)
    _ = model.update(.presence(.none, isHere: false), at: Fixture.now)
    let text = model.text(72, 20)
    #expect(text.contains("✖ no engine runs") && text.contains("no pool is configured"))
  }
}
