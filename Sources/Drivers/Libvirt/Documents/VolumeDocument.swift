/// The XML of new volumes.
enum VolumeDocument {
  /// A full copy of another volume.
  static func copy(named name: String, capacity: UInt64) -> String {
    """
    <volume>
      <name>\(name.escaped)</name>
      <capacity unit="bytes">\(capacity)</capacity>
      <allocation unit="bytes">0</allocation>
      <target><format type="qcow2"/></target>
    </volume>
    """
  }

  /// A volume that contains only the differences from another one.
  static func overlay(named name: String, capacity: UInt64, on path: String) -> String {
    """
    <volume>
      <name>\(name.escaped)</name>
      <capacity unit="bytes">\(capacity)</capacity>
      <allocation unit="bytes">0</allocation>
      <target><format type="qcow2"/></target>
      <backingStore><path>\(path.escaped)</path><format type="qcow2"/></backingStore>
    </volume>
    """
  }
}
