import Basics
import Glibc

/// Feeds a parser with what nobody meant to write.
///
/// In an ordinary run each of its seeds is changed at random some hundred times, the same way every
/// time. Built with a sanitizer and coverage (`make fuzz`), libFuzzer looks for inputs that reach
/// new places of the code.
public enum Fuzz {
  /// Runs a parser on many inputs.
  ///
  /// - Parameters:
  ///   - seeds: inputs that mean something; what is made up comes from them.
  ///   - body: reads one input. It fails a test by crashing or by a failed expectation.
  public static func run(seeds: [[UInt8]], _ body: @escaping @Sendable ([UInt8]) -> Void) {
    if let seconds = getenv("FUZZ_SECONDS").flatMap({ Int(String(cString: $0)) }) {
      return search(seconds, seeds, body)
    }
    for seed in seeds { body(seed) }
    var random = SplitMix64(seed: 1)
    for seed in seeds {
      for _ in 0..<max(50, 600 / seeds.count) {
        var input = seed
        for _ in 0...random.below(4) { change(&input, seeds, &random) }
        body(input)
      }
    }
  }

  // MARK: Changed at random

  private static func change(_ input: inout [UInt8], _ seeds: [[UInt8]], _ random: inout SplitMix64)
  {
    let place = random.below(input.count + 1)
    let end = min(input.count, place + random.below(16))
    switch random.below(6) {
    case 0: input.removeSubrange(place..<end)
    case 1: input.insert(contentsOf: input[place..<end], at: place)
    case 2: input.insert(UInt8(random.below(256)), at: place)
    case 3:
      let other = seeds[random.below(seeds.count)]
      let start = random.below(other.count)
      input.insert(contentsOf: other[start..<min(other.count, start + random.below(64))], at: place)
    case 4: input.removeSubrange(end...)
    default: if place < input.count { input[place] ^= UInt8(1 << random.below(8)) }
    }
  }

  // MARK: Guided by what is reached

  private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  private typealias Driver =
    @convention(c) (
      UnsafeMutablePointer<Int32>,
      UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>, Callback
    ) -> Int32

  private static let reading = Mutex<(@Sendable ([UInt8]) -> Void)?>(nil)

  /// Does not return: libFuzzer ends the process, with 0 when nothing was found.
  private static func search(
    _ seconds: Int, _ seeds: [[UInt8]], _ body: @escaping @Sendable ([UInt8]) -> Void
  ) {
    // Only a build for it has libFuzzer, so nothing can be linked against it.
    guard let address = dlsym(nil, "LLVMFuzzerRunDriver") else {
      print("fuzz: this build has no libFuzzer in it; use `make fuzz`")
      exit(1)
    }
    reading.withLock { $0 = body }
    let corpus = getenv("FUZZ_CORPUS").map { String(cString: $0) } ?? "/tmp"
    for (index, seed) in seeds.enumerated() { write(seed, to: "\(corpus)/seed-\(index)") }
    let words = [
      "fuzz", "-max_total_time=\(seconds)", "-timeout=10", "-rss_limit_mb=2048", "-max_len=16384",
      "-artifact_prefix=\(corpus)/found-", "-print_final_stats=1", "-verbosity=1", corpus,
    ]
    var arguments = words.map { strdup($0) } + [nil]
    var count = Int32(words.count)
    let driver = unsafeBitCast(address, to: Driver.self)
    arguments.withUnsafeMutableBufferPointer { buffer in
      guard var start = buffer.baseAddress.map({ Optional($0) }) else { return }
      _ = driver(&count, &start) { data, count in
        let input = Array(UnsafeBufferPointer(start: data, count: count))
        Fuzz.reading.withLock { $0 }?(input)
        return 0
      }
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }
}
