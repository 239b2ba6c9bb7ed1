#!/usr/bin/env bash
# Builds the Spin component and tests it: there is no spin in the package
# registries, so jco translates the component and Node serves it, with small
# shims in tests/spin for what Spin provides. Spin itself reads spin.toml.
source "$(dirname "$0")/steps.sh"
use_wasm_toolchain
out=target/spin

cargo build --locked --target wasm32-wasip2 --lib
jco transpile "$CARGO_TARGET_DIR/wasm32-wasip2/debug/virtual_doctor.wasm" -o "$out" \
  --name component --no-typescript --quiet \
  --map "spin:sqlite/sqlite=../../tests/spin/sqlite.mjs" \
  --map "spin:key-value/key-value=../../tests/spin/key_value.mjs" \
  --map "spin:variables/variables=../../tests/spin/variables.mjs"
"$TOOLS/node-for-spin/bin/node" --test --test-reporter=dot tests/spin/component.test.mjs
