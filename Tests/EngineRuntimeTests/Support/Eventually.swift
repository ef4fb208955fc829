import DeploymentInterface
import Glibc

@testable import EngineRuntime
@testable import EngineStore

/// Waits until something holds that a real thread or process brings about.
func eventually(_ condition: () throws -> Bool) throws -> Bool {
  let end = EngineClock.system.now.moment + .seconds(300)
  while EngineClock.system.now.moment < end {
    if try condition() { return true }
    // Waits for the next look.
    usleep(2000)
  }
  return false
}
