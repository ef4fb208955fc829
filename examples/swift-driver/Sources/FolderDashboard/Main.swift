import DashboardKit
import DeploymentDrivers
import FolderDriver

/// The program `dashboard` with one more driver.
@main enum Main {
  static func main() {
    DashboardProgram.run(drivers: Drivers.all + [FolderDriver()])
  }
}
