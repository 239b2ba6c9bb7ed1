#!/usr/bin/env bash
# `make migrate`: the local database, or with ENV=staging or ENV=production that one.
source "$(dirname "$0")/steps.sh"
case "${ENV:-local}" in
  local)
    node scripts/secrets.mjs
    wrangler d1 migrations apply DB --local </dev/null || fail "the local database could not be migrated"
    ;;
  staging | production)
    # wrangler lists what it is about to apply, and asks.
    wrangler d1 migrations apply DB --env "$ENV" --remote || fail "the database of $ENV could not be migrated"
    ;;
  *) fail "ENV is local, staging or production, not $ENV" ;;
esac
