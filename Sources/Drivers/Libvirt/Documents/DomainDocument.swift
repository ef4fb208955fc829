import FoundationXML

/// The XML of a domain: of the base, and of the clone that it is changed into.
struct DomainDocument {
  private let document: XMLDocument
  private let root: XMLElement

  /// - Parameter xml: the XML from libvirt or from an administrator's template.
  init(_ xml: String) throws(VirtError) {
    guard let document = WellFormed.document(xml) else {
      throw .refusal("cannot parse the XML of the domain")
    }
    self.document = document
    guard let root = document.rootElement(), root.name == "domain" else {
      throw .refusal("the XML is not a domain: its root element must be <domain>")
    }
    self.root = root
  }

  var xml: String { document.xmlString }

  private var devices: XMLElement { root.child("devices", made: true) }

  /// Its disks, without drives for removable media.
  private var disks: [XMLElement] {
    devices.elements(forName: "disk").filter { disk in
      let kind = disk.attribute(forName: "device")?.stringValue ?? "disk"
      return kind == "disk" || kind == "lun"
    }
  }

  /// The location of the data of its only disk.
  func onlyDisk() throws(VirtError) -> DiskSource {
    guard let disk = disks.first else { throw .refusal("it has no disk") }
    guard disks.count == 1 else {
      throw .refusal("it has \(disks.count) disks, but only one can be cloned")
    }
    let source = disk.elements(forName: "source").first
    func attribute(_ name: String) -> String? { source?.attribute(forName: name)?.stringValue }
    if let path = attribute("file") ?? attribute("dev") { return .path(path) }
    if let pool = attribute("pool"), let volume = attribute("volume") {
      return .volume(pool: pool, name: volume)
    }
    throw .refusal("its disk is neither a file nor a volume of a storage pool")
  }

  /// Turns it into the domain of a deployment: sets name, UUID, mark, MAC, disk, and the pool's
  /// settings.
  func stamp(_ stamp: DomainStamp) throws(VirtError) {
    root.removeAttribute(forName: "id")
    root.set("name", stamp.mark.name)
    root.set("uuid", stamp.mark.uuid)
    if let kibibytes = stamp.memory {
      for name in ["memory", "currentMemory"] {
        let element = root.set(name, String(kibibytes))
        element.set(attribute: "unit", "KiB")
      }
    }
    if let cpus = stamp.cpus {
      root.set("vcpu", String(cpus)).removeAttribute(forName: "current")
      // libvirt refuses a topology with a different number of processors.
      root.elements(forName: "cpu").forEach { $0.removeAll("topology") }
    }
    try putMark(stamp.mark, stamp.asksUsers)
    try putDisk(stamp.diskPath)
    putNetwork(stamp)
    putGraphics(stamp.graphics)
    freeWhatIsShared()
  }

  private func putMark(_ mark: Mark, _ asksUsers: Bool) throws(VirtError) {
    guard let element = mark.element(asksUsers: asksUsers) else {
      throw .refusal("cannot insert the mark")
    }
    let metadata = root.child("metadata", made: true)
    for old in metadata.children ?? [] where old.xmlString.contains(Mark.namespace) {
      metadata.removeChild(at: old.index)
    }
    metadata.addChild(element)
  }

  private func putDisk(_ path: String) throws(VirtError) {
    guard disks.count <= 1 else {
      throw .refusal("it has \(disks.count) disks, but only one is created")
    }
    let disk = disks.first ?? Self.newDisk()
    if disk.parent == nil { devices.addChild(disk) }
    disk.set(attribute: "type", "file")
    disk.removeAll("backingStore")
    disk.removeAll("source")
    let driver = disk.child("driver", made: true)
    driver.set(attribute: "type", "qcow2")
    if driver.attribute(forName: "name") == nil { driver.set(attribute: "name", "qemu") }
    disk.child("source", made: true).set(attribute: "file", path)
    // The removable media of the base are not in the drives of its clones.
    for drive in devices.elements(forName: "disk") where !disks.contains(drive) {
      drive.removeAll("source")
    }
  }

  private static func newDisk() -> XMLElement {
    let disk = XMLElement(name: "disk")
    disk.set(attribute: "device", "disk")
    let target = disk.child("target", made: true)
    target.set(attribute: "dev", "vda")
    target.set(attribute: "bus", "virtio")
    return disk
  }

  private func putNetwork(_ stamp: DomainStamp) {
    var cards = devices.elements(forName: "interface")
    if cards.isEmpty, stamp.network != nil {
      let card = XMLElement(name: "interface")
      card.child("model", made: true).set(attribute: "type", "virtio")
      devices.addChild(card)
      cards = [card]
    }
    for card in cards {
      // libvirt assigns a new MAC address and a new host device to a card that has none.
      card.removeAll("mac")
      card.removeAll("target")
    }
    guard let card = cards.first else { return }
    card.child("mac", made: true).set(attribute: "address", stamp.mac)
    if let network = stamp.network {
      card.set(attribute: "type", "network")
      card.removeAll("source")
      card.child("source", made: true).set(attribute: "network", network)
    }
  }

  private func putGraphics(_ graphics: String?) {
    if let graphics {
      devices.removeAll("graphics")
      if graphics == "none" { return }
      let element = devices.child("graphics", made: true)
      element.set(attribute: "type", graphics)
    }
    for element in devices.elements(forName: "graphics") {
      element.set(attribute: "autoport", "yes")
      for name in ["port", "tlsPort", "websocket"] { element.removeAttribute(forName: name) }
    }
  }

  /// Removes what two domains cannot share; libvirt creates it anew for each.
  private func freeWhatIsShared() {
    for system in root.elements(forName: "os") {
      for variables in system.elements(forName: "nvram") {
        variables.removeAll("source")
        variables.stringValue = ""
      }
    }
    for channel in devices.elements(forName: "channel") {
      let target = channel.elements(forName: "target").first
      guard channel.attribute(forName: "type")?.stringValue == "unix",
        target?.attribute(forName: "name")?.stringValue?.hasPrefix("org.qemu.") ?? false
      else { continue }
      channel.removeAll("source")
    }
  }

  /// The libvirt network of its first network card; nil if it is on none.
  var network: String? {
    let card = devices.elements(forName: "interface").first
    return card?.elements(forName: "source").first?.attribute(forName: "network")?.stringValue
  }

  /// The MAC address of its first network card.
  var mac: String? {
    let card = devices.elements(forName: "interface").first
    return card?.elements(forName: "mac").first?.attribute(forName: "address")?.stringValue
  }

  /// The URL of its display while it runs; nil if it has none.
  var console: String? {
    for graphics in devices.elements(forName: "graphics") {
      guard let type = graphics.attribute(forName: "type")?.stringValue,
        let port = graphics.attribute(forName: "port")?.stringValue, port != "-1"
      else { continue }
      let listen = graphics.attribute(forName: "listen")?.stringValue ?? "127.0.0.1"
      return "\(type)://\(listen):\(port)"
    }
    return nil
  }
}

/// The location of a disk's data.
enum DiskSource: Hashable, Sendable {
  case path(String)
  case volume(pool: String, name: String)
}

/// The values that turn a domain into the domain of one deployment.
struct DomainStamp: Hashable, Sendable {
  var mark: Mark
  var mac: String
  var diskPath: String
  /// The memory in KiB; nil: as in the base.
  var memory: Int?
  var cpus: Int?
  /// The name of a libvirt network; nil: as in the base.
  var network: String?
  /// `none`, `vnc`, `spice`; nil: as in the base.
  var graphics: String?
  /// Whether its guest agent is asked for logged-in users.
  var asksUsers = false
}

extension XMLElement {
  /// The first child of that name, which is created if `made` is true or otherwise returned
  /// detached.
  func child(_ name: String, made: Bool) -> XMLElement {
    if let child = elements(forName: name).first { return child }
    let child = XMLElement(name: name)
    if made { addChild(child) }
    return child
  }

  /// Sets the text of the only child of that name.
  @discardableResult
  func set(_ name: String, _ text: String) -> XMLElement {
    let child = child(name, made: true)
    child.stringValue = text
    return child
  }

  func set(attribute name: String, _ value: String) {
    removeAttribute(forName: name)
    guard let node = XMLNode.attribute(withName: name, stringValue: value) as? XMLNode else {
      return
    }
    addAttribute(node)
  }

  func removeAll(_ name: String) {
    for child in elements(forName: name).reversed() { removeChild(at: child.index) }
  }
}
