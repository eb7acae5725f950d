#!/usr/bin/env bash
# Builds OUTDIR/charts.js (ES module for the browser), OUTDIR/charts-render.js (script for the server's renderer) and
# OUTDIR/charts-licences.txt (of what is inside them).
# Same input, same bytes. Dependencies are installed when they are missing or the lock changed.
# usage: frontend/charts/build.sh OUTDIR
set -euo pipefail
[ $# = 1 ] || { echo "usage: $0 OUTDIR" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"

# the aim of the whole site's budget; the page loads this file only when a chart comes into view
LIMIT_KIB=250
stamp=node_modules/.lock.sha256
lock=$(sha256sum package-lock.json)
if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
  echo "charts: installing ECharts and esbuild" >&2
  npm ci --ignore-scripts --loglevel=error >&2
  echo "$lock" > "$stamp"
fi

esbuild() {
  node_modules/.bin/esbuild "$@" --bundle --minify --legal-comments=none --log-level=warning \
    --banner:js="/*! Apache ECharts (Apache-2.0), ZRender (BSD-3-Clause), tslib (0BSD): see charts-licences.txt */" \
    --define:process.env.NODE_ENV='"production"' --define:__DEV__=false --charset=utf8
}
esbuild bridge.js --format=esm --target=es2020 --outfile="$out/charts.js"
esbuild render.js --format=iife --target=es2020 --outfile="$out/charts-render.js"

{
  for package in echarts zrender tslib; do
    for file in LICENSE LICENSE.txt NOTICE licenses/LICENSE-d3; do
      path=node_modules/$package/$file
      if [ -f "$path" ]; then printf '===== %s: %s =====\n\n' "$package" "$file"; cat "$path"; printf '\n'; fi
    done
  done
} > "$out/charts-licences.txt"

node - "$out/charts.js" "$LIMIT_KIB" <<'JS'
const [file, limit] = process.argv.slice(2);
const { brotliCompressSync } = require("node:zlib");
const text = require("node:fs").readFileSync(file);
const kib = brotliCompressSync(text).length / 1024;
console.log(`charts: charts.js ${(text.length / 1024).toFixed(0)} KiB, ${kib.toFixed(1)} KiB after brotli (limit ${limit})`);
if (/\beval\(|new Function\(/.test(text)) { console.error("charts: the bundle must not evaluate text as code"); process.exit(1); }
if (kib > Number(limit)) { console.error("charts: over the limit"); process.exit(1); }
JS
