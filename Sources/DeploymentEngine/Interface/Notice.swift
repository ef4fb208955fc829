public import SafeTexts

/// A message to a driver's deployment that has no answer. Stored until it is delivered.
public enum Notice: Hashable, Sendable {
  /// The deployment now belongs to this user.
  case assignToUser(SafeText)
  /// It left `preparing` for `usable`.
  case finish
  /// A user logged in.
  case userLoggedIn(SafeText)
  /// A user logged out.
  case userLoggedOut(SafeText)
  /// The OS manager reported this IP.
  case setIp(SafeText)
}
