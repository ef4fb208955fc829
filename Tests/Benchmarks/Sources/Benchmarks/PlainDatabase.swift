import GRDBSQLite

/// As little as there can be between Swift and SQLite.
final class PlainDatabase {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  fileprivate let handle: OpaquePointer

  init(_ path: String) throws {
    var handle: OpaquePointer?
    guard sqlite3_open(path, &handle) == SQLITE_OK, let handle else {
      throw Failure(description: "\(path) cannot be opened")
    }
    self.handle = handle
  }

  deinit { sqlite3_close_v2(handle) }

  func run(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  func statement(_ sql: String) throws -> PlainStatement {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw failure
    }
    return PlainStatement(self, statement)
  }

  /// The first column of all rows.
  func texts(_ sql: String) throws -> [String] {
    let statement = try statement(sql)
    var texts: [String] = []
    while sqlite3_step(statement.handle) == SQLITE_ROW {
      if let text = sqlite3_column_text(statement.handle, 0) { texts.append(String(cString: text)) }
    }
    return texts
  }

  fileprivate var failure: Failure {
    Failure(description: String(cString: sqlite3_errmsg(handle)))
  }
}

final class PlainStatement {
  fileprivate let handle: OpaquePointer
  private let database: PlainDatabase
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  fileprivate init(_ database: PlainDatabase, _ handle: OpaquePointer) {
    self.database = database
    self.handle = handle
  }

  deinit { sqlite3_finalize(handle) }

  func bind(_ place: Int32, _ number: Int64?) {
    if let number {
      sqlite3_bind_int64(handle, place, number)
    } else {
      sqlite3_bind_null(handle, place)
    }
  }

  func bind(_ place: Int32, _ text: String?) {
    if let text {
      sqlite3_bind_text(handle, place, text, -1, Self.copied)
    } else {
      sqlite3_bind_null(handle, place)
    }
  }

  func bind(_ place: Int32, _ bytes: [UInt8]) {
    sqlite3_bind_blob(handle, place, bytes, Int32(bytes.count), Self.copied)
  }

  func run() throws {
    defer { sqlite3_reset(handle) }
    guard sqlite3_step(handle) == SQLITE_DONE else { throw database.failure }
  }
}
