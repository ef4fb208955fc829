import Foundation
import Testing

extension EndToEnd {
  /// Libvirt is there when a configuration names it, and costs nobody else anything.
  @Suite(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/include/libvirt/libvirt.h"),
      "the driver is left out: libvirt's headers are not here"))
  struct LibvirtLoadingTests {
    private static let configuration = """
      providers:
        - { name: host, driver: libvirt, uri: "test:///default", pool: default-pool }
      pools: []

      """

    @Test func whoDoesNotNameItDoesNotLoadIt() throws {
      try CommandEnvironment.with("providers: []\npools: []\n") { place in
        let shown = try place.run(
          ["check", "--config", place.config], environment: ["LD_DEBUG": "files"])
        #expect(shown.code == 0, "\(shown)")
        #expect(shown.errors.contains("libncurses"), "the loader told nothing")
        #expect(!shown.errors.contains("libvirt"))
      }
    }

    @Test func whoNamesItIsToldThatItIsMissing() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        #expect(try place.dashboard("check").code == 0)
        // A library that cannot be loaded stands before the one that can.
        let folder = place.folder + "/libraries"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: false)
        try place.write("", to: folder + "/libvirt.so.0")
        let told = try place.run(
          ["check", "--config", place.config], environment: ["LD_LIBRARY_PATH": folder])
        let all = told.output + told.errors
        #expect(told.code != 0)
        #expect(all.contains("cannot load libvirt ("), "\(told)")
        #expect(all.contains("apt-get install libvirt0"))
      }
    }
  }
}
