/// The parts of the manual page that no table of the program holds.
enum ManualTexts {
  /// The end of the page: files, environment, exit status, examples.
  static func close(_ page: inout Troff) {
    page.section("Configuration")
    page.paragraphs(
      """
      A YAML file. Lengths of time carry a unit: 50ms, 10s, 5m, 1h, 2d. `dashboard check` says \
      everything that is wrong with it, with line and remedy.
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
        restrain: { count: 3, within: 10m }
        deadlines: { call: 30s, preparing: 1h, osReady: 1h, removing: 4h }
        errorRetention: 1h
        historyRetention: 4h
        unusedAfter: off           # or a length of time
    theme: auto
    grace: 5s                      # how long u takes back; 0s: not at all
    keys: { deployment.cancel: c }
    """

  private static let files = [
    (
      "$XDG_CONFIG_HOME/dashboard/config.yaml, /etc/dashboard/config.yaml",
      "The configuration, where neither --config nor $DASHBOARD_CONFIG names one."
    ),
    (
      "$XDG_STATE_HOME/dashboard/store.sqlite",
      "The store, where neither --store nor the configuration names one. Beside it lies its lock."
    ),
    ("$XDG_CONFIG_HOME/dashboard/themes/NAME.yaml", "Themes of your own."),
  ]

  private static let environment = [
    ("DASHBOARD_CONFIG", "The configuration."),
    ("NO_COLOR", "Not empty: no colours."),
    ("TERM, COLORTERM, LC_ALL, LC_CTYPE, LANG", "What the terminal can show."),
    ("TMPDIR", "Where the demo has its folder; /tmp otherwise."),
  ]

  private static let statuses = [
    ("0", "Done."), ("1", "Refused, or failed; a second engine on one store."),
    ("64", "The command line makes no sense."),
    ("66", "There is no such file, store or deployment."),
    ("69", "No engine runs, or a provider is out of reach."),
    ("74", "The store cannot be read or written."), ("77", "Not permitted: read-only."),
    ("78", "The configuration is wrong."),
    ("101 and more", "simulate: the checker that found something wrong, by its number."),
  ]

  private static let examples = [
    ("dashboard demo", "Shows what this is, with nothing to configure."),
    ("dashboard engine --until-idle --timeout 5m", "Fills the pools and ends."),
    ("dashboard assign web ana --wait", "Gives ana a web server and prints where it is."),
    (
      "dashboard deployments --state error --json",
      "Lists what is in error, for another program."
    ),
    ("dashboard why web", "Says why the pool does what it does."),
  ]
}
