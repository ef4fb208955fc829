/// The themes of the `themes` folder, built into the program.
enum ShippedThemes {
  /// The themes' texts by name.
  static let texts: [String: String] = [
    "dark": String(decoding: PackageResources.dark_yaml, as: UTF8.self),
    "light": String(decoding: PackageResources.light_yaml, as: UTF8.self),
    "monochrome": String(decoding: PackageResources.monochrome_yaml, as: UTF8.self),
  ]
}
