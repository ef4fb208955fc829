/// Says when a store has changed, whichever process changed it.
public final class StoreWatcher: Sendable {
  /// Watches the store at a path, which need not exist yet, until `stop`.
  ///
  /// - Parameter onChange: called on the watcher's own thread, after a commit of another connection or
  ///   when the file has come, gone or been replaced; several commits may be told of at once.
  public init(path: String, onChange: @escaping @Sendable () -> Void) {}

  /// Ends the watch; `onChange` is not called any more once this has returned.
  public func stop() {}
}
