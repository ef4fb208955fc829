import SafeTexts
import Testing

@testable import DashboardScreen
@testable import TerminalCells

@Suite struct LayoutTests {
  private static let everywhere: [ScreenModel] = {
    var models: [ScreenModel] = []
    for keys in [[], ["j", "2"], ["4", "j", "5"], ["j", "z"], ["2", "D"], ["4", "x"], ["?"]]
      as [[Key]]
    {
      var model = Fixture.model()
      for key in keys { _ = model.type(key) }
      models.append(model)
    }
    return models
  }()

  /// From nothing to more than enough, with whatever is open: it is drawn, and it is as large as
  /// asked.
  @Test(arguments: [1, 2, 3, 5, 8, 13, 20, 27, 28, 40, 49, 50, 60, 71, 72, 80, 99, 100, 120, 130])
  func drawsEverySize(width: Int) {
    for height in 0...40 {
      let size = Size(width: width, height: height)
      for model in Self.everywhere {
        let surface = model.view(size, glyphs: .unicode)
        #expect(surface.lines.count == height)
      }
    }
  }

  @Test(arguments: [
    (120, 36, Layout.Kind.full), (100, 30, .full), (99, 30, .compact), (120, 29, .compact),
    (80, 24, .compact), (60, 15, .onePane), (40, 10, .narrow), (20, 5, .status), (8, 1, .status),
    (7, 3, .nothing), (1, 1, .nothing), (0, 0, .nothing),
  ])
  func hasAPlanFor(_ width: Int, _ height: Int, _ kind: Layout.Kind) {
    #expect(Layout.kind(of: Size(width: width, height: height)) == kind)
  }

  /// Panes neither overlap nor leave the screen.
  @Test(arguments: [0, 1, 3, 40])
  func coversTheScreenWithoutOverlap(pools: Int) {
    for (width, height) in [(100, 30), (120, 36), (200, 60), (80, 24), (60, 15), (40, 10)] {
      for focus in Pane.allCases {
        for isZoomed in [false, true] {
          let layout = Layout(
            size: Size(width: width, height: height), pools: pools, focus: focus, list: .l1,
            isZoomed: isZoomed)
          let parts = layout.panes.values + [layout.bottom] + (layout.header.map { [$0] } ?? [])
          #expect(parts.reduce(0) { $0 + $1.width * $1.height } == width * height)
          for (place, one) in parts.enumerated() {
            for other in parts[(place + 1)...] { #expect(one.intersection(other).isEmpty) }
          }
          #expect(layout.kind != .full || isZoomed || layout.panes.count == 5)
        }
      }
    }
  }

  @Test(arguments: [
    (0, 5, 10, 20, 0), (0, 10, 10, 20, 1), (5, 4, 10, 20, 4), (18, 19, 10, 20, 10),
    (3, 2, 10, 4, 0), (0, 0, 0, 0, 0), (7, 0, 5, 0, 0),
  ])
  func scrollsNoFurtherThanNeeded(
    _ top: Int, _ cursor: Int, _ height: Int, _ count: Int, _ result: Int
  ) {
    #expect(Scroll.top(top, cursor: cursor, height: height, count: count) == result)
  }

  @Test func columnsGiveWayByRank() {
    func column(_ name: Int, _ rank: Int, _ least: Int, _ wanted: Int) -> Column<Int> {
      Column(name: name, title: "", rank: rank, least: least, wanted: wanted, stretches: name == 3)
    }
    let all = [column(1, 9, 4, 10), column(2, 5, 4, 8), column(3, 7, 4, 4)]
    func widths(_ width: Int) -> [Int: Int] {
      Dictionary(
        uniqueKeysWithValues: ColumnFit.place(all, width: width).map { ($0.column.name, $0.width) })
    }
    #expect(widths(40) == [1: 10, 2: 8, 3: 18])
    #expect(widths(16) == [1: 4, 2: 4, 3: 4])
    #expect(widths(15) == [1: 9, 3: 4])
    #expect(widths(9) == [1: 9])
    #expect(widths(3) == [1: 3])
    #expect(widths(0) == [1: 0])
  }
}
