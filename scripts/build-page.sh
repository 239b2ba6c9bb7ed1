#!/usr/bin/env bash
# Bundles the page and the API documents into build/assets, which the worker serves.
source "$(dirname "$0")/steps.sh"
out=build/assets
rm -rf "$out.new"; mkdir -p "$out.new/docs"
esbuild web/src/main.ts --outfile="$out.new/app.js" --bundle --minify --format=esm --target=es2022 --log-level=warning
esbuild web/src/docs.ts --outfile="$out.new/docs.js" --bundle --minify --format=esm --target=es2022 --log-level=warning
cp web/index.html web/styles.css web/favicon.svg web/_headers "$out.new/"
cp web/docs/index.html web/docs/docs.css "$out.new/docs/"
[ ! -f schema/openapi.json ] || cp schema/openapi.json "$out.new/openapi.json"
mkdir -p build; rm -rf "$out"; mv "$out.new" "$out"
