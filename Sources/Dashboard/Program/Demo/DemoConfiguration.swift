import Glibc

/// The configuration of a demo, as a file that a user may read and change.
enum DemoConfiguration {
  /// The text of the file.
  ///
  /// - Parameters:
  ///   - folder: the folder that the web servers serve.
  ///   - path: the search path of programs.
  ///   - program: the path of this program, which replaces Python if that is missing.
  static func text(folder: String, path: String?, program: String?) -> String {
    """
    # The configuration of `dashboard demo`. Start your own from a copy of it:
    # dashboard --config FILE

    store: store.sqlite

    providers:
      - name: here
        driver: process
        limits: { preparing: 3, removing: 3, deployments: 30 }
      - name: play
        driver: simulated

    pools:
      # Real web servers on this machine: L1 runs, L2 is frozen and costs no processor time.
      - name: web
        provider: here
        service:
          command: \(server(path: path, program: program))
          port: auto
          workingDirectory: "\(folder)"
        sizes: { initial: 0, l1: 3, l2: 2, max: 8 }
        onLogout: remove

      # Simulated: several steps per deployment, both caches, and some failures.
      - name: lab
        provider: play
        service: { steps: 5, stepTime: 900ms, jitter: 0.5, failure: 0.02, l2: true, seed: 7 }
        sizes: { initial: 0, l1: 4, l2: 3, max: 16 }
        errorRetention: 2m
        historyRetention: 30m

      # Simulated: created at once.
      - name: kiosk
        provider: play
        service: { steps: 0 }
        sizes: { initial: 0, l1: 2, max: 6 }
        onLogout: remove

    """
  }

  private static func server(path: String?, program: String?) -> String {
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    let hasPython = folders.contains { access("\($0)/python3", X_OK) == 0 }
    if hasPython || program == nil {
      return "[python3, -m, http.server, --bind, 127.0.0.1, $PORT]"
    }
    return "[\"\(program ?? "")\", demo-server, $PORT]"
  }

  /// The page that the web servers serve.
  static let page = """
    <!doctype html>
    <title>dashboard demo</title>
    <p>This page comes from a deployment of the pool <b>web</b>.</p>

    """
}
