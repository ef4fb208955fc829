import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What a step of the core costs among N deployments.
enum CoreBenchmark {
  static func run(upTo most: Int) {
    var table = Table(
      "Steps of the core a second, one thread, nothing stored", "deployments", "filling",
      "setReady asked and answered", "user comes, is served, goes", "tick, nothing due")
    var count = 100
    while count <= most {
      var world: World?
      let filling = Stopwatch.time { world = World(filledTo: count) }
      guard var world else { return }
      let filled = Double(world.steps) / filling.seconds
      table.add(
        figure(Double(count)), figure(filled), figure(ready(&world, count)), figure(serve(&world)),
        figure(tick(&world)))
      count *= count < 10_000 ? 100 : 10
    }
    table.print()
  }

  /// Every step changes one deployment.
  private static func ready(_ world: inout World, _ count: Int) -> Double {
    var number = 0
    let before = world.steps
    let rounds = Stopwatch.rate {
      number += 7919
      world.request(.ready(DeploymentID(Int64(1 + number % count))))
    }
    precondition(world.steps > before + 1)
    return rounds.median * 2
  }

  /// A user is given one, the pool is filled again; the user gives it back, and it is removed.
  private static func serve(_ world: inout World) -> Double {
    var rounds = 0
    var perRound = 0.0
    let rate = Stopwatch.rate {
      let before = world.steps
      let user = SafeText("user\(rounds)")
      let held = world.request(.assignFromPool("pool0", user: user))
      if let held { world.request(.release(held)) }
      rounds += 1
      perRound += Double(world.steps - before)
    }
    return rate.median * perRound / Double(rounds)
  }

  private static func tick(_ world: inout World) -> Double {
    Stopwatch.rate { _ = world.step(.tick) }.median
  }
}
