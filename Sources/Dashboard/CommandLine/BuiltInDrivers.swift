import DeploymentDrivers
import DeploymentInterface

#if Libvirt
  import LibvirtDriver
#endif

/// The drivers that this program was built with.
enum BuiltInDrivers {
  #if Libvirt
    static let all: [any Driver] = Drivers.all + [LibvirtDriver()]
  #else
    static let all = Drivers.all
  #endif

  /// Why a driver that other builds have is not in this one; nil: no build has it.
  static func absence(of name: String) -> String? {
    guard name == "libvirt" else { return nil }
    return "this program was built without libvirt: install libvirt-dev and build it again"
  }
}
