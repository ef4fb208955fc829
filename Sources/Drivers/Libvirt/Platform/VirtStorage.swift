import CLibvirt
import Glibc

/// A storage pool, while a call is made.
final class VirtPool {
  private let pointer: virStoragePoolPtr
  let name: String

  init(_ pointer: virStoragePoolPtr, name: String) {
    self.pointer = pointer
    self.name = name
  }

  deinit { virStoragePoolFree(pointer) }

  var isActive: Bool { virStoragePoolIsActive(pointer) == 1 }

  /// Looks at what is in it now; somebody may have changed it without libvirt.
  func refresh() { virStoragePoolRefresh(pointer, 0) }

  func volume(_ name: String) throws(VirtError) -> VirtVolume? {
    try VirtVolume(existing: virStorageVolLookupByName(pointer, name))
  }

  /// The names of all volumes, as they are now.
  func names() throws(VirtError) -> [String] {
    refresh()
    var list: UnsafeMutablePointer<virStorageVolPtr?>?
    let count = virStoragePoolListAllVolumes(pointer, &list, 0)
    try VirtSession.check(count)
    defer {
      for index in 0..<Int(count) where list?[index] != nil { virStorageVolFree(list?[index]) }
      free(list)
    }
    return (0..<Int(count)).compactMap { index in
      list?[index].flatMap(virStorageVolGetName).map { String(cString: $0) }
    }
  }

  /// Makes a volume.
  func create(_ xml: String) throws(VirtError) -> VirtVolume {
    guard let volume = virStorageVolCreateXML(pointer, xml, 0) else { throw .last() }
    return VirtVolume(volume)
  }

  /// Makes a volume with all that is in another one; takes as long as that is big.
  func create(_ xml: String, copying source: VirtVolume) throws(VirtError) {
    guard let volume = virStorageVolCreateXMLFrom(pointer, xml, source.pointer, 0) else {
      throw .last()
    }
    virStorageVolFree(volume)
  }

  /// Makes sure that there is no volume of that name.
  func remove(_ name: String) throws(VirtError) {
    guard let volume = try volume(name) else { return }
    do {
      try volume.delete()
    } catch {
      // Its file may have been removed behind libvirt's back.
      refresh()
      if try self.volume(name) != nil { throw error }
    }
  }
}

/// A volume, while a call is made.
final class VirtVolume {
  fileprivate let pointer: virStorageVolPtr

  init(_ pointer: virStorageVolPtr) { self.pointer = pointer }

  /// Nil: there is none.
  convenience init?(existing pointer: virStorageVolPtr?) throws(VirtError) {
    guard let pointer else {
      let error = VirtError.last()
      if error.isAbsence { return nil }
      throw error
    }
    self.init(pointer)
  }

  deinit { virStorageVolFree(pointer) }

  func delete() throws(VirtError) { try VirtSession.check(virStorageVolDelete(pointer, 0)) }

  func path() throws(VirtError) -> String {
    try VirtSession.text(virStorageVolGetPath(pointer))
  }

  /// Its size for a guest, in bytes. Fails while it is being made.
  func capacity() throws(VirtError) -> UInt64 {
    var info = virStorageVolInfo()
    try VirtSession.check(virStorageVolGetInfo(pointer, &info))
    return info.capacity
  }

  func xml() throws(VirtError) -> String {
    try VirtSession.text(virStorageVolGetXMLDesc(pointer, 0))
  }
}
