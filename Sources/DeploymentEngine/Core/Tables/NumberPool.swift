import DeploymentInterface
import HeapModule
import SafeTexts

/// Numbers from 0 up to a capacity, the lowest free one first.
struct NumberPool: Hashable, Sendable {
  /// How many numbers there are.
  let capacity: Int
  private var untouched = 0
  private var returned = Set<Int>()
  private var order = Heap<Int>()

  /// A pool of which these are held.
  init(capacity: Int, held: some Sequence<Int> = EmptyCollection<Int>()) {
    self.capacity = capacity
    let held = Set(held.filter { $0 >= 0 && $0 < capacity })
    untouched = (held.max() ?? -1) + 1
    for number in 0..<untouched where !held.contains(number) {
      returned.insert(number)
      order.insert(number)
    }
  }

  /// How many are free.
  var free: Int { capacity - untouched + returned.count }

  /// Takes the lowest free number; nil when all are held.
  mutating func take() -> Int? {
    if let number = order.popMin() {
      returned.remove(number)
      return number
    }
    guard untouched < capacity else { return nil }
    untouched += 1
    return untouched - 1
  }

  /// Gives a number back; one that is free already stays free once.
  mutating func giveBack(_ number: Int) {
    guard number >= 0, number < untouched, returned.insert(number).inserted else { return }
    order.insert(number)
  }

  static func == (one: Self, other: Self) -> Bool {
    one.capacity == other.capacity && one.untouched == other.untouched
      && one.returned == other.returned
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(capacity)
    hasher.combine(untouched)
    hasher.combine(returned)
  }
}
