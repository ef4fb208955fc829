import Foundation
import FoundationXML

/// Reads XML that was checked before: the reader of documents mends what is broken, complains of it
/// on standard error, and ends the program at an empty text.
enum WellFormed {
  /// Longer than anything that libvirt writes about one thing; a host with many processors is
  /// described in hundreds of kilobytes.
  private static let longest = 4_194_304

  /// The document of a text; nil: it is none. Reads nothing but the text.
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

/// Whether each element that begins also ends; the parser says nothing of one that does not.
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
