# Telling what is done and how long it took. Sourced by build.sh.

if [ -t 1 ]; then BOLD=$'\033[1m' PLAIN=$'\033[0m'; else BOLD='' PLAIN=''; fi
CURRENT_STEP=''

say() { printf '%s==> %s%s\n' "$BOLD" "$*" "$PLAIN"; }
note() { printf '    %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Seconds since some fixed moment; whole seconds where bash is older than 5.
now() { local t=${EPOCHREALTIME:-$SECONDS}; printf '%s' "${t/,/.}"; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }'; }

# step TITLE COMMAND...: the command runs in this shell with errexit on, so a failure inside it ends the script there.
step() {
  local started
  CURRENT_STEP=$1
  shift
  say "$CURRENT_STEP"
  started=$(now)
  "$@"
  note "took $(since "$started")"
  CURRENT_STEP=''
}
