import GRDB
import GRDBSQLite

/// Binds and runs a prepared statement without boxing the values, which would cost as much as
/// SQLite itself. Only the two statements that every transition runs use it.
struct DirectStatement {
  private let db: Database
  private let statement: Statement
  private var place: Int32 = 0

  init(_ db: Database, sql: String) throws {
    self.db = db
    statement = try db.cachedStatement(sql: sql)
    sqlite3_reset(statement.sqliteStatement)
  }

  // Values are bound in order, and copied.

  mutating func bind(_ number: Int64) {
    place += 1
    sqlite3_bind_int64(statement.sqliteStatement, place, number)
  }

  mutating func bind(_ number: Int64?) {
    if let number { bind(number) } else { bindNull() }
  }

  mutating func bind(_ text: String) {
    place += 1
    var text = text
    text.withUTF8 { utf8 in
      // An empty text may have no address, which SQLite would treat as NULL.
      let start = utf8.baseAddress ?? UnsafePointer(bitPattern: 1)
      let characters = UnsafeRawPointer(start)?.assumingMemoryBound(to: CChar.self)
      _ = sqlite3_bind_text(
        statement.sqliteStatement, place, characters, Int32(utf8.count), Self.copied)
    }
  }

  mutating func bind(_ text: String?) {
    if let text { bind(text) } else { bindNull() }
  }

  mutating func bind(_ data: [UInt8]) {
    place += 1
    _ = data.withUnsafeBytes { bytes in
      sqlite3_bind_blob(
        statement.sqliteStatement, place, bytes.baseAddress, Int32(bytes.count), Self.copied)
    }
  }

  private mutating func bindNull() {
    place += 1
    sqlite3_bind_null(statement.sqliteStatement, place)
  }

  func run() throws {
    let code = sqlite3_step(statement.sqliteStatement)
    // The message must be read before the reset.
    let message = code == SQLITE_DONE ? nil : String(cString: sqlite3_errmsg(db.sqliteConnection))
    sqlite3_reset(statement.sqliteStatement)
    if let message {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
        message: message)
    }
  }

  /// SQLite's mark for "make a copy", a macro that Swift does not see.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
