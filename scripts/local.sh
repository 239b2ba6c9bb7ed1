#!/usr/bin/env bash
# What a local installation needs beside its tools: keys, and a database with
# every migration. Quick when nothing changed.
source "$(dirname "$0")/steps.sh"

node scripts/secrets.mjs

# A new database has new accounts, and they a new password.
if [ ! -d .wrangler/state/v3/d1 ]; then
  rm -f "$TOOLS/done/database" "$TOOLS/demo-password"
fi
migrate() { wrangler d1 migrations apply DB --local </dev/null; }
step database "$(checksum migrations/*.sql)" migrate
