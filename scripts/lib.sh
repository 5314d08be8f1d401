# What the scripts beside this one share. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/backend/target}
fetched_postgres=${HOME:-/root}/.local/share/uems/postgresql/bin

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }
fail() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# The folder of a PostgreSQL of version 15 or newer, or nothing. The program itself looks in more places.
find_postgres() {
    local folder version best='' best_version=14
    for folder in "${UEMS_POSTGRES_BIN:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        "$(dirname "$(readlink -f "$(command -v postgres || echo /nowhere/postgres)")")" "$fetched_postgres"; do
        [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] || continue
        version=$("$folder/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        if [ "$version" -gt "$best_version" ]; then best=$folder best_version=$version; fi
    done
    printf '%s' "$best"
}

# The browser for the tests, or nothing.
find_browser() {
    local name
    if [ -n "${CHROMIUM:-}" ]; then printf '%s' "$CHROMIUM"; return; fi
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if have "$name"; then command -v "$name"; return; fi
    done
}
