import GRDB

/// The tables of a store and their migrations. Existing migrations must not change.
enum Schema {
  /// Marks the file as a store of this program ("dply").
  static let applicationID: Int32 = 0x6470_6c79

  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 engine") { db in
      try db.execute(sql: state)
      try db.execute(sql: feed)
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    return migrator
  }()

  /// The version of a file, compared with this version of the program.
  enum Standing {
    case empty, current, older, newer, foreign
  }

  static func standing(_ db: Database) throws -> Standing {
    let mark = try Int32.fetchOne(db, sql: "PRAGMA application_id")
    if mark != applicationID {
      // The migrator creates its own table in a separate commit. A process that dies right after it
      // leaves only that table.
      let things =
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") ?? 0
      return mark == 0 && things == 0 ? .empty : .foreign
    }
    if try migrator.hasBeenSuperseded(db) { return .newer }
    return try migrator.hasCompletedMigrations(db) ? .current : .older
  }

  /// The state: one row for each record, with the number of the commit that last wrote it.
  private static let state = """
    CREATE TABLE meta (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      store_id TEXT NOT NULL CHECK (length(store_id) = 32),
      created_at INTEGER NOT NULL,
      -- Grows with each engine that takes the store; a write of an earlier one finds no row.
      epoch INTEGER NOT NULL CHECK (epoch >= 0),
      commits INTEGER NOT NULL CHECK (commits >= 0),
      -- Erasures up to this commit are no longer told of.
      forgotten INTEGER NOT NULL CHECK (forgotten >= 0),
      next_deployment INTEGER NOT NULL CHECK (next_deployment >= 1),
      next_pool INTEGER NOT NULL CHECK (next_pool >= 1),
      next_position INTEGER NOT NULL CHECK (next_position >= 1)
    ) STRICT;
    INSERT INTO meta VALUES
      (1, lower(hex(randomblob(16))), CAST(strftime('%s') AS INTEGER) * 1000, 0, 0, 0, 1, 1, 1);

    CREATE TABLE configuration (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      sequence INTEGER NOT NULL,
      body TEXT NOT NULL CHECK (body <> '')
    ) STRICT;

    CREATE TABLE provider (
      name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
      sequence INTEGER NOT NULL,
      body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE pool (
      id INTEGER PRIMARY KEY CHECK (id >= 1),
      sequence INTEGER NOT NULL,
      name TEXT NOT NULL UNIQUE CHECK (name <> ''),
      body BLOB NOT NULL
    ) STRICT;

    CREATE TABLE publication (
      pool INTEGER NOT NULL REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
      revision INTEGER NOT NULL CHECK (revision >= 1),
      sequence INTEGER NOT NULL,
      state TEXT NOT NULL CHECK
        (state IN ('publishing', 'active', 'draining', 'removing', 'removed', 'error')),
      body BLOB NOT NULL,
      PRIMARY KEY (pool, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX publication_active ON publication (pool) WHERE state = 'active';

    CREATE TABLE deployment (
      id INTEGER PRIMARY KEY CHECK (id >= 1),
      sequence INTEGER NOT NULL,
      pool INTEGER NOT NULL REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
      state TEXT NOT NULL CHECK (state IN ('preparing', 'usable', 'removable', 'removing',
        'removed', 'canceling', 'canceled', 'error')),
      -- Whether it is history, so that its name, address and port are free again.
      gone INTEGER NOT NULL CHECK (gone = (state IN ('removed', 'canceled'))),
      level TEXT CHECK (level IN ('L1', 'L2')),
      user TEXT CHECK (user <> ''),
      name TEXT NOT NULL CHECK (name <> ''),
      mac INTEGER CHECK (mac BETWEEN 0 AND 281474976710655),
      port INTEGER CHECK (port BETWEEN 0 AND 65535),
      body BLOB NOT NULL,
      CHECK (level IS NOT NULL OR user IS NOT NULL)
    ) STRICT;
    CREATE INDEX deployment_sequence ON deployment (sequence);
    CREATE UNIQUE INDEX deployment_name ON deployment (name) WHERE gone = 0;
    CREATE UNIQUE INDEX deployment_mac ON deployment (mac) WHERE gone = 0 AND mac IS NOT NULL;
    CREATE UNIQUE INDEX deployment_port ON deployment (port) WHERE gone = 0 AND port IS NOT NULL;

    CREATE TABLE waiter (
      pool INTEGER NOT NULL REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
      user TEXT NOT NULL CHECK (user <> ''),
      sequence INTEGER NOT NULL,
      position INTEGER NOT NULL UNIQUE,
      body BLOB NOT NULL,
      PRIMARY KEY (pool, user)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX waiter_sequence ON waiter (sequence);
    """

  /// The feed: erasures for readers, events for people, requests for the engine. All are bounded.
  private static let feed = """
    CREATE TABLE tombstone (
      id INTEGER PRIMARY KEY,
      sequence INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK
        (kind IN ('deployment', 'pool', 'provider', 'publication', 'waiter')),
      number INTEGER,
      revision INTEGER,
      name TEXT
    ) STRICT;
    CREATE INDEX tombstone_sequence ON tombstone (sequence);

    CREATE TABLE journal (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warning', 'error')),
      kind TEXT NOT NULL CHECK (kind <> ''),
      pool INTEGER,
      deployment INTEGER,
      actor TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX journal_deployment ON journal (deployment) WHERE deployment IS NOT NULL;

    CREATE TABLE request (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE CHECK (key <> ''),
      body TEXT NOT NULL CHECK (body <> ''),
      submitted_at INTEGER NOT NULL,
      -- Nobody waits for the answer after this: it is not taken up any more.
      expires_at INTEGER NOT NULL,
      -- The epoch of the engine that took it up; from then on it cannot be withdrawn.
      taken INTEGER,
      reply TEXT CHECK (reply <> ''),
      answered_at INTEGER,
      CHECK ((reply IS NULL) = (answered_at IS NULL))
    ) STRICT;
    CREATE INDEX request_open ON request (id) WHERE reply IS NULL;
    """
}
