# Sourced by the other scripts: where tools live, what versions they have, and
# how a step is run once, timed and named. Nothing here does work by itself.

set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="$ROOT/.tools"
cd "$ROOT"
mkdir -p "$TOOLS/bin" "$TOOLS/done" "$TOOLS/log"

# Pinned versions. worker-build refuses any other wasm-bindgen than the crate's.
NODE_VERSION=22.23.3          # wrangler needs 22.12 or later
NODE_FOR_SPIN_VERSION=26.10.0 # WebAssembly.Suspending, which the Spin shim uses
WORKER_BUILD_VERSION=0.8.7
WASM_BINDGEN_VERSION=0.2.129

export WRANGLER_SEND_METRICS=false
export PATH="$TOOLS/bin:$TOOLS/node/bin:$ROOT/node_modules/.bin:$PATH"

fail() { printf '✗ %s\n' "$*" >&2; exit 1; }

# step NAME FINGERPRINT COMMAND… runs the command unless it already ended well
# for this fingerprint. The mark is written last, so an interrupted step is run again.
step() {
  local name=$1 fingerprint=$2; shift 2
  local mark="$TOOLS/done/$name" log="$TOOLS/log/$name.log" began=$SECONDS
  [ -f "$mark" ] && [ "$(cat "$mark")" = "$fingerprint" ] && return 0
  printf '· %s …\n' "$name"
  rm -f "$mark"
  if ! "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "$name failed; the whole log is in .tools/log/$name.log"
  fi
  printf '%s' "$fingerprint" >"$mark"
  printf '✓ %s (%s s)\n' "$name" "$((SECONDS - began))"
}

# tier NAME COMMAND… runs a part of the tests in the open and notes how long it took.
tier() {
  local name=$1 began=$SECONDS; shift
  printf '\n── %s\n' "$name"
  "$@" || fail "$name failed"
  printf '%s\t%s s\n' "$name" "$((SECONDS - began))" >>"$TOOLS/tiers"
  printf '── %s: %s s\n' "$name" "$((SECONDS - began))"
}

# macOS has shasum where others have sha256sum.
checksum() { cat "$@" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-16; }

# The toolchain that builds wasm: rustup's own where it can fetch the targets,
# otherwise Debian's (linked into rustup as "debian").
use_wasm_toolchain() {
  if [ "$(cat "$TOOLS/wasm-toolchain" 2>/dev/null)" = debian ]; then
    export RUSTUP_TOOLCHAIN=debian
  fi
  export CARGO_TARGET_DIR="$ROOT/target/wasm"
}

# worker-build downloads what it is not pointed at.
use_worker_build() {
  use_wasm_toolchain
  export WASM_BINDGEN_BIN="$TOOLS/bin/wasm-bindgen"
  export WASM_OPT_BIN="$ROOT/node_modules/binaryen/bin/wasm-opt"
  export ESBUILD_BIN="$ROOT/node_modules/.bin/esbuild"
}
