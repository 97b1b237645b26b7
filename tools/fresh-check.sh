#!/usr/bin/env bash
# Walks the two commands of the README as a newcomer: a clone of HEAD, an empty home folder, and of this machine only
# the system and the Node and npm that FRESH_PATH names (default: the system's). `fresh-check.sh start` skips the checks.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
fresh=$(mktemp -d "${TMPDIR:-/tmp}/lorc-fresh-XXXXXX")
trap 'rm -rf "$fresh"' EXIT
path=${FRESH_PATH:-/usr/bin:/bin}
registry=$(npm config get registry 2>/dev/null)

git clone --quiet . "$fresh/clone"
mkdir "$fresh/home"
newcomer() { (cd "$fresh/clone" && env -i HOME="$fresh/home" PATH="$path" npm_config_registry="$registry" "$@"); }
seconds() { date +%s.%N; }
fail() { echo "fresh-check: $*" >&2; exit 1; }
clean() { [ -z "$(newcomer git status --porcelain)" ] || fail "$1 left the tree dirty: $(newcomer git status --porcelain)"; }

echo "Node $(newcomer node --version), npm $(newcomer npm --version)"
for time in first second; do
  began=$(seconds)
  newcomer npm start >"$fresh/out" 2>"$fresh/err" || { cat "$fresh/out" "$fresh/err" >&2; fail "the $time npm start failed"; }
  echo "$time npm start: $(awk "BEGIN { printf \"%.1f\", $(seconds) - $began }") s: $(tail -n 1 "$fresh/out")"
  tail -n 1 "$fresh/out" | grep -q '^{"status":"ok",' || { cat "$fresh/err" >&2; fail "the last line on stdout is no result"; }
  clean "npm start"
done
newcomer ./lorc --version >/dev/null || fail "./lorc does not run"
[ "$what" = start ] && exit

began=$(seconds)
newcomer npm test || fail "npm test failed"
echo "npm test: $(awk "BEGIN { printf \"%.0f\", $(seconds) - $began }") s"
clean "npm test"
