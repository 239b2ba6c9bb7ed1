#!/usr/bin/env bash
# Builds the worker and the page: `scripts/build-worker.sh [--dev | --release]`.
# wrangler calls it by `[build]`; it is quick when nothing changed.
source "$(dirname "$0")/steps.sh"
# `npx wrangler dev` alone gets what `make dev` does; whatever uploads gets what is meant to be shipped.
case "${WRANGLER_COMMAND:-dev}" in
  dev) profile=${1:---dev} ;;
  *) profile=${1:---release} ;;
esac
if [ "${WRANGLER_COMMAND:-}" = dev ]; then
  scripts/setup.sh
  scripts/local.sh
fi
use_worker_build

# What counts is the size when it is compressed, so this is not -Oz: that gives each of the thousands of
# functions which are alike (made of the same generic code) other locals and other inlined parts, and what
# it saves in instructions costs twice in compression. By name, functions that are alike lie together.
# The features are those that rustc and the wasm-bindgen shim use, and workerd has.
shrink() {
  "$WASM_OPT_BIN" --duplicate-function-elimination --remove-unused-brs --merge-blocks --optimize-instructions --rse \
    --simplify-locals-notee-nostructure --vacuum --dealign --remove-unused-module-elements \
    --reorder-functions-by-name --strip-debug --strip-producers --enable-mutable-globals --enable-sign-ext \
    --enable-nontrapping-float-to-int --enable-bulk-memory --enable-multivalue --enable-reference-types \
    --enable-exception-handling build/index_bg.wasm -o build/index_bg.small.wasm
  mv build/index_bg.small.wasm build/index_bg.wasm
}

# By content, not by date: another branch and back again is no change. The mark is written last.
mark=build/worker.inputs
sources() { find src schema migrations build.rs Cargo.toml Cargo.lock askama.toml scripts/build-worker.sh -type f | LC_ALL=C sort; }
inputs="$profile $(rustc --version) $WASM_BINDGEN_VERSION $({ sources; sources | tr '\n' '\0' | xargs -0 cat; } | checksum)"
if [ ! -f build/index_bg.wasm ] || [ "$(cat "$mark" 2>/dev/null)" != "$inputs" ]; then
  rm -f "$mark"
  # Hoisting a load into each branch, and not sinking what branches have in common, makes copies of what is one.
  [ "$profile" != --release ] || export RUSTFLAGS="${RUSTFLAGS:-} -Cllvm-args=-enable-load-pre=false -Cllvm-args=-enable-gvn-sink"
  worker-build "$profile" || fail "the worker was not built: the compiler says why above"
  [ "$profile" != --release ] || shrink || fail "the worker was not optimized: wasm-opt says why above"
  printf '%s' "$inputs" >"$mark"
fi
scripts/build-page.sh || fail "the page was not built: esbuild says why above"

# A development build is several times as large and says nothing about what is shipped.
[ "$profile" = --release ] || { printf '✓ worker and page: %s s\n' "$SECONDS"; exit 0; }
kib() { awk -v bytes="$1" 'BEGIN { printf "%.0f KiB", bytes / 1024 }'; }
for file in build/index_bg.wasm build/index.js build/assets/app.js; do
  printf '%-24s %9s, gzipped %s\n' "$file" "$(kib "$(wc -c <"$file")")" "$(kib "$(gzip -9 -c "$file" | wc -c)")"
done
printf '✓ worker and page, for release: %s s\n' "$SECONDS"
