"""The journal's tables, and the triggers that refuse whatever is not the next line.

The head of each chain moves by trigger only, so no writer can forget it. Numbers are `shelf * 2^40 + seq`: one shelf
a practice, hence a primary key that can be checked. No « % » here: drivers would take it for a parameter.
"""

SHELF = 2**40
TABLES = ("journal_head", "journal_entry")
TRIGGERS = (
    "journal_head_starts", "journal_head_follows", "journal_head_stays",
    "journal_entry_follows", "journal_entry_moves_head", "journal_entry_unchanged", "journal_entry_kept",
)  # fmt: skip

_TABLES = """
CREATE TABLE IF NOT EXISTS journal_head (
  practice TEXT PRIMARY KEY, shelf {integer} NOT NULL UNIQUE, seq {integer} NOT NULL, hash TEXT NOT NULL){options};

CREATE TABLE IF NOT EXISTS journal_entry (
  number {integer} PRIMARY KEY, practice TEXT NOT NULL, seq {integer} NOT NULL, entry_id TEXT NOT NULL,
  recorded_at TEXT NOT NULL, occurred_at TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
  actor_name TEXT NOT NULL, subject TEXT NOT NULL, summary TEXT NOT NULL, data TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (practice, seq)){options};

CREATE INDEX IF NOT EXISTS journal_entry_day ON journal_entry (practice, recorded_at);

CREATE INDEX IF NOT EXISTS journal_entry_hold ON journal_entry (practice, seq) WHERE kind = 'hold.set';

CREATE INDEX IF NOT EXISTS journal_entry_release ON journal_entry (practice, subject, seq)
  WHERE kind = 'hold.released';

{view} journal_hold AS
  SELECT s.practice, s.seq, s.subject AS name, s.summary AS reason, s.recorded_at AS set_at, s.actor AS set_by,
         r.recorded_at AS released_at, r.actor AS released_by
  FROM journal_entry s LEFT JOIN journal_entry r
    ON r.practice = s.practice AND r.subject = s.subject AND r.kind = 'hold.released'
   AND r.seq = (SELECT min(n.seq) FROM journal_entry n WHERE n.practice = s.practice AND n.subject = s.subject
                AND n.kind = 'hold.released' AND n.seq > s.seq)
  WHERE s.kind = 'hold.set'"""

# The conditions, written once: what the new row must find in the database.
_STARTS = (
    "NEW.seq = 0 AND NEW.hash = '" + "0" * 64 + "' AND NOT EXISTS"
    " (SELECT 1 FROM journal_head h WHERE h.practice = NEW.practice OR h.shelf = NEW.shelf)"
)
_HEAD_FOLLOWS = (
    "NEW.practice = OLD.practice AND NEW.shelf = OLD.shelf AND NEW.seq = OLD.seq + 1 AND EXISTS"
    " (SELECT 1 FROM journal_entry e WHERE e.practice = NEW.practice AND e.seq = NEW.seq"
    " AND e.hash = NEW.hash AND e.previous = OLD.hash)"
)
_ENTRY_FOLLOWS = (
    "EXISTS (SELECT 1 FROM journal_head h WHERE h.practice = NEW.practice AND h.seq = NEW.seq - 1"  # noqa: S608 - a constant
    f" AND h.hash = NEW.previous AND NEW.number = h.shelf * {SHELF} + NEW.seq)"
)
_MOVE = "UPDATE journal_head SET seq = NEW.seq, hash = NEW.hash WHERE practice = NEW.practice"

# (trigger, when, table, condition that must hold, or None when it never may)
_GUARDS = (
    ("journal_head_starts", "BEFORE INSERT", "journal_head", _STARTS),
    ("journal_head_follows", "BEFORE UPDATE", "journal_head", _HEAD_FOLLOWS),
    ("journal_head_stays", "BEFORE DELETE", "journal_head", None),
    ("journal_entry_follows", "BEFORE INSERT", "journal_entry", _ENTRY_FOLLOWS),
    ("journal_entry_unchanged", "BEFORE UPDATE", "journal_entry", None),
    ("journal_entry_kept", "BEFORE DELETE", "journal_entry", None),
)
APPEND_ONLY = "journal: append only"


def statements(dialect: str) -> tuple[str, ...]:
    """Every statement that makes the schema, in order; running them again changes nothing."""
    return _postgresql() if dialect == "postgresql" else _sqlite()


def _sqlite() -> tuple[str, ...]:
    tables = _TABLES.format(integer="INTEGER", options=" STRICT", view="CREATE VIEW IF NOT EXISTS")
    guards = tuple(
        f"CREATE TRIGGER IF NOT EXISTS {name} {when} ON {table} BEGIN"
        f" SELECT RAISE(ABORT, '{APPEND_ONLY}') WHERE ({condition or 'FALSE'}) IS NOT TRUE; END"
        for name, when, table, condition in _GUARDS
    )
    move = f"CREATE TRIGGER IF NOT EXISTS journal_entry_moves_head AFTER INSERT ON journal_entry BEGIN {_MOVE}; END"
    return (*_split(tables), *guards, move)


def _postgresql() -> tuple[str, ...]:
    tables = _TABLES.format(integer="BIGINT", options="", view="CREATE OR REPLACE VIEW")
    guards = tuple(
        made
        for name, when, table, condition in _GUARDS
        for made in (
            _function(name, f"IF ({condition or 'FALSE'}) IS NOT TRUE THEN {_RAISE}; END IF; RETURN NEW;"),
            _trigger(name, when, table, "ROW", name),
        )
    )
    move = (
        _function("journal_entry_moves_head", f"{_MOVE}; RETURN NULL;"),
        _trigger("journal_entry_moves_head", "AFTER INSERT", "journal_entry", "ROW", "journal_entry_moves_head"),
    )
    whole = tuple(
        _trigger(f"{table}_whole", "BEFORE TRUNCATE", table, "STATEMENT", "journal_entry_kept") for table in TABLES
    )
    return (*_split(tables), *guards, *move, *whole)


_RAISE = f"RAISE EXCEPTION USING MESSAGE = '{APPEND_ONLY}', ERRCODE = 'restrict_violation'"


def _split(tables: str) -> tuple[str, ...]:
    return tuple(statement.strip() for statement in tables.split(";\n"))


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _trigger(name: str, when: str, table: str, each: str, function: str) -> str:
    return f"CREATE OR REPLACE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
