import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import Testing

@testable import DashboardKit

/// A list of machines in a file: each mistake with its line.
@Suite struct HostListTests {
  private func read(_ text: String) -> SettingsReading {
    SettingsReader(drivers: Drivers.all).read(text, file: "c.yaml")
  }

  private func file(_ hosts: String) -> String {
    """
    providers:
      - name: room
        driver: static
        limits: { deployments: 50 }
        hosts:
    \(hosts)
    pools: [{ name: desks, provider: room, sizes: { l1: 1, max: 9 } }]
    """
  }

  @Test func itsLengthIsTheCapacity() {
    let reading = read(
      file(
        """
              - { name: a, address: 192.0.2.1, protocol: rdp }
              - { name: b, address: 192.0.2.2, port: 2222, mac: 52:54:00:00:00:01 }
        """))
    #expect(reading.problems == [])
    #expect(reading.providers.first?.provider.capacity == 2)
    #expect(reading.settings.configuration.providers.first?.limits.deployments == 50)
  }

  @Test(arguments: [
    ("- a", "c.yaml:6: each item of `hosts` must be a section, not `a`"),
    ("- { name: a, adress: h }", "c.yaml:6: unknown key `adress`"),
    ("- { name: a, protocol: ssh }", "c.yaml:6: item 1 of `hosts` of provider `room` needs"),
    ("- { name: a, address: h, port: 0 }", "c.yaml:6: `port: 0` is out of range"),
    ("- { name: a, address: h, protocol: telnet }", "`protocol: telnet`"),
    ("- { name: a, address: h }", "c.yaml:5: host a needs a protocol (ssh, rdp or vnc) or a port"),
  ])
  func aMistakeIsNamedWithItsLine(_ host: String, _ sentence: String) {
    let reading = read(file("      " + host))
    #expect(
      reading.problems.contains { $0.description.contains(sentence) },
      "\(reading.problems.map(\.description))")
  }
}
