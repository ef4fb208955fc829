import Basics
import EngineSimulation
import Foundation
import SafeTexts
import Testing

@Suite struct SafeTextTests {
  static let table: [(raw: String, shown: String)] = [
    ("", ""),
    ("plain text, with punctuation: 100 %", "plain text, with punctuation: 100 %"),
    ("Grüße aus Åre, 東京, 🚀", "Grüße aus Åre, 東京, 🚀"),
    ("\u{1b}[31mred", "␛[31mred"),
    ("\u{1b}]52;c;QQ==\u{07}", "␛]52;c;QQ==␇"),
    ("two\nlines\r\n", "two␊lines␍␊"),
    ("tab\there", "tab␉here"),
    ("nul\0", "nul␀"),
    ("del\u{7f}", "del␡"),
    ("csi\u{9b}31m", "csi‹9B›31m"),
    ("nel\u{85}", "nel‹85›"),
    ("over\u{202e}ride", "over‹202E›ride"),
    ("iso\u{2066}late\u{2069}", "iso‹2066›late‹2069›"),
    ("mark\u{200e}s\u{200f}", "mark‹200E›s‹200F›"),
    ("zero\u{200b}width\u{200d}joiner", "zero‹200B›width‹200D›joiner"),
    ("arabic\u{61c}mark", "arabic‹61C›mark"),
    ("line\u{2028}and\u{2029}paragraph", "line‹2028›and‹2029›paragraph"),
    ("\u{feff}bom", "‹FEFF›bom"),
    ("soft\u{ad}hyphen", "soft‹AD›hyphen"),
    ("tag\u{e0041}", "tag‹E0041›"),
    ("annotation\u{fff9}", "annotation‹FFF9›"),
  ]

  @Test(arguments: table)
  func makesInert(raw: String, shown: String) {
    #expect(SafeText(raw).text == shown)
    let decoded = try? JSONDecoder().decode([SafeText].self, from: JSONEncoder().encode([raw]))
    #expect(decoded == [SafeText(shown)], "what is decoded is cleaned, too")
    let literal: SafeText = "\(raw)"
    #expect(literal.text == shown, "an interpolation is cleaned, too")
  }

  @Test func bytesThatAreNoUTF8BecomeReplacements() {
    #expect(SafeText(bytes: [0x61, 0xff, 0x62]).text == "a\u{fffd}b")
    #expect(SafeText(bytes: [0xc3]).text == "\u{fffd}")
    #expect(SafeText(bytes: [0x1b, 0x5b]).text == "␛[")
  }

  @Test func noControlSurvivesInAnyPosition() {
    for value in UInt32(0)...0x9f {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = SafeText("a" + String(scalar) + "b").text
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
    }
  }

  @Test func combiningMarksAreLimited() {
    let tower = "a" + String(repeating: "\u{301}", count: 1000) + "b"
    let marks = SafeText(tower).text.unicodeScalars.count { $0.value == 0x301 }
    #expect(marks == SafeText.combiningMarkLimit)
    #expect(SafeText(tower).text.unicodeScalars.last == "b")
  }

  @Test(arguments: ["x", "é", "漢", "🚀", "\u{1b}"])
  func longTextIsCutAndSaysSo(piece: String) {
    let text = SafeText(String(repeating: piece, count: SafeText.byteLimit + 5)).text
    #expect(text.utf8.count <= SafeText.byteLimit)
    #expect(text.utf8.count > SafeText.byteLimit - 16)
    #expect(text.hasSuffix("…"))
  }

  @Test func plainTextOfExactlyTheLimitIsKept() {
    let text = String(repeating: "x", count: SafeText.byteLimit)
    #expect(SafeText(text).text == text)
  }

  @Test func cleaningTwiceChangesNothing() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<300 {
      var raw = String.UnicodeScalarView()
      for _ in 0..<random.below(40) {
        let values: [UInt32] = [0x1b, 0x41, 0xe9, 0x301, 0x202e, 0x1f680, 0x9b, 0x200d]
        if let value = random.pick(values), let scalar = Unicode.Scalar(value) {
          raw.append(scalar)
        }
      }
      let once = SafeText(String(raw), limit: 30)
      #expect(SafeText(once.text, limit: 30) == once)
      #expect(once.text.utf8.count <= 30)
    }
  }
}
