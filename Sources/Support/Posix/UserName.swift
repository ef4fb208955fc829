import Glibc

/// Names of users and groups.
package enum UserName {
  /// The name of a user, or its number if it has no name.
  package static func of(_ user: UInt32) -> String {
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(user, &record, &buffer, buffer.count, &found) == 0, found != nil,
      let name = record.pw_name
    else { return "\(user)" }
    return String(cString: name)
  }

  /// The name of a group, or its number if it has no name; and the number of its listed members.
  package static func ofGroup(_ number: UInt32) -> (name: String, members: Int) {
    var record = group()
    var found: UnsafeMutablePointer<group>?
    var buffer = [CChar](repeating: 0, count: 65_536)
    guard getgrgid_r(number, &record, &buffer, buffer.count, &found) == 0, found != nil,
      let name = record.gr_name
    else { return ("\(number)", 0) }
    var members = 0
    while record.gr_mem?[members] != nil { members += 1 }
    return (String(cString: name), members)
  }
}
