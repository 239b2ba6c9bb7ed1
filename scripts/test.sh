#!/usr/bin/env bash
# `make test`: everything, one tier after another; the first that fails ends it.
source "$(dirname "$0")/steps.sh"
: >"$TOOLS/tiers"

# In subshells: what they set for the wasm toolchain is not meant for the others.
clippy_wasm() ( use_wasm_toolchain && cargo clippy --locked --lib --target "$1" -- -D warnings )
documents() { RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items; }

tier "set-up" scripts/setup.sh
scripts/check.sh
tier "documents of the crate" documents
tier "clippy, Cloudflare" clippy_wasm wasm32-unknown-unknown
tier "clippy, Spin" clippy_wasm wasm32-wasip2
# As it is deployed: the tests below run on what is shipped.
tier "worker, release" scripts/build-worker.sh --release
tier "real runtime" scripts/test-e2e.sh
tier "Spin" scripts/test-spin.sh

printf '\nAll tiers passed:\n'
awk -F '\t' '{ printf "  %-24s %s\n", $1, $2; total += $2 } END { printf "  %-24s %s s\n", "together", total }' "$TOOLS/tiers"
