import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let storing: [Claim] = [
    .init("state-is-bounded", "The stored data can be encoded and stays within the limit") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try trial.expect(trial.last.data != nil, "its value could not be stored")
      let size = trial.data.count
      try trial.expect(size <= Limits.driverDataBytes, "it stores \(size) bytes")
    },
    .init("state-does-not-grow", "Repeated calls do not make the stored data larger") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      for _ in 1...3 { try await trial.finish(.setReady) }
      let before = trial.data.count
      for _ in 1...12 { try await trial.finish(.setReady) }
      let grown = trial.data.count - before
      // A counter gets a digit, a time gets longer; a list gets twelve items.
      try trial.expect(grown <= 8, "the stored data grew by \(grown) bytes in 12 calls")
    },
    .init("what-did-not-change-is-the-same-bytes", "Loading and storing does not change the data") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.tell([])
      let before = trial.data
      try await trial.tell([])
      try trial.expect(trial.data == before, "two loads in a row store different bytes")
    },
    .init("unreadable-state-is-an-error", "Data of an unknown version is an error with a reason") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      trial.data = [255] + Array(#"{"no":"driver"}"#.utf8)
      try await trial.start(.setReady)
      try trial.expectReason(trial.last.answer, "setReady on data that cannot be read")
      try trial.expect(trial.last.data == nil, "data that cannot be read was replaced")
      trial.data = []
    },
    .init("incomplete-state-is-an-error", "Incomplete data is an error, not an empty value") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      let kept = trial.data
      trial.data = kept.prefix(1) + Array("{}".utf8)
      try await trial.start(.setReady)
      let (answer, data) = (trial.last.answer, trial.last.data)
      trial.data = kept
      try await trial.finish(.destroy)
      try trial.expectReason(answer, "setReady on data without its parts")
      try trial.expect(data == nil, "data without its parts was replaced")
    },
    .init("a-failed-deploy-says-why", "A deploy that fails gives a reason") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial(of: try bench.needsFailing())
      let answer = try await trial.run(trial.deployment)
      try trial.expectReason(answer, "a deploy that cannot work")
    },
    .init("a-failed-deploy-can-be-removed", "After an error, destroy leaves nothing") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial(of: try bench.needsFailing())
      try await trial.run(trial.deployment)
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed after its deploy failed")
    },
    .init("text-is-clean", "Names, addresses and log lines are short and printable") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      let texts = [trial.last.uniqueId, trial.last.name, trial.last.ip].compactMap(\.self)
      let log = trial.last.log.map(\.message)
      for text in texts + log {
        let isClean = !text.text.unicodeScalars.contains { (0x2400...0x241f).contains($0.value) }
        try trial.expect(isClean, "it holds control characters: \(text)")
      }
      for text in texts {
        try trial.expect(text.text.utf8.count <= 255, "it is longer than 255 bytes: \(text)")
      }
    },
  ]

  static let publishing: [Claim] = [
    .init("publishes", "A publication finishes, and can be removed") { bench throws(CheckEnd) in
      var trial = try bench.needsPublication()
      try await trial.finish(.publish)
      try await trial.finish(.destroy)
    },
    .init("publishes-again", "Repeating each call on a publication has no further effect") {
      bench throws(CheckEnd) in
      var trial = try bench.needsPublication()
      trial.isDoubled = true
      try await trial.finish(.publish)
      try await trial.finish(.destroy)
    },
    .init(
      "publishes-again-without-data",
      "A repeated publish finds the first one if the stored data is lost"
    ) {
      bench throws(CheckEnd) in
      var trial = try bench.needsPublication()
      try await trial.start(.publish)
      trial.data = []
      try await trial.finish(.publish)
      try await trial.finish(.destroy)
    },
    .init("cancels-a-publication", "A publication can be cancelled at once and repeatedly") {
      bench throws(CheckEnd) in
      var trial = try bench.needsPublication()
      try await trial.start(.publish)
      try await trial.finish(.cancel)
      try await trial.finish(.cancel)
    },
    .init("destroys-a-publication-twice", "A repeated destroy of a publication finishes") {
      bench throws(CheckEnd) in
      var trial = try bench.needsPublication()
      try await trial.finish(.destroy)
      try await trial.finish(.publish)
      try await trial.finish(.destroy)
      try await trial.finish(.destroy)
    },
    .init("a-publication-is-bounded", "The stored data of a publication stays within the limit") {
      bench throws(CheckEnd) in
      var trial = try bench.needsPublication()
      try await trial.finish(.publish)
      let isStored = trial.last.data != nil && trial.data.count <= Limits.driverDataBytes
      try trial.expect(isStored, "its value could not be stored")
    },
  ]
}

extension ConformanceRunner {
  fileprivate func needsFailing() throws(CheckEnd) -> any Service {
    guard let failing = ground.failing else {
      throw .skipped("the fixture has no service that fails")
    }
    return failing
  }

  fileprivate func needsPublication() throws(CheckEnd) -> ConformanceSubject {
    guard traits.publishes else { throw .skipped("the service does not publish") }
    return unpublished()
  }
}
