import DeploymentInterface

extension ConformanceCheck {
  static let removing: [Claim] = [
    .init("destroy-leaves-nothing", "After destroy nothing exists") { bench throws(CheckEnd) in
      try bench.needsCount()
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed")
    },
    .init("destroy-of-l2-leaves-nothing", "The same for one at L2") { bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.finish(.deployForCache(.l2))
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed at L2")
    },
    .init("destroy-twice", "A repeated destroy finishes") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.finish(.destroy)
      try await trial.finish(.destroy)
    },
    .init("destroy-again-on-old-data", "A repeated destroy finishes if the first answer was lost") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      let before = trial.data
      try await trial.finish(.destroy)
      trial.data = before
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed again")
    },
    .init("destroy-of-nothing", "destroy of a deployment that never existed finishes") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.finish(.destroy)
    },
    .init(
      "destroy-without-data",
      "destroy finds the resource by its identity if the stored data is lost"
    ) {
      bench throws(CheckEnd) in
      try bench.needsCount()
      var trial = try await bench.trial()
      try await trial.deploy()
      trial.data = []
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed without what was stored")
    },
    .init("destroy-of-half-made", "destroy removes a half-finished deploy completely") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed while it was made")
    },
    .init("destroy-of-what-vanished", "destroy of a vanished deployment finishes") {
      bench throws(CheckEnd) in
      let vanish = try bench.needsVanish()
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.vanish(vanish)
      try await trial.finish(.destroy)
    },
    .init("destroy-touches-no-neighbour", "destroy does not affect other deployments") {
      bench throws(CheckEnd) in
      var one = try await bench.trial()
      var other = try await bench.trial()
      try await one.deploy()
      try await other.deploy()
      try await one.finish(.destroy)
      try await other.finish(.setReady)
      try await other.expect(count: 1, "its neighbour was destroyed")
    },
    .init("an-identity-can-be-used-again", "A name can be deployed again after destroy") {
      bench throws(CheckEnd) in
      var first = try await bench.trial()
      try await first.deploy()
      try await first.finish(.destroy)
      var second = try await bench.trial()
      second.thing.identity = first.thing.identity
      try await second.deploy()
      try await second.expect(count: 1, "made anew")
      try await second.finish(.destroy)
    },
    .init(
      "an-old-removal-spares-the-new",
      "A late destroy of an old deployment does not affect the new one of that name"
    ) {
      bench throws(CheckEnd) in
      try bench.needsCount()
      var first = try await bench.trial()
      try await first.deploy()
      let before = first.data
      try await first.finish(.destroy)
      var second = try await bench.trial()
      second.thing.identity = first.thing.identity
      try await second.deploy()
      first.data = before
      try await first.run(.destroy)
      bench.forget(first.thing)
      try await second.expect(count: 1, "after a late destroy of the one before")
      try await second.finish(.setReady)
      try await second.finish(.destroy)
    },
  ]

  static let cancelling: [Claim] = [
    .init("cancel-at-once", "A cancel right after the start leaves nothing") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      try await trial.finish(.cancel)
      try await trial.expect(count: 0, "cancelled at once")
    },
    .init("cancel-at-each-step", "A cancel after any step of a deploy leaves nothing") {
      bench throws(CheckEnd) in
      for steps in 1...5 {
        var trial = try await bench.trial()
        let kind = trial.deployment
        try await trial.start(kind)
        while trial.last.answer == .running, trial.calls < steps {
          await ConformanceSubject.wait(trial.last.suggestedTime.milliseconds)
          try await trial.call(.check(kind))
        }
        let isLast = trial.last.answer != .running
        try await trial.finish(.cancel)
        try await trial.expect(count: 0, "cancelled after \(trial.calls) calls")
        if isLast { return }
      }
    },
    .init("cancel-without-data", "The same if the stored data is lost") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      trial.data = []
      try await trial.finish(.cancel)
      try await trial.expect(count: 0, "cancelled without what was stored")
    },
    .init("cancel-of-nothing", "cancel of a deployment that never existed finishes") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.finish(.cancel)
    },
    .init("cancel-twice", "A cancel can be repeated") { bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      try await trial.finish(.cancel)
      try await trial.finish(.cancel)
    },
    .init("cancel-of-a-move", "A cancelled move leaves nothing") { bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.finish(.deployForCache(.l2))
      try await trial.start(.moveToCache(.l1))
      try await trial.finish(.cancel)
      try await trial.expect(count: 0, "cancelled while it was moved")
    },
    .init("cancel-of-set-ready", "A cancelled setReady leaves nothing") { bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.start(.setReady)
      try await trial.finish(.cancel)
      try await trial.expect(count: 0, "cancelled while it was made ready")
    },
  ]
}
