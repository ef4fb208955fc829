/// Measures what is promised. `--quick` leaves out the largest sizes, `--store` all but the store.
@main enum Main {
  static func main() throws {
    let isQuick = CommandLine.arguments.contains("--quick")
    if !CommandLine.arguments.contains("--store") {
      CoreBenchmark.run(upTo: isQuick ? 10_000 : 1_000_000)
    }
    try StoreBenchmark.run(deployments: isQuick ? 1_000 : 100_000)
  }
}
