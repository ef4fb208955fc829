public import DeploymentInterface

/// The built-in drivers.
public enum Drivers {
  /// All built-in drivers, in the order in which they are listed.
  public static let all: [any Driver] = [
    SimulatedDriver(), ProcessDriver(), StaticDriver(), CommandDriver(),
  ]
}
