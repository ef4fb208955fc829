import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let storing: [Claim] = [
    .init("state-is-bounded", "The stored data can be encoded and stays within the limit") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try subject.expect(subject.last.data != nil, "its value could not be stored")
      let size = subject.data.count
      try subject.expect(size <= Limits.driverDataBytes, "it stores \(size) bytes")
    },
    .init("state-does-not-grow", "Repeated calls do not make the stored data larger") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      for _ in 1...3 { try await subject.finish(.setReady) }
      let before = subject.data.count
      for _ in 1...12 { try await subject.finish(.setReady) }
      let grown = subject.data.count - before
      // Allows for a counter with one more digit or a longer time, but not for a list with 12 more
      // items.
      try subject.expect(grown <= 8, "the stored data grew by \(grown) bytes in 12 calls")
    },
    .init("what-did-not-change-is-the-same-bytes", "Loading and storing does not change the data") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.tell([])
      let before = subject.data
      try await subject.tell([])
      try subject.expect(subject.data == before, "two loads in a row store different bytes")
    },
    .init("unreadable-state-is-an-error", "Data of an unknown version is an error with a reason") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      subject.data = [255] + Array(#"{"no":"driver"}"#.utf8)
      try await subject.start(.setReady)
      try subject.expectReason(subject.last.answer, "setReady on unreadable data")
      try subject.expect(subject.last.data == nil, "unreadable data was replaced")
      subject.data = []
    },
    .init("incomplete-state-is-an-error", "Incomplete data is an error, not an empty value") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      let kept = subject.data
      subject.data = kept.prefix(1) + Array("{}".utf8)
      try await subject.start(.setReady)
      let (answer, data) = (subject.last.answer, subject.last.data)
      subject.data = kept
      try await subject.finish(.destroy)
      try subject.expectReason(answer, "setReady on incomplete data")
      try subject.expect(data == nil, "incomplete data was replaced")
    },
    .init("a-failed-deploy-says-why", "A deploy that fails gives a reason") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject(of: try runner.needsFailing())
      let answer = try await subject.run(subject.deployment)
      try subject.expectReason(answer, "a deploy that cannot work")
    },
    .init("a-failed-deploy-can-be-removed", "After an error, destroy leaves nothing") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject(of: try runner.needsFailing())
      try await subject.run(subject.deployment)
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed after its deploy failed")
    },
    .init("text-is-clean", "Names, addresses and log lines are short and printable") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      let texts = [subject.last.uniqueId, subject.last.name, subject.last.ip].compactMap(\.self)
      let log = subject.last.log.map(\.message)
      for text in texts + log {
        let isClean = !text.text.unicodeScalars.contains { (0x2400...0x241f).contains($0.value) }
        try subject.expect(isClean, "it contains control characters: \(text)")
      }
      for text in texts {
        try subject.expect(text.text.utf8.count <= 255, "it is longer than 255 bytes: \(text)")
      }
    },
  ]

  static let publishing: [Claim] = [
    .init("publishes", "A publication finishes, and can be removed") { runner throws(CheckEnd) in
      var subject = try runner.needsPublication()
      try await subject.finish(.publish)
      try await subject.finish(.destroy)
    },
    .init("publishes-again", "Repeating each call on a publication has no further effect") {
      runner throws(CheckEnd) in
      var subject = try runner.needsPublication()
      subject.isDoubled = true
      try await subject.finish(.publish)
      try await subject.finish(.destroy)
    },
    .init(
      "publishes-again-without-data",
      "A repeated publish finds the first one if the stored data is lost"
    ) {
      runner throws(CheckEnd) in
      var subject = try runner.needsPublication()
      try await subject.start(.publish)
      subject.data = []
      try await subject.finish(.publish)
      try await subject.finish(.destroy)
    },
    .init("cancels-a-publication", "A publication can be cancelled at once and repeatedly") {
      runner throws(CheckEnd) in
      var subject = try runner.needsPublication()
      try await subject.start(.publish)
      try await subject.finish(.cancel)
      try await subject.finish(.cancel)
    },
    .init("destroys-a-publication-twice", "A repeated destroy of a publication finishes") {
      runner throws(CheckEnd) in
      var subject = try runner.needsPublication()
      try await subject.finish(.destroy)
      try await subject.finish(.publish)
      try await subject.finish(.destroy)
      try await subject.finish(.destroy)
    },
    .init("a-publication-is-bounded", "The stored data of a publication stays within the limit") {
      runner throws(CheckEnd) in
      var subject = try runner.needsPublication()
      try await subject.finish(.publish)
      let isStored = subject.last.data != nil && subject.data.count <= Limits.driverDataBytes
      try subject.expect(isStored, "its value could not be stored")
    },
  ]
}

extension ConformanceRunner {
  fileprivate func needsFailing() throws(CheckEnd) -> any Service {
    guard let failing = fixture.failing else {
      throw .skipped("the fixture has no service that fails")
    }
    return failing
  }

  fileprivate func needsPublication() throws(CheckEnd) -> ConformanceSubject {
    guard traits.publishes else { throw .skipped("the service does not publish") }
    return unpublished()
  }
}
