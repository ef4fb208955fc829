import Testing

@testable import DashboardKit

/// One mistake a row, with all that is said about it.
@Suite struct ConfigurationProblemTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: [String]
    init(_ text: String, _ expected: String...) {
      self.text = text
      self.expected = expected
    }
    var testDescription: String { text }
  }

  private func problems(_ text: String) -> [String] {
    SettingsReader(drivers: [SampleDriver()]).read(text, file: "c").problems.map(\.description)
  }

  @Test(arguments: [
    Row(
      "a: [1",
      "c:2:1: is not valid YAML: did not find expected ',' or ']' "
        + "(while parsing a flow sequence, line 1)"),
    Row("a: b: c", "c:1:5: is not valid YAML: mapping values are not allowed in this context"),
    Row(
      "\tstore: x",
      "c:1:1: is not valid YAML: found character that cannot start any token "
        + "(while scanning for the next token, line 1)"),
    Row("theme: a\ntheme: b", "c:1: the section contains `theme` twice; remove one"),
    Row("pools: *none", "c:1:8: is not valid YAML: found undefined alias"),
    Row("- a", "c:1: the file must contain keys such as `providers:` and `pools:`"),
    Row("a\u{0}b", "c:1: is not valid YAML: control characters are not allowed"),
  ])
  func saysWhereTheFileIsNoYAML(_ row: Row) {
    #expect(problems(row.text) == row.expected)
  }

  @Test(arguments: [
    Row("poools: []", "c:1: unknown key `poools` in the configuration; did you mean `pools`?"),
    Row(
      "zzz: 1",
      "c:1: unknown key `zzz` in the configuration; "
        + "allowed: store, access, providers, pools, theme, grace, keys"),
    Row("store: [a]", "c:1: `store` must be a text, not a list"),
    Row("access: all", "c:1: `access: all` is not known; allowed: owner, group"),
    Row("grace: 5", "c:1: `grace: 5` has no unit; write 50ms, 10s, 5m or 1h, or off"),
    Row("keys: 5", "c:1: `keys` of the configuration must be a section with keys, not `5`"),
    Row(
      "providers: {}",
      "c:1: `providers` must be a list, with `- ` before each item, not a section"),
    Row("providers: [3]", "c:1: each item of `providers` must be a section with keys, not `3`"),
  ])
  func saysWhatIsWrongAtTheTop(_ row: Row) {
    #expect(problems(row.text) == row.expected)
  }

  @Test(arguments: [
    Row("driver: sample, host: a", "c:1: a provider needs a `name`"),
    Row("name: a", "c:1: provider `a` has no `driver`; write one of: sample"),
    Row("name: a, driver: sample", "c:1: provider `a` needs `host`: where it is"),
    Row("name: a, driver: nix", "c:1: unknown driver `nix`; drivers: sample"),
    Row(
      "name: ' a', driver: sample, host: a",
      "c:1: `name` of a provider must be a text of 1 to 64 visible characters"),
    Row(
      "name: a, driver: sample, host: a, mode: slwo",
      "c:1: `mode: slwo` is not known; did you mean slow? allowed: fast, slow"),
    Row(
      "name: a, driver: sample, host: a, limits: { preparing: 0 }",
      "c:1: `preparing: 0` is out of range; write one from 1 to 1000000"),
    Row(
      "name: a, driver: sample, host: a, limits: { preparing: -1 }",
      "c:1: `preparing: -1` is out of range; write one from 1 to 1000000"),
    Row(
      "name: a, driver: sample, host: a, limits: { depolyments: 1 }",
      "c:1: unknown key `depolyments` in `limits` of provider `a`; did you mean `deployments`?"),
  ])
  func saysWhatIsWrongWithAProvider(_ row: Row) {
    #expect(problems("providers: [{ \(row.text) }]") == row.expected)
  }

  @Test(arguments: [
    Row("sizes: { max: 1 }", "c:2: pool `p` has no `provider`; providers: here"),
    Row("provider: here", "c:2: pool `p` has no `sizes`; write sizes: { l1: 2, max: 10 }"),
    Row(
      "provider: here, sizes: { l1: 1 }",
      "c:2: `sizes` of pool `p` need `max`: the maximum of L1 and assigned deployments together"),
    Row(
      "provider: here, sizes: { initial: 3, max: 2 }",
      "c:2: `initial: 3` is more than `max: 2`; lower initial or raise max"),
    Row(
      "provider: here, sizes: { l1: many, max: 2 }",
      "c:2: `l1: many` is not a whole number; write one from 0 to 1000000"),
    Row(
      "provider: here, sizes: { l1: 1.5, max: 2 }",
      "c:2: `l1: 1.5` is not a whole number; write one from 0 to 1000000"),
    Row(
      "provider: here, sizes: { l1: '1', max: 2 }",
      "c:2: `l1: 1` is not a whole number; write one from 0 to 1000000"),
    Row(
      "provider: here, sizes: { l2: 1, max: 2 }",
      "c:2: `l2: 1`, but the service of pool `p` keeps no L2 cache; write l2: 0"),
  ])
  func saysWhatIsWrongWithThePlaceAndTheSizesOfAPool(_ row: Row) {
    #expect(problemsOfPool(row.text) == row.expected)
  }

  @Test(arguments: [
    Row(
      "names: { prefix: a-long-prefix, digits: 3 }",
      "c:2: `prefix: a-long-prefix` and 3 digits make 16 characters; the maximum is 15"),
    Row(
      "names: { prefix: 'a b' }",
      "c:2: `prefix: a b` may contain only letters, digits, `-`, `_` and `.`"),
    Row(
      "names: { prefix: d }",
      "c:2: `prefix: d` makes names such as `d001`, which are ids of deployments; "
        + "write another one, such as `d-`"),
    Row(
      "names: { prefix: D12, digits: 1 }",
      "c:2: `prefix: D12` makes names such as `D121`, which are ids of deployments; write another "
        + "one, such as `D12-`"),
    Row(
      "macs: 01:00:5e:00:00:00-01:00:5e:00:00:ff",
      "c:2: `macs: 01:00:5e:00:00:00-01:00:5e:00:00:ff` contains addresses that no single card can "
        + "have (both must begin with the same even pair); "
        + "write, for example, 52:54:00:00:00:00-52:54:00:00:ff:ff"),
    Row(
      "macs: 52:54:00:00:00:00-ff:ff:ff:ff:ff:ff",
      "c:2: `macs: 52:54:00:00:00:00-ff:ff:ff:ff:ff:ff` contains addresses that no single card can "
        + "have (both must begin with the same even pair); "
        + "write, for example, 52:54:00:00:00:00-52:54:00:00:ff:ff"),
    Row("names: { digits: 0 }", "c:2: `digits: 0` is out of range; write one from 1 to 9"),
    Row(
      "macs: 52:54:00",
      "c:2: `macs: 52:54:00` is not a range of addresses; "
        + "write, for example, 52:54:00:00:00:00-52:54:00:00:ff:ff"),
    Row(
      "macs: 52:54:00:00:00:02-52:54:00:00:00:01",
      "c:2: `macs` goes from 52:54:00:00:00:02 down to 52:54:00:00:00:01; "
        + "write the lower one first"),
    Row(
      "restrain: { within: 10 }",
      "c:2: `within: 10` has no unit; write 50ms, 10s, 5m or 1h"),
    Row(
      "deadlines: { call: 0s }",
      "c:2: `call: 0s` must be more than zero, for example 30s"),
    Row("errorRetention: -5s", "c:2: `errorRetention: -5s` is negative; write 50ms, 10s, 5m or 1h"),
    Row(
      "errorRetention: 5000d",
      "c:2: `errorRetention: 5000d` is too long; the maximum is 3650d"),
    Row(
      "unusedAfter: soon",
      "c:2: `unusedAfter: soon` is not a length of time; write 50ms, 10s, 5m or 1h, or off"),
    Row("onFailure: keep", "c:2: `onFailure: keep` is not known; allowed: hold, replace"),
    Row("users: { case: ignore }", "c:2: `case: ignore` is not known; allowed: fold, keep"),
    Row("users: { domain: fold }", "c:2: `domain: fold` is not known; allowed: keep, strip"),
    Row(
      "users: { letters: a }",
      "c:2: unknown key `letters` in `users` of pool `p`; allowed: case, domain"),
    Row("users: ana", "c:2: `users` of pool `p` must be a section with keys, not `ana`"),
    Row("patience: 0s", "c:2: `patience: 0s` must be more than zero, for example 30s"),
    Row("keepErrors: -1", "c:2: `keepErrors: -1` is out of range; write one from 0 to 1000"),
    Row("stuckAfter: 0s", "c:2: `stuckAfter: 0s` must be more than zero, for example 30s"),
    Row(
      "unusedafter: 1h",
      "c:2: unknown key `unusedafter` in pool `p`; did you mean `unusedAfter`?"),
  ])
  func saysWhatIsWrongWithThePoliciesOfAPool(_ row: Row) {
    #expect(problemsOfPool("provider: here, sizes: { max: 2 }, " + row.text) == row.expected)
  }

  @Test(arguments: [
    Row("5", "c:2: `service` of pool `p` must be a section with keys, not `5`"),
    Row("{ steps: 13 }", "c:2: `steps: 13` brings bad luck; write 12"),
    Row("{ steps: 101 }", "c:2: `steps: 101` is out of range; write one from 0 to 100"),
    Row("{ l2: maybe }", "c:2: `l2: maybe` must be true or false"),
    Row("{ failure: 2 }", "c:2: `failure: 2` is out of range; write one from 0 to 1"),
    Row("{ failure: a lot }", "c:2: `failure: a lot` is not a number; write one from 0 to 1"),
    Row(
      "{ failing: destroy }",
      "c:2: `failing` must be a list, with `- ` before each item, not `destroy`"),
    Row(
      "{ failing: [destory] }",
      "c:2: `failing: destory` is not known; did you mean destroy? allowed: destroy, cancel"),
    Row("{ command: [[a]] }", "c:2: each item of `command` must be a text, not a list"),
    Row("{ environment: { A: [b] } }", "c:2: `A` must be a text, not a list"),
    Row(
      "{ stepsOf: { destroy: -1 } }",
      "c:2: `destroy: -1` is out of range; write one from 0 to 1000000"),
    Row(
      "{ stepsOf: { cancel: 1 } }",
      "c:2: unknown key `cancel` in `stepsOf` of `service` of pool `p` (driver sample); "
        + "allowed: destroy"),
  ])
  func saysWhatIsWrongWithADriversOwnParameters(_ row: Row) {
    #expect(
      problemsOfPool("provider: here, sizes: { max: 2 }, service: \(row.text)") == row.expected)
  }

  @Test func refusesAPoolThatReadsLikeADeployment() {
    let text = "pools: [{ name: d17, provider: x, sizes: { max: 1 } }]"
    #expect(
      problems(text).first
        == "c:1: pool `d17` looks like the id of a deployment; choose another name")
  }

  private func problemsOfPool(_ text: String) -> [String] {
    problems(
      """
      providers: [{ name: here, driver: sample, host: a }]
      pools: [{ name: p, \(text) }]
      """)
  }
}
