import Basics
import DeploymentInterface

/// The connections of this process: one per URI, shared by all providers and kept across reloads of
/// the configuration.
final class ConnectionHub: Sendable {
  private let connections = Mutex<[String: WeakConnection]>([:])

  /// The connection to a URI; it is opened when it is needed.
  func connection(to uri: String) -> VirtConnection {
    connections.withLock { connections in
      let connection = connections[uri]?.connection ?? VirtConnection(uri: uri)
      connections[uri] = WeakConnection(connection)
      return connection
    }
  }
}

/// A weak reference to a connection.
struct WeakConnection: Sendable {
  weak let connection: VirtConnection?
  init(_ connection: VirtConnection) { self.connection = connection }
}
