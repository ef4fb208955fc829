/// Configurations that more than one test runs on.
enum Configurations {
  /// The pool `web`: real servers of this machine, three ready and two frozen.
  static let servers = """
    grace: 0s
    providers:
      - name: here
        driver: process
    pools:
      - name: web
        provider: here
        service:
          command: $SERVER
          port: auto
          environment: { \(CommandEnvironment.mark): $PLACE }
        sizes: { initial: 0, l1: 3, l2: 2, max: 8 }
        names: { prefix: web-, digits: 3 }

    """

  /// The pool `pretend`: nothing real, done at once; two ready.
  static let pretended = """
    grace: 0s
    providers:
      - name: play
        driver: simulated
    pools:
      - name: pretend
        provider: play
        service: { steps: 0 }
        sizes: { initial: 0, l1: 2, l2: 0, max: 5 }
        names: { prefix: pre-, digits: 3 }

    """

  /// The pool `lab`: folders that the documentation's example of a driver makes.
  static func folders(_ cacheLevels: String, sizes: String) -> String {
    """
    grace: 0s
    providers:
      - name: folders
        driver: command
        command: [\(Program.python), -S, -E, \(Program.example)]
        config: { root: $PLACE/made }
    pools:
      - name: lab
        provider: folders
        service: { cacheLevels: \(cacheLevels) }
        sizes: \(sizes)
        names: { prefix: lab-, digits: 3 }
        errorRetention: 1s

    """
  }

  /// The pool `jobs`: real processes that do nothing for a day.
  static func sleepers(l1: Int, l2: Int, max: Int) -> String {
    """
    grace: 0s
    providers:
      - name: here
        driver: process
    pools:
      - name: jobs
        provider: here
        service:
          command: [/bin/sleep, "86400"]
          environment: { \(CommandEnvironment.mark): $PLACE }
        sizes: { initial: 0, l1: \(l1), l2: \(l2), max: \(max) }
        names: { prefix: job-, digits: 3 }
        deadlines: { call: 20s, preparing: 10m, osReady: 1h, removing: 1h }

    """
  }
}
