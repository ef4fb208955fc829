import Basics
import DeploymentInterface

/// The connections of this process: one for each URI, however many providers name it and however
/// often the configuration is read.
final class ConnectionHub: Sendable {
  private let connections = Mutex<[String: WeakConnection]>([:])

  /// The connection to a URI; it is not opened before it is needed.
  func connection(to uri: String) -> VirtConnection {
    connections.withLock { connections in
      let connection = connections[uri]?.connection ?? VirtConnection(uri: uri)
      connections[uri] = WeakConnection(connection)
      return connection
    }
  }
}

/// A reference that does not count.
struct WeakConnection: Sendable {
  weak let connection: VirtConnection?
  init(_ connection: VirtConnection) { self.connection = connection }
}
