import DeploymentDrivers
import DeploymentInterface
import Testing

/// The built-in driver of that name, found as the engine finds it.
func driver(_ name: String) throws -> any Driver {
  try #require(Drivers.all.first { $0.name == name })
}

/// Creates a service from a pool's parameters.
func service(_ driverName: String, _ parameters: ParameterValues) throws -> any Service {
  try driver(driverName).makeProvider([:]).makeService(parameters)
}
