#!/usr/bin/env bash
# Tests the built worker on the real runtime: `scripts/test-e2e.sh [file…]`.
# Builds nothing: run scripts/build-worker.sh before, or set E2E_BUILD.
source "$(dirname "$0")/steps.sh"
build=${E2E_BUILD:-build}
[ -f "$build/index_bg.wasm" ] || fail "there is no worker in $build: run scripts/build-worker.sh first"
began=$SECONDS
[ $# -gt 0 ] || set -- tests/e2e/*.test.mjs

# Two files at a time: what they wait for costs no CPU, what they measure is measured in turns.
node --test --test-concurrency=2 --test-timeout=120000 --test-reporter=spec "$@" || fail "end-to-end tests failed"
printf '✓ end-to-end tests (%s s)\n' "$((SECONDS - began))"
