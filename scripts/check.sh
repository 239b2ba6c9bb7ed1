#!/usr/bin/env bash
# `make check`: what is quick enough to run between two edits.
source "$(dirname "$0")/steps.sh"

tier "format" cargo fmt --check
tier "clippy, native" cargo clippy --locked --all-targets -- -D warnings
tier "native tests" cargo test --locked
tier "page, types" tsc --project web
