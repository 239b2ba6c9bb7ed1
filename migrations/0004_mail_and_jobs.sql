-- Who has a job in hand, what became of its tries, and which were given up; and
-- indexes for what is purged.

-- Nobody else tries a job before `held_until`: a lease while somebody does, the
-- wait after a failure.
ALTER TABLE outbox ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN last_attempt_at INTEGER;
-- A class of errors, never the words of one.
ALTER TABLE outbox ADD COLUMN last_error TEXT;
-- Given up: a dead letter, until an operator replays it.
ALTER TABLE outbox ADD COLUMN dead_at INTEGER;
CREATE INDEX outbox_dead ON outbox (id) WHERE dead_at IS NOT NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;

CREATE INDEX email_tokens_by_expiry ON email_tokens (expires_at);
