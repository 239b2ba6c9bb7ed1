#!/usr/bin/env bash
# Builds the worker and the page: `scripts/build-worker.sh [--release]`.
# wrangler calls it by `[build]`; it is quick when nothing changed.
source "$(dirname "$0")/steps.sh"
use_worker_build
profile=${1:---dev}

worker-build "$profile"
scripts/build-page.sh

kib() { awk -v bytes="$1" 'BEGIN { printf "%.0f KiB", bytes / 1024 }'; }
for file in build/index_bg.wasm build/index.js build/assets/app.js; do
  printf '%-24s %9s, gzipped %s\n' "$file" "$(kib "$(wc -c <"$file")")" "$(kib "$(gzip -9 -c "$file" | wc -c)")"
done
