import Foundation
import FoundationXML

/// Reads documents after checking that they are well-formed: `XMLDocument` repairs malformed input,
/// prints errors to standard error and crashes on an empty text.
enum WellFormed {
  /// The maximum size in bytes. libvirt's documents are shorter; its description of a host with
  /// many processors takes hundreds of kilobytes.
  private static let longest = 4_194_304

  /// Parses a document; nil if it is not well-formed. Loads no external entities.
  static func document(_ xml: String) -> XMLDocument? {
    let bytes = Data(xml.utf8)
    guard !bytes.isEmpty, bytes.count <= longest, !bytes.contains(0) else { return nil }
    let checker = XMLParser(data: bytes)
    checker.shouldResolveExternalEntities = false
    let balance = Balance()
    checker.delegate = balance
    guard checker.parse(), balance.isEven else { return nil }
    return try? XMLDocument(data: bytes, options: [.nodeLoadExternalEntitiesNever])
  }
}

/// Checks that each element is closed, because the parser does not report an unclosed one.
private final class Balance: NSObject, XMLParserDelegate {
  private var depth = 0
  private var hasElement = false
  private var hasFailed = false

  var isEven: Bool { hasElement && depth == 0 && !hasFailed }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
    qualifiedName qName: String?, attributes attributeDict: [String: String]
  ) {
    depth += 1
    hasElement = true
  }

  func parser(
    _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
    qualifiedName qName: String?
  ) { depth -= 1 }

  func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) { hasFailed = true }
}
