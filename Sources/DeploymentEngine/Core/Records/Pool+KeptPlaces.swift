import DeploymentInterface

/// The places that a pool keeps on its provider.
extension Pool {
  /// How many places of its provider no other pool may take now.
  ///
  /// Where a publication has no room, an outdated deployment leaves so that a new one can take its
  /// place. That place is not for the other pools: a publication would move capacity to whichever
  /// pool is short. While the new image fails, the place waits for the next one.
  public var placesKept: Int {
    guard placesUntilRenewed > 0, mayKeep else { return 0 }
    return max(0, min(placesUntilRenewed - counts.places, lacking))
  }

  /// Whether everything that left for a new one has been replaced, or nothing will be.
  var hasNothingToKeep: Bool {
    !mayKeep
      || counts.l1Outdated == 0 && counts.l2Outdated == 0 && counts.removing == 0
        && counts.l1Preparing == 0 && counts.l2Preparing == 0 && restraint == nil && placesKept == 0
  }

  /// Whether it will create again: a restraint ends by itself.
  private var mayKeep: Bool { isConfigured && !isPaused && problem == nil }

  /// How many deployments it lacks and may create. Outdated ones are not lacking: they serve.
  private var lacking: Int {
    let levels = traits?.cacheLevels ?? CacheLevels.none
    var lacking = 0
    if levels.contains(.l1) {
      let wanted = max(sizes.l1 - counts.l1, sizes.initial - counts.total)
      lacking = max(0, min(wanted, sizes.max - counts.total - counts.leaving))
    }
    if levels.contains(.l2) { lacking += max(0, sizes.l2 - counts.l2) }
    return lacking
  }
}
