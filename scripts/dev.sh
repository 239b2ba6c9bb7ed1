#!/usr/bin/env bash
# `make dev`: sets everything up and serves on http://localhost:8787, or on PORT.
source "$(dirname "$0")/steps.sh"
port=${PORT:-8787}
url="http://localhost:$port"

command -v curl >/dev/null || fail "curl is not on PATH: install it"
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
! listens || fail "port $port is taken: stop what listens there, or choose another one with PORT=8788 make dev"

scripts/setup.sh
scripts/local.sh

# Says when the server answers, and makes the demo accounts then.
announce() {
  until curl -sf -o "$TOOLS/log/health" --max-time 2 "$url/health"; do
    kill -0 "$$" 2>/dev/null || return 0
    sleep 0.2
  done
  printf '\n✓ ready on %s, %s s after make dev\n' "$url" "$SECONDS"
  BASE_URL=$url node scripts/demo.mjs --accounts || true
  printf '  API documents: %s/docs · mails: %s/dev/mail · a consultation: make demo · stop: Ctrl-C\n\n' "$url" "$url"
}

printf '· building and starting; after an edit the worker is built again by itself\n'
announce &
# In place of this shell, so that Ctrl-C and the keys of its menu reach it.
exec wrangler dev --port "$port" --var "PUBLIC_URL:$url"
