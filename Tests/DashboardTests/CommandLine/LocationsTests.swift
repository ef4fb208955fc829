import Testing

@testable import DashboardKit

@Suite struct LocationsTests {
  @Test func looksWhereXDGSays() {
    let locations = Locations(
      environment: ["HOME": "/home/ana", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"])
    #expect(
      locations.usualConfigurations
        == ["/c/dashboard/config.yaml", "/etc/dashboard/config.yaml"])
    #expect(locations.usualStore == "/s/dashboard/store.sqlite")
    #expect(locations.themeFolder == "/c/dashboard/themes")
  }

  @Test func looksInTheHomeWhereXDGSaysNothingOrNonsense() {
    let locations = Locations(
      environment: ["HOME": "/home/ana", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "here"])
    #expect(
      locations.usualConfigurations
        == ["/home/ana/.config/dashboard/config.yaml", "/etc/dashboard/config.yaml"])
    #expect(locations.usualStore == "/home/ana/.local/state/dashboard/store.sqlite")
  }

  @Test func knowsNoStoreWithoutAHome() {
    let locations = Locations(environment: [:])
    #expect(locations.usualStore == nil)
    #expect(locations.usualConfigurations == ["/etc/dashboard/config.yaml"])
  }

  @Test func theCommandLineWinsOverTheEnvironment() {
    let locations = Locations(environment: ["DASHBOARD_CONFIG": "/e.yaml"])
    #expect(locations.namedConfiguration(option: "/o.yaml") == "/o.yaml")
    #expect(locations.namedConfiguration(option: nil) == "/e.yaml")
    let empty = Locations(environment: ["DASHBOARD_CONFIG": ""])
    #expect(empty.namedConfiguration(option: nil) == nil)
  }

  @Test(arguments: [
    ("/var/s.sqlite", "/var/s.sqlite"), ("s.sqlite", "/etc/d/s.sqlite"),
    ("~/s.sqlite", "/home/ana/s.sqlite"), ("~ana/s.sqlite", "/etc/d/~ana/s.sqlite"),
  ])
  func aRelativePathBeginsAtTheFilesFolder(_ written: String, _ expected: String) {
    let locations = Locations(environment: ["HOME": "/home/ana"])
    #expect(locations.path(written, writtenIn: "/etc/d/config.yaml") == expected)
  }
}
