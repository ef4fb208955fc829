import DeploymentDrivers
import DeploymentInterface
import Testing

/// The driver of that name; the tests reach drivers the way the engine does.
func driver(_ name: String) throws -> any Driver {
  try #require(Drivers.all.first { $0.name == name })
}

/// A service from a pool's parameters.
func service(_ driverName: String, _ parameters: ParameterValues) throws -> any Service {
  try driver(driverName).makeProvider([:]).makeService(parameters)
}
