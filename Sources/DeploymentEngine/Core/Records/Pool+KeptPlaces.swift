import DeploymentInterface

/// The places that a pool keeps on a full provider.
extension Pool {
  /// How many places of its provider no other pool may take now.
  ///
  /// On a full provider an outdated deployment leaves so that a new one can take its place. That
  /// place is not for the other pools: a publication would move capacity to whichever pool is
  /// short. While the new image fails, the place waits for the next one.
  public var placesKept: Int {
    guard placesUntilRenewed > 0, isConfigured, !isPaused else { return 0 }
    return max(0, min(placesUntilRenewed - counts.existing, missing))
  }

  /// Whether it has no reason to keep places any longer.
  var isRenewed: Bool { missing == 0 && counts.l1Outdated == 0 && counts.l2Outdated == 0 }

  /// How many deployments of the active publication it lacks and may create.
  private var missing: Int {
    let levels = traits?.cacheLevels ?? CacheLevels.none
    var lacking = 0
    if levels.contains(.l1) {
      let l1 = counts.l1 - counts.l1Outdated
      let wanted = max(sizes.l1 - l1, sizes.initial - l1 - counts.assigned)
      lacking = max(0, min(wanted, sizes.max - counts.total - counts.leaving))
    }
    if levels.contains(.l2) { lacking += max(0, sizes.l2 - counts.l2 + counts.l2Outdated) }
    return lacking
  }
}
