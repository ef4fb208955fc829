import Foundation
import Testing

@testable import TerminalCells

/// A way to see colours: as most people do, or with one kind of receptor missing, after the model
/// of Machado, Oliveira and Fernandes (2009) at its full severity.
struct Sight: Sendable, CustomTestStringConvertible {
  let testDescription: String
  private let rows: [[Double]]

  static let all = [
    Sight(testDescription: "normal", rows: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    Sight(
      testDescription: "protanopia",
      rows: [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ]),
    Sight(
      testDescription: "deuteranopia",
      rows: [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ]),
    Sight(
      testDescription: "tritanopia",
      rows: [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
      ]),
  ]

  /// A colour as this sight has it.
  func seen(_ colour: RGB) -> LabColour {
    let light = colour.linear
    let mixed = rows.map { row in
      min(1, max(0, row[0] * light.red + row[1] * light.green + row[2] * light.blue))
    }
    return LabColour(linear: (mixed[0], mixed[1], mixed[2]))
  }

  /// How well one colour can be read on another, 1 to 21, as WCAG reckons it.
  static func contrast(_ one: RGB, _ other: RGB) -> Double {
    let (a, b) = (luminance(one), luminance(other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  private static func luminance(_ colour: RGB) -> Double {
    let light = colour.linear
    return 0.2126 * light.red + 0.7152 * light.green + 0.0722 * light.blue
  }
}

extension Theme: CustomTestStringConvertible {
  /// Its name is enough to find it.
  public var testDescription: String { name }
}
