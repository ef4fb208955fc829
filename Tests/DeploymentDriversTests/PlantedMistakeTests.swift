import DeploymentDrivers
import DriverConformance
import SafeTexts
import TestSupport
import Testing

/// Each check detects its mistake: it fails for a driver with that mistake.
@Suite struct PlantedMistakeTests {
  /// The mistake that each check must detect.
  static let table: [String: Mistake] = [
    "nothing-before-the-first-call": .makesOnLoad,
    "a-blank-one-has-no-address": .addressFromTheStart,
    "deploys-for-l1": .failsL1, "deploys-for-l2": .failsL2, "deploys-for-a-user": .failsUser,
    "calls-come-back": .hangs, "pauses-can-be-kept": .noPause,
    "progress-makes-sense": .wildProgress, "has-a-unique-id": .noUniqueId, "has-a-name": .noName,
    "has-an-address": .noAddress, "unique-ids-differ": .oneUniqueId, "many-at-once": .oneUniqueId,
    "odd-users-are-only-text": .chokesOnUsers,
    "deploy-again-finds-its-own": .makesSecond, "deploy-again-in-the-middle": .makesSecond,
    "deploy-again-after-each-step": .makesSecond, "deploy-again-without-data": .makesSecond,
    "a-whole-life-twice": .makesSecond, "moves-twice": .movesOnce,
    "a-check-again-is-the-same": .checksOnce, "a-given-up-call-can-be-asked-again": .makesSecond,
    "a-given-up-removal-can-be-asked-again": .forgetsToRemove,
    "moves-to-l1": .failsMoves, "moves-to-l2": .failsMoves,
    "stays-the-same-when-moved": .changesIdWhenMoved, "moving-to-where-it-is-is-done": .movesOnce,
    "a-moved-one-can-be-made-ready": .movedIsNeverReady,
    "a-vanished-one-does-not-move": .remakesVanished,
    "set-ready-finishes": .failsReady, "set-ready-again-and-again": .newAddressWhenReady,
    "a-vanished-one-is-not-ready": .trustsMemory,
    "a-vanished-one-is-not-made-again": .remakesVanished, "the-inside-says-ready": .failsNotify,
    "destroy-leaves-nothing": .forgetsToRemove, "destroy-of-l2-leaves-nothing": .forgetsToRemove,
    "destroy-twice": .absentIsError, "destroy-again-on-old-data": .absentIsError,
    "destroy-of-nothing": .absentIsError, "destroy-without-data": .removesOnlyWhatItRemembers,
    "destroy-of-half-made": .leavesHalfMade, "destroy-of-what-vanished": .absentIsError,
    "destroy-touches-no-neighbour": .removesAll, "an-identity-can-be-used-again": .namesOnce,
    "an-old-removal-spares-the-new": .removesByName,
    "cancel-at-once": .cancelLeaves, "cancel-at-each-step": .cancelLeaves,
    "cancel-without-data": .removesOnlyWhatItRemembers, "cancel-of-nothing": .absentIsError,
    "cancel-twice": .absentIsError, "cancel-of-a-move": .cancelLeaves,
    "cancel-of-set-ready": .cancelLeaves,
    "another-engine-destroys-nothing": .ignoresOwner,
    "another-engine-cancels-nothing": .ignoresOwner,
    "a-stranger-is-not-destroyed": .removesByName, "a-stranger-is-not-taken": .takesStrangers,
    "notices-answer-nothing": .unstorable, "sessions-change-nothing": .losesAddress,
    "an-assigned-one-can-be-removed": .keepsAssigned,
    "state-is-bounded": .hugeState, "state-does-not-grow": .growingState,
    "what-did-not-change-is-the-same-bytes": .changesWhenLoaded,
    "unreadable-state-is-an-error": .readsAnyVersion,
    "incomplete-state-is-an-error": .readsAnything,
    "a-failed-deploy-says-why": .givesNoReason,
    "a-failed-deploy-can-be-removed": .absentIsError, "text-is-clean": .rawText,
    "publishes": .failsPublish, "publishes-again": .publishesOnce,
    "publishes-again-without-data": .publishesOnce,
    "cancels-a-publication": .absentPublicationIsError,
    "destroys-a-publication-twice": .absentPublicationIsError,
    "a-publication-is-bounded": .hugePublication,
  ]

  @Test func aDriverWithoutMistakesPassesEveryCheck() async {
    let report = await Conformance(PlantedWorld.fixture(nil)).run()
    #expect(report.failures.isEmpty)
    #expect(report.skips.isEmpty)
    #expect(report.results.count >= 40)
  }

  @Test func eachCheckHasAMistakeAndEachMistakeACheck() {
    let names = Conformance.checks.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(Self.table.keys))
    #expect(Set(Self.table.values) == Set(Mistake.allCases))
  }

  @Test(arguments: table.sorted { $0.key < $1.key })
  func isNoticed(_ check: String, _ mistake: Mistake) async throws {
    let report = await Conformance(PlantedWorld.fixture(mistake)).run(only: [check])
    let result = try #require(report.results.first)
    #expect(result.word == "failed", "\(mistake) is not noticed by \(check)")
    #expect(result.reason?.isEmpty == false)
  }
}
