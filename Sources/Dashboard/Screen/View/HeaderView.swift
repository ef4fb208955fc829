import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Draws the header: the store, the engine, the counts, the problems, the time.
  func drawHeader(in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs) {
    surface.fill(rect, role: .header)
    let clock = SafeText("\(ClockText.minute(now.utc, zone)) \(zone.label)")
    let clockWidth = Surface.columns(clock)
    let room = rect.width - clockWidth - 3
    surface.write(
      clock, at: Point(x: rect.maxX - clockWidth - 1, y: rect.y), width: clockWidth, role: .header)
    var parts = headerParts(glyphs)
    let gap = 3
    func width() -> Int {
      parts.reduce(0) { $0 + $1.span.columns } + gap * (parts.count - 1)
    }
    while parts.count > 1, width() > room {
      guard let weakest = parts.indices.min(by: { parts[$0].rank < parts[$1].rank }) else { break }
      parts.remove(at: weakest)
    }
    var spans: [Span] = []
    for part in parts {
      if !spans.isEmpty { spans.append(Span(" \(glyphs.separator) ", .header)) }
      spans.append(part.span)
    }
    surface.write(
      Line(spans), at: Point(x: rect.x + 1, y: rect.y), width: max(0, room),
      ellipsis: glyphs.ellipsis)
  }

  /// The parts of the header, with their ranks.
  func headerParts(_ glyphs: Glyphs) -> [HeaderPart] {
    let totals = catalog.totals
    var parts: [HeaderPart] = [
      (Span("dashboard", .header), 10), (Span(settings.place, .header), 85),
      engineSpan(glyphs),
    ]
    if let pace { parts.append((Span(pace, .statusWarning), 98)) }
    if settings.isReadOnly { parts.append((Span("READ-ONLY", .statusWarning), 85)) }
    if let frozen {
      let since = ClockText.minute(frozen.since, zone)
      parts.append((Span("FROZEN since \(since)", .statusWarning), 95))
    }
    if settings.rejectedConfiguration != nil {
      parts.append(
        (Span("\(glyphs.warning) the configuration file is not used", .statusWarning), 93))
    }
    if let storeTrouble { parts.append((Span(storeTrouble, .statusError), 97)) }
    guard sequence != nil else {
      parts.append((Span("loading the store", .header), 60))
      return parts
    }
    parts.append((Span(Self.count(catalog.pools.count, "pool"), .header), 20))
    parts.append((Span(Self.count(catalog.count, "deployment"), .header), 40))
    parts.append(
      (Span(Self.count(totals.error, "error"), totals.error > 0 ? .statusError : .header), 90))
    if queued > 0 { parts.append((Span("\(queued) queued", .header), 50)) }
    let waiting = catalog.waiters.count
    if waiting > 0 {
      parts.append((Span(Self.count(waiting, "user") + " waiting", .statusWarning), 55))
    }
    let orphans = catalog.orphans.count
    if orphans > 0 {
      parts.append((Span("\(orphans) orphan\(orphans == 1 ? "" : "s")", .statusWarning), 54))
    }
    return parts
  }

  /// The number of deployments that are planned and not started.
  private var queued: Int {
    catalog.pools.reduce(0) { sum, pool in
      [pool.plan.l1, pool.plan.l2].reduce(sum) { $0 + ($1.action == .grow ? $1.count : 0) }
    }
  }

  /// The state of the engine; its absence is the most important part.
  private func engineSpan(_ glyphs: Glyphs) -> HeaderPart {
    switch presence {
    case nil: (Span("engine: searching", .header), 80)
    case .some(.none): (Span("\(glyphs.error) no engine running", .statusError), 96)
    case .running(let pid, let host, _):
      isEngineHere
        ? (Span("\(glyphs.usable) engine: here", .statusOK), 80)
        : (Span("\(glyphs.usable) engine: attached (\(pid)\(other(host)))", .statusOK), 80)
    case .silent(let pid, let host, let age):
      (
        Span(
          "\(glyphs.warning) engine silent for \(age.spoken) (\(pid)\(other(host)))",
          .statusError), 96
      )
    }
  }

  private func other(_ host: SafeText) -> String {
    host.isEmpty || host == settings.place ? "" : " on \(host)"
  }

  private static func count(_ count: Int, _ word: String) -> SafeText {
    "\(count) \(word)\(count == 1 ? "" : "s")"
  }

  /// The overall status for a screen of one line, as much as fits.
  func statusLine(_ glyphs: Glyphs, width: Int) -> SafeText {
    if let storeTrouble { return storeTrouble }
    if sequence == nil { return "loading the store" }
    if presence == LeaseStatus.none { return "no engine running" }
    let totals = catalog.totals
    let busy = totals.l1Preparing + totals.l2Preparing + totals.removing
    let short = "\(totals.error) error \(glyphs.separator) \(totals.l1Ready) ready"
    let long = SafeText("\(short) \(glyphs.separator) \(busy) busy")
    return busy > 0 && Surface.columns(long) <= width ? long : SafeText(short)
  }
}

/// A part of the header; parts of lower rank are dropped first when space is short.
typealias HeaderPart = (span: Span, rank: Int)

extension SafeText {
  fileprivate static func + (one: SafeText, other: String) -> SafeText {
    SafeText(one.text + other)
  }
}
