/// The parts of the manual page that are not in any table of the program.
enum ManualTexts {
  /// Writes the end of the page: files, environment, exit status, examples.
  static func close(_ page: inout Troff) {
    page.section("Configuration")
    page.paragraphs(
      """
      A YAML file. Durations need a unit: 50ms, 10s, 5m, 1h, 2d. `dashboard check` reports \
      every problem, with line and remedy.
      """)
    page.verbatim(configuration)
    page.section("Files")
    for (file, meaning) in files { page.item(file, meaning) }
    page.section("Environment")
    for (variable, meaning) in environment { page.item(variable, meaning) }
    page.section("Exit status")
    for (status, meaning) in statuses { page.item(status, meaning) }
    page.section("Examples")
    for (command, meaning) in examples { page.item(command, meaning) }
  }

  private static let configuration = """
    store: /var/lib/dashboard/store.sqlite
    access: owner                  # owner | group
    providers:
      - name: here
        driver: process            # see DRIVERS
        limits: { preparing: 15, removing: 15, deployments: 1000 }
    pools:
      - name: web
        provider: here
        service:                   # the driver's own parameters
          command: [python3, -m, http.server, --bind, 127.0.0.1, $PORT]
          port: auto
        sizes: { initial: 0, l1: 3, l2: 2, max: 8 }
        names: { prefix: web-, digits: 3 }
        macs: 52:54:00:00:00:00-52:54:00:00:ff:ff
        onLogout: keep             # keep | remove
        logoutGrace: 30s
        onFailure: hold            # hold | replace
        users: { case: fold, domain: keep }   # case: fold | keep, domain: keep | strip
        sharedAddress: false
        patience: off              # or a duration
        restrain: { count: 3, within: 10m }
        deadlines: { call: 30s, preparing: 1h, osReady: 1h, removing: 4h }
        errorRetention: 1h
        keepErrors: 3
        stuckAfter: 10m
        onRemoved: drain           # drain | keep
        historyRetention: 4h
        unusedAfter: off           # or a duration
    theme: auto
    grace: 5s                      # how long u can undo a request; 0s: never
    keys: { deployment.cancel: c }
    """

  private static let files = [
    (
      "$XDG_CONFIG_HOME/dashboard/config.yaml, /etc/dashboard/config.yaml",
      "The configuration, unless --config or $DASHBOARD_CONFIG names one."
    ),
    (
      "$XDG_STATE_HOME/dashboard/store.sqlite",
      "The store, unless --store or the configuration names one. Its lock file is next to it."
    ),
    ("$XDG_CONFIG_HOME/dashboard/themes/NAME.yaml", "Your own themes."),
  ]

  private static let environment = [
    ("DASHBOARD_CONFIG", "The configuration."),
    ("NO_COLOR", "If not empty, no colours."),
    ("TERM, COLORTERM, LC_ALL, LC_CTYPE, LANG", "The capabilities of the terminal."),
    ("TMPDIR", "The parent of the demo's folder; /tmp by default."),
  ]

  private static let statuses = [
    ("0", "Done."), ("1", "Refused, or failed; a second engine on one store."),
    ("64", "The command line is wrong."),
    ("66", "A file, store or deployment does not exist."),
    ("69", "No engine is running, or a provider cannot be reached."),
    ("74", "The store cannot be read or written."), ("77", "Not permitted: read-only."),
    ("78", "The configuration is wrong."),
    ("101 and more", "simulate: the number of the checker that failed."),
  ]

  private static let examples = [
    ("dashboard demo", "Shows the program without any configuration."),
    ("dashboard engine --until-idle --timeout 5m", "Fills the pools and exits."),
    ("dashboard assign web ana --wait", "Assigns a web server to ana and prints its address."),
    (
      "dashboard deployments --state error --json",
      "Lists deployments in error, for another program."
    ),
    ("dashboard why web", "Explains what the pool is doing."),
  ]
}
