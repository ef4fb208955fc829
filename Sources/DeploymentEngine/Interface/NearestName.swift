/// Finds the name that a user probably meant to write.
package enum NearestName {
  /// The candidate with the fewest typing mistakes; nil if all have too many for their length.
  package static func of(_ name: String, in candidates: [String]) -> String? {
    let ranked = candidates.map { (name: $0, mistakes: mistakes(name, $0)) }
    guard let best = ranked.min(by: { $0.mistakes < $1.mistakes }) else { return nil }
    return best.mistakes <= min(3, max(1, best.name.count / 2)) ? best.name : nil
  }

  /// The number of letters to insert, delete, change or swap with a neighbour; ignores case.
  package static func mistakes(_ one: String, _ other: String) -> Int {
    let from = Array(one.lowercased().unicodeScalars.prefix(64))
    let to = Array(other.lowercased().unicodeScalars.prefix(64))
    var beforeLast: [Int] = []
    var last = Array(0...to.count)
    for (row, scalar) in from.enumerated() {
      var current = [row + 1]
      for (column, target) in to.enumerated() {
        let change = last[column] + (scalar == target ? 0 : 1)
        var best = min(change, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, scalar == to[column - 1], from[row - 1] == target {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[to.count]
  }
}
