public import DeploymentInterface

/// Every driver that this program has.
public enum Drivers {
  /// The drivers, in the order in which they are listed to a person.
  public static let all: [any Driver] = [
    SimulatedDriver(), ProcessDriver(), StaticDriver(), CommandDriver(),
  ]
}
