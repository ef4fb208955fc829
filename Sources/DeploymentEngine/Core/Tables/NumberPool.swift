import DeploymentInterface
import HeapModule
import SafeTexts

/// Numbers from 0 up to a capacity; the lowest free one is taken first.
struct NumberPool: Hashable, Sendable {
  /// The number of numbers.
  let capacity: Int
  private var untouched = 0
  private var returned = Set<Int>()
  private var order = Heap<Int>()

  /// A pool in which these numbers are held.
  init(capacity: Int, held: some Sequence<Int> = EmptyCollection<Int>()) {
    self.capacity = capacity
    let held = Set(held.filter { $0 >= 0 && $0 < capacity })
    untouched = (held.max() ?? -1) + 1
    for number in 0..<untouched where !held.contains(number) {
      returned.insert(number)
      order.insert(number)
    }
  }

  /// The number of free numbers.
  var free: Int { capacity - untouched + returned.count }

  /// Takes the lowest free number; nil if all are held.
  mutating func take() -> Int? {
    if let number = order.popMin() {
      returned.remove(number)
      return number
    }
    guard untouched < capacity else { return nil }
    untouched += 1
    return untouched - 1
  }

  /// Gives a number back; no effect if it is already free.
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
