import CLibvirt
import Glibc

/// A storage pool, for the duration of a call.
final class VirtPool {
  private let pointer: virStoragePoolPtr
  let name: String

  init(_ pointer: virStoragePoolPtr, name: String) {
    self.pointer = pointer
    self.name = name
  }

  deinit { virStoragePoolFree(pointer) }

  var isActive: Bool { virStoragePoolIsActive(pointer) == 1 }

  /// Rereads its contents, which may have been changed without libvirt.
  func refresh() { virStoragePoolRefresh(pointer, 0) }

  func volume(_ name: String) throws(VirtError) -> VirtVolume? {
    try VirtVolume(existing: virStorageVolLookupByName(pointer, name))
  }

  /// The current names of all volumes.
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

  /// Creates a volume.
  func create(_ xml: String) throws(VirtError) -> VirtVolume {
    guard let volume = virStorageVolCreateXML(pointer, xml, 0) else { throw .last() }
    return VirtVolume(volume)
  }

  /// Creates a volume as a copy of another one; takes time in proportion to its size.
  func create(_ xml: String, copying source: VirtVolume) throws(VirtError) {
    guard let volume = virStorageVolCreateXMLFrom(pointer, xml, source.pointer, 0) else {
      throw .last()
    }
    virStorageVolFree(volume)
  }

  /// Removes the volume of that name, if it exists.
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

/// A volume, for the duration of a call.
final class VirtVolume {
  fileprivate let pointer: virStorageVolPtr

  init(_ pointer: virStorageVolPtr) { self.pointer = pointer }

  /// Returns nil if the volume does not exist.
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

  /// Its size for a guest, in bytes. Fails while it is being created.
  func capacity() throws(VirtError) -> UInt64 {
    var info = virStorageVolInfo()
    try VirtSession.check(virStorageVolGetInfo(pointer, &info))
    return info.capacity
  }

  func xml() throws(VirtError) -> String {
    try VirtSession.text(virStorageVolGetXMLDesc(pointer, 0))
  }
}
