import Basics
import Foundation
import Testing

struct JSONValueTests {
  @Test(arguments: [
    "null", "true", "-7", "1.5", #""\"tabs\\and\u0007""#, "[1,[],{}]",
    #"{"a":{"b":[null]},"c":"d"}"#,
  ])
  func comesBackAsItWent(_ text: String) throws {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
  }

  @Test func readsWhatItWrites() throws {
    let value: JSONValue = [
      "a": .array([.integer(.min), .number(2.5), .bool(false), .null]), "b": .string("ä\u{1}\n"),
    ]
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.text().utf8)) == value)
  }

  @Test func keepsTheOrderInWhichMembersWereWritten() {
    let value: JSONValue = ["b": .integer(1), "a": .integer(2)]
    #expect(value.text() == #"{"b": 1, "a": 2}"#)
  }

  @Test func decodedMembersAreInTheOrderOfTheirKeys() throws {
    let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(#"{"b":1,"a":2}"#.utf8))
    #expect(decoded == ["a": .integer(2), "b": .integer(1)])
  }

  @Test func writesWhatIsNoNumberAsNull() {
    #expect(JSONValue.number(.nan).text() == "null")
  }
}
