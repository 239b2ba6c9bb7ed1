-- Rooms to which a session has had a ticket: where its sockets may be when it ends.
-- A row goes once they are closed.
CREATE TABLE room_sessions (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  room_id TEXT NOT NULL REFERENCES rooms (id),
  asked_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, room_id)
) STRICT, WITHOUT ROWID;
