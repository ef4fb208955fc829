import DeploymentInterface

extension ConformanceCheck {
  static let removing: [Claim] = [
    .init("destroy-leaves-nothing", "After destroy nothing exists") { runner throws(CheckEnd) in
      try runner.needsCount()
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed")
    },
    .init("destroy-of-l2-leaves-nothing", "After destroy of a deployment at L2 nothing exists") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.finish(.deployForCache(.l2))
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed at L2")
    },
    .init("destroy-twice", "A repeated destroy finishes") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.finish(.destroy)
      try await subject.finish(.destroy)
    },
    .init("destroy-again-on-old-data", "A repeated destroy finishes if the first answer was lost") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      let before = subject.data
      try await subject.finish(.destroy)
      subject.data = before
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed again")
    },
    .init("destroy-of-nothing", "destroy of a deployment that never existed finishes") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.finish(.destroy)
    },
    .init(
      "destroy-without-data",
      "destroy finds the resource by its identity if the stored data is lost"
    ) {
      runner throws(CheckEnd) in
      try runner.needsCount()
      var subject = try await runner.subject()
      try await subject.deploy()
      subject.data = []
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed without its stored data")
    },
    .init("destroy-of-half-made", "destroy removes a half-finished deploy completely") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed while it was being deployed")
    },
    .init("destroy-of-what-vanished", "destroy of a vanished deployment finishes") {
      runner throws(CheckEnd) in
      let vanish = try runner.needsVanish()
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.vanish(vanish)
      try await subject.finish(.destroy)
    },
    .init("destroy-touches-no-neighbour", "destroy does not affect other deployments") {
      runner throws(CheckEnd) in
      var one = try await runner.subject()
      var other = try await runner.subject()
      try await one.deploy()
      try await other.deploy()
      try await one.finish(.destroy)
      try await other.finish(.setReady)
      try await other.expect(count: 1, "its neighbour was destroyed")
    },
    .init("an-identity-can-be-used-again", "A name can be deployed again after destroy") {
      runner throws(CheckEnd) in
      var first = try await runner.subject()
      try await first.deploy()
      try await first.finish(.destroy)
      var second = try await runner.subject()
      second.thing.identity = first.thing.identity
      try await second.deploy()
      try await second.expect(count: 1, "deployed again")
      try await second.finish(.destroy)
    },
    .init(
      "an-old-removal-spares-the-new",
      "A late destroy of an old deployment does not affect the new one of that name"
    ) {
      runner throws(CheckEnd) in
      try runner.needsCount()
      var first = try await runner.subject()
      try await first.deploy()
      let before = first.data
      try await first.finish(.destroy)
      var second = try await runner.subject()
      second.thing.identity = first.thing.identity
      try await second.deploy()
      first.data = before
      try await first.run(.destroy)
      runner.forget(first.thing)
      try await second.expect(count: 1, "after a late destroy of the previous one")
      try await second.finish(.setReady)
      try await second.finish(.destroy)
    },
  ]

  static let cancelling: [Claim] = [
    .init("cancel-at-once", "A cancel right after the start leaves nothing") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      try await subject.finish(.cancel)
      try await subject.expect(count: 0, "cancelled at once")
    },
    .init("cancel-at-each-step", "A cancel after any step of a deploy leaves nothing") {
      runner throws(CheckEnd) in
      for steps in 1...5 {
        var subject = try await runner.subject()
        let kind = subject.deployment
        try await subject.start(kind)
        while subject.last.answer == .running, subject.calls < steps {
          await ConformanceSubject.wait(subject.last.suggestedTime.milliseconds)
          try await subject.call(.check(kind))
        }
        let isLast = subject.last.answer != .running
        try await subject.finish(.cancel)
        try await subject.expect(count: 0, "cancelled after \(subject.calls) calls")
        if isLast { return }
      }
    },
    .init("cancel-without-data", "A cancel leaves nothing even if the stored data is lost") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      subject.data = []
      try await subject.finish(.cancel)
      try await subject.expect(count: 0, "cancelled without its stored data")
    },
    .init("cancel-of-nothing", "cancel of a deployment that never existed finishes") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.finish(.cancel)
    },
    .init("cancel-twice", "A cancel can be repeated") { runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      try await subject.finish(.cancel)
      try await subject.finish(.cancel)
    },
    .init("cancel-of-a-move", "A cancelled move leaves nothing") { runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.finish(.deployForCache(.l2))
      try await subject.start(.moveToCache(.l1))
      try await subject.finish(.cancel)
      try await subject.expect(count: 0, "cancelled during a move")
    },
    .init("cancel-of-set-ready", "A cancelled setReady leaves nothing") { runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.start(.setReady)
      try await subject.finish(.cancel)
      try await subject.expect(count: 0, "cancelled during setReady")
    },
  ]
}
