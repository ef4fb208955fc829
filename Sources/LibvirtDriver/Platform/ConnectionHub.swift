import DeploymentEngine
import Synchronization

/// The connections of this process: one for each URI, however many providers name it and however
/// often the configuration is read.
final class ConnectionHub: Sendable {
  private struct State {
    var connections: [String: WeakConnection] = [:]
    var listener: (@Sendable (LibvirtNews) -> Void)?
  }
  private let state = Mutex(State())

  /// The connection to a URI; it is not opened before it is needed.
  func connection(to uri: String) -> VirtConnection {
    let (connection, listener) = state.withLock { state in
      let known = state.connections[uri]?.connection
      let connection = known ?? VirtConnection(uri: uri)
      state.connections[uri] = WeakConnection(connection)
      return (connection, known == nil ? state.listener : nil)
    }
    if let listener { connection.watch(listener) }
    return connection
  }

  /// Tells of machines that are not as they were left, on all connections, also later ones.
  func watch(_ listener: @escaping @Sendable (LibvirtNews) -> Void) {
    let connections = state.withLock { state in
      state.listener = listener
      return state.connections.values.compactMap(\.connection)
    }
    for connection in connections { connection.watch(listener) }
  }
}

/// A reference that does not count.
struct WeakConnection: Sendable {
  weak let connection: VirtConnection?
  init(_ connection: VirtConnection) { self.connection = connection }
}
