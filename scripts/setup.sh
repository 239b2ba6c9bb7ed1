#!/usr/bin/env bash
# Brings a machine with rustup, Node, Python, make and git to the point where
# everything in the Makefile runs. Quick when nothing changed; safe to interrupt.
source "$(dirname "$0")/steps.sh"

command -v cargo >/dev/null || fail "cargo is not on PATH: install Rust with rustup (https://rustup.rs)"
command -v node >/dev/null || fail "node is not on PATH: install Node 20 or later"
command -v npm >/dev/null || fail "npm is not on PATH: install Node 20 or later"

node_platform() { node -p "({linux:'linux',darwin:'darwin'})[process.platform]+'-'+process.arch"; }

# A Node of our own, from npm, so that wrangler never meets the system's older one.
install_node() { # directory version
  rm -rf "$1.part" "$1"
  npm install --prefix "$1.part" --no-save --no-audit --no-fund --ignore-scripts "node-$(node_platform)@$2"
  mkdir -p "$1.part/bin"
  ln -s "../node_modules/node-$(node_platform)/bin/node" "$1.part/bin/node"
  mv "$1.part" "$1"
}

install_node_packages() {
  # Not `npm ci`: it refuses a lock file from which npm left other platforms' optional packages out.
  PATH="$TOOLS/node/bin:$PATH" npm install --no-save --no-audit --no-fund --ignore-scripts
}

debian_packages() {
  [ "$(id -u)" = 0 ] || fail "rustup cannot download the wasm targets here, and Debian's packages need root: run 'rustup target add wasm32-unknown-unknown wasm32-wasip2' where it can"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    rustc-web cargo-web rust-web-src rust-web-clippy wasi-libc
  rustup toolchain link debian /usr
}

# Debian ships no std for wasm: it is built from its own sources, with bitcode so
# that link-time optimization finds it, and laid where rustc looks.
debian_std() { # target
  local target=$1 crate="$TOOLS/std-$1" lib="/usr/lib/rustlib/$1/lib"
  rm -rf "$crate"; mkdir -p "$crate/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["rlib"]\n[workspace]\n' >"$crate/Cargo.toml"
  : >"$crate/src/lib.rs"
  (cd "$crate" && RUSTUP_TOOLCHAIN=debian RUSTFLAGS="-Cembed-bitcode=yes" CARGO_PROFILE_RELEASE_LTO=off RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_DIR="$crate/target" cargo build --release --target "$target" -Zbuild-std=std,panic_abort)
  mkdir -p "$lib"; rm -f "$lib"/*.rlib
  find "$crate/target/$target/release/deps" -name '*.rlib' ! -name 'libempty*' -exec cp {} "$lib/" \;
  rm -rf "$crate" "$ROOT/target/wasm/$target"
}

debian_linkers() {
  local ours="/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin" theirs
  theirs="$(rustc +stable --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin"
  mkdir -p "$ours" /usr/lib/rustlib/wasm32-wasip2/lib/self-contained
  ln -sf "$theirs/rust-lld" "$ours/rust-lld"
  ln -sf "$theirs/rust-lld" "$TOOLS/bin/wasm-ld"
  ln -sf "$theirs/wasm-component-ld" "$TOOLS/bin/wasm-component-ld"
  local libc; libc="$(dirname "$(dpkg -L wasi-libc | grep -m1 '/wasm32-wasi/libc.a$')")"
  cp "$libc/libc.a" "$libc"/crt1-*.o /usr/lib/rustlib/wasm32-wasip2/lib/self-contained/
}

wasm_toolchain() {
  # A network that swallows packets must not hang the set-up; macOS has no `timeout`.
  local limit=; ! command -v timeout >/dev/null || limit="timeout 300"
  # WASM_TOOLCHAIN=debian tries the fallback where it would not be needed.
  if [ "${WASM_TOOLCHAIN:-}" != debian ] && $limit rustup target add wasm32-unknown-unknown wasm32-wasip2; then
    printf stable >"$TOOLS/wasm-toolchain"
  elif command -v apt-get >/dev/null; then
    printf debian >"$TOOLS/wasm-toolchain"
  else
    fail "rustup could not add the wasm targets and this is not Debian: check the network, then run make again"
  fi
}

install_cargo_tool() { # crate version features…
  local crate=$1 version=$2; shift 2
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$TOOLS/build" \
    cargo install --debug --locked --root "$TOOLS" "$crate" --version "=$version" "$@"
}

step node "$NODE_VERSION" install_node "$TOOLS/node" "$NODE_VERSION"
step node-for-spin "$NODE_FOR_SPIN_VERSION" install_node "$TOOLS/node-for-spin" "$NODE_FOR_SPIN_VERSION"
[ -d node_modules ] || rm -f "$TOOLS/done/node-packages"
step node-packages "$(checksum package-lock.json)" install_node_packages
step wasm-toolchain "$(checksum rust-toolchain.toml) ${WASM_TOOLCHAIN:-}" wasm_toolchain
if [ "$(cat "$TOOLS/wasm-toolchain")" = debian ]; then
  [ -x /usr/bin/rustc ] || rm -f "$TOOLS/done/debian-rust"
  step debian-rust 1 debian_packages
  version="$(/usr/bin/rustc --version)"
  for target in wasm32-unknown-unknown wasm32-wasip2; do
    [ -d "/usr/lib/rustlib/$target/lib" ] || rm -f "$TOOLS/done/std-$target"
  done
  step debian-linkers "$version" debian_linkers
  step std-wasm32-unknown-unknown "$version" debian_std wasm32-unknown-unknown
  step std-wasm32-wasip2 "$version" debian_std wasm32-wasip2
fi
step wasm-bindgen "$WASM_BINDGEN_VERSION" install_cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" --bin wasm-bindgen
step worker-build "$WORKER_BUILD_VERSION" install_cargo_tool worker-build "$WORKER_BUILD_VERSION"
