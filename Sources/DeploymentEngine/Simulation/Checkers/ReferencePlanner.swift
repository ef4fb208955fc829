package import DeploymentEngine

/// A second implementation of the planner's rules, on plain counts of usable deployments.
package struct ReferencePlanner {
  package var sizes: Sizes
  package var l1: Int
  package var l2: Int
  package var assigned: Int
  package var leaving: Int

  package init(sizes: Sizes, l1: Int, l2: Int, assigned: Int, leaving: Int) {
    self.sizes = sizes
    self.l1 = l1
    self.l2 = l2
    self.assigned = assigned
    self.leaving = leaving
  }

  package var total: Int { l1 + assigned }
  package var hasOverflow: Bool {
    total > sizes.max || (total > sizes.initial && l1 > sizes.l1)
  }
  package var isShort: Bool { total < sizes.max && (total < sizes.initial || l1 < sizes.l1) }
  package var shrink: Int {
    hasOverflow ? min(l1, max(total - sizes.max, min(l1 - sizes.l1, total - sizes.initial))) : 0
  }
  package var grow: Int {
    let need = max(sizes.initial - total, sizes.l1 - l1)
    return isShort ? max(0, min(sizes.max - total - leaving, need)) : 0
  }
}
