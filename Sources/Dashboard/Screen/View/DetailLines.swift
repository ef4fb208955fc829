import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// The text of the details pane as lines of this width; the log is drawn separately.
  func detailLines(width: Int) -> [Line] {
    guard width > 0 else { return [] }
    let catalog = catalog
    switch subject {
    case .nothing: return [Line("nothing is selected: the list is empty", .textDim)]
    case .pool(nil): return tab == .why ? whyOfAll(catalog, width) : summary(catalog, width)
    case .pool(.some(let id)):
      guard let pool = catalog.pool(id) else { return [] }
      let around = catalog.surroundings(of: id, now, zone)
      return tab == .why
        ? explain(Explanation.of(pool, around), width) : poolDetails(pool, around, width)
    case .deployment(let id):
      guard let deployment = catalog.deployment(id) else { return [] }
      let around = catalog.surroundings(of: deployment.pool, now, zone)
      return tab == .why
        ? explain(Explanation.of(deployment, around), width)
        : deploymentDetails(deployment, around, width)
    }
  }

  private func whyOfAll(_ catalog: Catalog, _ width: Int) -> [Line] {
    catalog.pools.flatMap { pool in
      [Line([Span(pool.name, .textKey)])] + Self.wrapped(pool.now, width, indent: 2)
    }
  }

  /// All errors, then the state of the providers.
  private func summary(_ catalog: Catalog, _ width: Int) -> [Line] {
    var lines = troubles(catalog, width)
    for provider in catalog.providers {
      let limits = provider.limits
      lines += Self.columns(
        [
          Fact(
            "Provider", provider.inMaintenance ? "\(provider.name), maintenance" : provider.name,
            provider.inMaintenance ? .statusWarning : .text),
          Fact("Deployments", "\(provider.places) of \(limits.deployments)"),
          Fact("Preparing", "\(provider.preparing) of \(limits.preparing)"),
          Fact("Removing", "\(provider.removing) of \(limits.removing)"),
        ], width, atMost: 4)
    }
    return lines.isEmpty ? [Line("no provider yet", .textDim)] : lines
  }

  /// The number of errors listed here; the lists show all.
  private static let troubleLimit = 20

  private func troubles(_ catalog: Catalog, _ width: Int) -> [Line] {
    let errors = catalog.errors
    var lines = errors.ids(in: 0..<Self.troubleLimit).compactMap(catalog.deployment).flatMap {
      Self.wrapped(
        "\($0.name): \($0.reason ?? "no reason was given")", width, sign: "- ", .stateError)
    }
    if errors.count > Self.troubleLimit {
      lines.append(
        Line("and \(errors.count - Self.troubleLimit) more: \(keyName(.nextError)) shows each"))
    }
    return lines
  }

  private func explain(_ explanation: Explanation, _ width: Int) -> [Line] {
    explanation.lines.flatMap { line -> [Line] in
      switch line.kind {
      case .heading: return [Line(line.text, .textKey)]
      case .fact: return Self.wrapped(line.text, width)
      case .open: return Self.wrapped(line.text, width, sign: "+ ", .statusOK)
      case .closed: return Self.wrapped(line.text, width, sign: "- ", .statusError)
      case .next: return Self.wrapped(line.text, width, sign: "> ", .textKey)
      }
    }
  }

  /// Wraps a text into lines, with a sign before the first.
  static func wrapped(
    _ text: SafeText, _ width: Int, indent: Int = 0, sign: SafeText = "", _ role: Role = .text
  ) -> [Line] {
    let head = indent > 0 ? SafeText(String(repeating: " ", count: indent)) : sign
    let space = SafeText(String(repeating: " ", count: Surface.columns(head)))
    return Wrap.lines(text, width: max(1, width - Surface.columns(head))).enumerated().map {
      Line([Span($0.offset == 0 ? head : space, role), Span($0.element)])
    }
  }
}

/// A label with its value.
struct Fact: Hashable, Sendable {
  var label: SafeText
  var value: SafeText
  var role: Role

  /// Makes a fact.
  init(_ label: SafeText, _ value: SafeText, _ role: Role = .text) {
    self.label = label
    self.value = value
    self.role = role
  }
}

extension ScreenModel {
  private static let labelWidth = 12

  /// Arranges short facts in as many columns as fit, read downwards.
  static func columns(_ facts: [Fact], _ width: Int, atMost most: Int = 3) -> [Line] {
    let count = max(1, min(most, width / (most > 3 ? 28 : 38)))
    let height = (facts.count + count - 1) / count
    let columnWidth = width / count
    return (0..<height).map { row in
      Line(
        (0..<count).flatMap { column -> [Span] in
          let place = column * height + row
          guard place < facts.count else { return [] }
          let isLast = column == count - 1 || place + height >= facts.count
          return spans(facts[place], isLast ? nil : columnWidth)
        })
    }
  }

  private static func spans(_ fact: Fact, _ width: Int?) -> [Span] {
    let label = padded(fact.label, labelWidth)
    guard let width else { return [Span(label, .textDim), Span(fact.value, fact.role)] }
    return [
      Span(label, .textDim),
      Span(padded(cut(fact.value, width - labelWidth - 2), width - labelWidth), fact.role),
    ]
  }

  private static func padded(_ text: SafeText, _ width: Int) -> SafeText {
    let missing = width - Surface.columns(text)
    return missing > 0 ? SafeText(text.text + String(repeating: " ", count: missing)) : text
  }

  private static func cut(_ text: SafeText, _ width: Int) -> SafeText {
    guard width > 0, Surface.columns(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text.text {
      let columns = Surface.columns(SafeText(String(character)))
      if used + columns > width - 1 { break }
      result.append(character)
      used += columns
    }
    return SafeText(result + "~")
  }
}

// MARK: - Details

extension ScreenModel {
  private func deploymentDetails(
    _ deployment: Deployment, _ around: Surroundings, _ width: Int
  ) -> [Line] {
    var lines: [Line] = []
    if let reason = deployment.reason {
      let isError = deployment.state == .error
      lines += Self.wrapped(
        reason, width, sign: isError ? "Reason      " : "Last answer ",
        isError ? .stateError : .textDim)
    }
    if let pending = deployment.pending {
      lines += Self.wrapped(
        "\(pending.verb.word) at \(around.point(pending.due)), requested by \(pending.actor)",
        width,
        sign: "Requested   ", .stateCanceling)
    }
    lines += Self.columns(facts(deployment, around), width)
    return lines + Self.wrapped(deployment.because, width, sign: "Created for ", .textDim)
  }

  private func facts(_ deployment: Deployment, _ around: Surroundings) -> [Fact] {
    let dash: SafeText = "-"
    var facts = [
      Fact("Name", deployment.name),
      Fact("Id", "\(deployment.id), revision \(deployment.revision)"),
      Fact("State", SafeText(deployment.stateWord), deployment.stateRole),
      Fact("Since", SafeText(around.point(deployment.stateSince))),
      Fact("Placement", placement(deployment)),
      Fact("User", deployment.placement.user ?? dash),
      Fact("In use", loggedIn(deployment)), Fact("IP", deployment.ip ?? dash),
      Fact("OS", deployment.osState == .usable ? "ready" : "has not reported ready"),
    ]
    if let console = deployment.console { facts.append(Fact("Console", console)) }
    facts += operationFacts(deployment, around)
    facts += [
      Fact("Pool", around.pool?.name ?? dash),
      Fact("Publication", deployment.publication.map { "\($0)" } ?? dash),
      Fact("Unique id", deployment.uniqueId.isEmpty ? dash : deployment.uniqueId),
      Fact("Given name", SafeText(deployment.identity.name)),
      Fact("MAC", SafeText(deployment.identity.mac?.description ?? "-")),
      Fact("Port", SafeText(deployment.identity.port.map { "\($0)" } ?? "-")),
      Fact("Created", SafeText(around.point(deployment.createdAt))),
    ]
    return facts
  }

  private func operationFacts(_ deployment: Deployment, _ around: Surroundings) -> [Fact] {
    let operation = deployment.phase.operation
    var facts = [Fact("Operation", SafeText(deployment.operation?.word ?? "-"))]
    if let operation {
      facts.append(Fact("Attempt", "\(operation.failures + 1)"))
      facts.append(Fact("Deadline", SafeText(around.point(operation.deadline))))
    }
    if let progress = deployment.progress { facts.append(Fact("Progress", "\(progress)")) }
    let next =
      deployment.nextActionAt.map(around.point) ?? (operation == nil ? "-" : "being called")
    facts.append(Fact(deployment.state == .error ? "Removal" : "Next check", SafeText(next)))
    if let stateDeadline = deployment.stateDeadline {
      facts.append(Fact("State limit", SafeText(around.point(stateDeadline))))
    }
    return facts
  }

  private func placement(_ deployment: Deployment) -> SafeText {
    switch deployment.placement {
    case .assigned: "assigned"
    case .cache(let level, nil): SafeText(level.rawValue)
    case .cache(let level, .some): "\(level.rawValue), reserved"
    }
  }

  private func loggedIn(_ deployment: Deployment) -> SafeText {
    deployment.inUse ? SafeText(deployment.loggedIn.map(\.text).joined(separator: ", ")) : "no"
  }

  private func poolDetails(_ pool: Pool, _ around: Surroundings, _ width: Int) -> [Line] {
    var lines: [Line] = []
    if let problem = pool.problem {
      lines += Self.wrapped(problem, width, sign: "Problem     ", .stateError)
    }
    if let restraint = pool.restraint {
      lines += Self.wrapped(
        "until \(around.point(restraint.until)): \(restraint.reason)", width, sign: "Restrained  ",
        .stateError)
    }
    // The restraint is shown above, with newer text.
    if pool.restraint == nil || pool.now.text.contains(";") {
      lines += Self.wrapped(pool.now, width, sign: "Now         ", .textDim)
    }
    return lines + Self.columns(facts(pool, around), width)
  }

  private func facts(_ pool: Pool, _ around: Surroundings) -> [Fact] {
    let counts = pool.counts
    func size(_ size: Int, _ override: Int?) -> String {
      "\(size)\(override == nil ? "" : " (set)")"
    }
    return [
      Fact("Pool", pool.name), Fact("State", SafeText(pool.state.rawValue)),
      Fact("Provider", pool.provider),
      Fact("Levels", SafeText(pool.traits?.cacheLevels.rawValue ?? "unknown")),
      Fact("Publication", pool.activePublication.map { "\($0)" } ?? "-"),
      Fact("Initial", SafeText(size(pool.sizes.initial, pool.overrides.initial))),
      Fact("L1", SafeText(size(pool.sizes.l1, pool.overrides.l1))),
      Fact("L2", SafeText(size(pool.sizes.l2, pool.overrides.l2))),
      Fact("Max", SafeText(size(pool.sizes.max, pool.overrides.max))),
      Fact("L1 has", "\(counts.l1Ready) ready, \(counts.l1Preparing + counts.l1Waiting) coming"),
      Fact("L2 has", "\(counts.l2Ready) ready, \(counts.l2Preparing + counts.l2Waiting) coming"),
      Fact("Assigned", "\(counts.assigned)"), Fact("Removing", "\(counts.removing)"),
      Fact("Errors", "\(counts.error)", counts.error > 0 ? .stateError : .text),
      Fact("Waiting", "\(pool.waiting) users"),
    ]
  }
}
