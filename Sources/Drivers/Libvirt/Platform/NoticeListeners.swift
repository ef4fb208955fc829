import Basics
import DeploymentInterface

/// The receivers of a connection's notices: one for each provider that shares it.
final class NoticeListeners: Sendable {
  private struct WeakSink: Sendable {
    weak let sink: NoticeSink?
    init(_ sink: NoticeSink) { self.sink = sink }
  }
  private struct State {
    var sinks: [WeakSink] = []
    var isWatched = false
  }
  private let state = Mutex(State())

  /// Adds a receiver; returns true if nothing keeps the connection open yet.
  func add(_ sink: NoticeSink) -> Bool {
    state.withLock { state in
      state.sinks.removeAll { $0.sink == nil }
      state.sinks.append(WeakSink(sink))
      defer { state.isWatched = true }
      return !state.isWatched
    }
  }

  /// Whether there are receivers; if not, the next one that is added keeps the connection open.
  var areThere: Bool {
    state.withLock { state in
      state.isWatched = state.sinks.contains { $0.sink != nil }
      return state.isWatched
    }
  }

  func tell(_ notice: DriverNotice) {
    for listener in state.withLock({ $0.sinks }) { listener.sink?.tell(notice) }
  }
}
