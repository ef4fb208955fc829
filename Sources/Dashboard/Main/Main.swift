import DashboardKit
import DeploymentDrivers

#if Libvirt
  import LibvirtDriver
#endif

@main enum Main {
  static func main() {
    #if Libvirt
      DashboardProgram.run(drivers: Drivers.all + [LibvirtDriver()])
    #else
      let absence = "this program was built without libvirt: install libvirt-dev and rebuild it"
      DashboardProgram.run(drivers: Drivers.all, absent: ["libvirt": absence])
    #endif
  }
}
