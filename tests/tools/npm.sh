#!/usr/bin/env bash
# Print a node_modules folder with npm packages, fetched once: npm.sh zod@4.6.7 old@npm:typescript@5.5.4
# Exact versions only, so that what was fetched once stays right. Exits 3 where they cannot be had.
set -euo pipefail
umask 022
[ $# -gt 0 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
for package in "$@"; do
  [[ $package =~ .@[0-9]+\.[0-9]+\.[0-9]+[^@]*$ ]] || { echo "npm.sh: $package has no exact version" >&2; exit 2; }
done
if [ "$(id -u)" = 0 ]; then cache=/var/cache/dbtool-tests; else cache=${XDG_CACHE_HOME:-$HOME/.cache}/dbtool-tests; fi
mkdir -p "$cache/npm"

sorted=$(printf '%s\n' "$@" | LC_ALL=C sort -u)
folder=$cache/npm/$(tr '\n/' '+_' <<<"$sorted" | sed 's/+$//; s/npm://g')
if [ ! -d "$folder/node_modules" ]; then
  if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "npm.sh: no npm here: $* cannot be fetched" >&2
    exit 3
  fi
  made=$(mktemp -d "$cache/npm/.install-XXXXXX")
  trap 'rm -rf "$made"' EXIT
  chmod 755 "$made"
  echo '{"private": true}' >"$made/package.json"
  tries=0
  until npm install --silent --ignore-scripts --no-package-lock --no-audit --no-fund \
          --prefix "$made" $sorted >/dev/null 2>"$made/npm.err"; do
    tries=$((tries + 1))
    [ "$tries" -lt 3 ] || { cat "$made/npm.err" >&2; echo "npm.sh: $* cannot be had" >&2; exit 3; }
    sleep 2
  done
  mv -T "$made" "$folder" 2>/dev/null || [ -d "$folder/node_modules" ]  # or another one was faster
fi
echo "$folder/node_modules"
