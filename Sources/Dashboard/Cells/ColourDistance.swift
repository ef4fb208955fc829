import Glibc

/// A colour in CIE L*a*b*, white point D65, where distances correspond to perception.
package struct LabColour: Hashable, Sendable {
  package var lightness: Double
  package var a: Double
  package var b: Double

  package init(_ colour: RGB) {
    self.init(linear: colour.linear)
  }

  /// Converts linear shares of red, green and blue, each 0 to 1.
  package init(linear: (red: Double, green: Double, blue: Double)) {
    let (red, green, blue) = linear
    let x = Self.bend((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    let y = Self.bend(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    let z = Self.bend((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    self.lightness = 116 * y - 16
    self.a = 500 * (x - y)
    self.b = 200 * (y - z)
  }

  private static func bend(_ share: Double) -> Double {
    share > 0.008856 ? cbrt(share) : 7.787 * share + 16.0 / 116
  }

  /// The perceived difference of two colours: CIEDE2000. 1 is just visible; at 15 the colours
  /// differ at a glance.
  package func distance(to other: LabColour) -> Double {
    let meanRaw = (hypot(a, b) + hypot(other.a, other.b)) / 2
    let stretch = 1 + 0.5 * (1 - (pow(meanRaw, 7) / (pow(meanRaw, 7) + pow(25, 7))).squareRoot())
    let one = Polar(a: a * stretch, b: b)
    let two = Polar(a: other.a * stretch, b: other.b)
    let lightnessMean = (lightness + other.lightness) / 2
    let chromaMean = (one.chroma + two.chroma) / 2
    let hueMean = Polar.meanHue(one, two)
    let weight =
      1 - 0.17 * cosine(hueMean - 30) + 0.24 * cosine(2 * hueMean) + 0.32 * cosine(3 * hueMean + 6)
      - 0.20 * cosine(4 * hueMean - 63)
    let offset = (lightnessMean - 50) * (lightnessMean - 50)
    let dLightness =
      (other.lightness - lightness) / (1 + 0.015 * offset / (20 + offset).squareRoot())
    let dChroma = (two.chroma - one.chroma) / (1 + 0.045 * chromaMean)
    let dHue =
      2 * (one.chroma * two.chroma).squareRoot() * sine(Polar.turn(one, two) / 2)
      / (1 + 0.015 * chromaMean * weight)
    let bend = exp(-pow((hueMean - 275) / 25, 2))
    let rotation =
      -2 * (pow(chromaMean, 7) / (pow(chromaMean, 7) + pow(25, 7))).squareRoot() * sine(60 * bend)
    let sum =
      dLightness * dLightness + dChroma * dChroma + dHue * dHue + rotation * dChroma * dHue
    return max(0, sum).squareRoot()
  }
}

extension RGB {
  /// The linear light of each component, 0 to 1.
  package var linear: (red: Double, green: Double, blue: Double) {
    (Self.light(red), Self.light(green), Self.light(blue))
  }

  private static func light(_ component: UInt8) -> Double {
    let share = Double(component) / 255
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
  }

  /// The most similar entry of the table of 256 colours, from the cube and the greys, which look
  /// the same everywhere.
  package var nearestIndex: UInt8 {
    let wanted = LabColour(self)
    let candidates = (16...255).map { UInt8($0) }
    return candidates.min {
      LabColour(RGB(index: $0)).distance(to: wanted)
        < LabColour(RGB(index: $1)).distance(to: wanted)
    } ?? 16
  }

  /// The colour of an entry of the table of 256: 16 to 231 are a cube of six steps, 232 to 255
  /// greys.
  package init(index: UInt8) {
    if index >= 232 {
      let grey = 8 + 10 * (index - 232)
      self.init(red: grey, green: grey, blue: grey)
    } else {
      let place = Int(max(index, 16)) - 16
      let step: [UInt8] = [0, 95, 135, 175, 215, 255]
      self.init(red: step[place / 36], green: step[place / 6 % 6], blue: step[place % 6])
    }
  }
}

/// The chroma and hue of a colour; the hue in degrees.
private struct Polar {
  let chroma: Double
  let hue: Double

  init(a: Double, b: Double) {
    chroma = hypot(a, b)
    let angle = atan2(b, a) * 180 / Double.pi
    hue = chroma == 0 ? 0 : angle < 0 ? angle + 360 : angle
  }

  /// The angle from one hue to the other, the short way around; 0 when one colour is grey.
  static func turn(_ one: Polar, _ two: Polar) -> Double {
    if one.chroma * two.chroma == 0 { return 0 }
    let turn = two.hue - one.hue
    return turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn
  }

  static func meanHue(_ one: Polar, _ two: Polar) -> Double {
    let sum = one.hue + two.hue
    if one.chroma * two.chroma == 0 { return sum }
    if abs(one.hue - two.hue) <= 180 { return sum / 2 }
    return sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2
  }
}

private func cosine(_ degrees: Double) -> Double { cos(degrees * Double.pi / 180) }
private func sine(_ degrees: Double) -> Double { sin(degrees * Double.pi / 180) }
