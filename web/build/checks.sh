# The list of checks that `./build.sh test` goes through, with a summary at the end. Sourced by build.sh.

RESULTS=()
PASSED=0
FAILED=0

# check TITLE COMMAND...: an external command, so that a failure inside it cannot be swallowed.
check() {
  local title=$1 started took
  shift
  say "$title"
  started=$(now)
  if "$@"; then
    took=$(since "$started")
    RESULTS+=("passed  $(printf '%9s' "$took")  $title")
    PASSED=$((PASSED + 1))
    note "passed, $took"
  else
    took=$(since "$started")
    RESULTS+=("FAILED  $(printf '%9s' "$took")  $title")
    FAILED=$((FAILED + 1))
    note "FAILED, $took"
    return 1
  fi
}

not_run() { RESULTS+=("not run            $1"); FAILED=$((FAILED + 1)); }

run_checks() {
  local started built=yes
  started=$(now)
  export CARGO_TERM_PROGRESS_WHEN=never
  check "format (cargo fmt)" cargo fmt --all --check || true
  check "lints (clippy, warnings are errors)" cargo clippy --workspace --all-targets --locked -- -D warnings || true
  check "Rust tests" cargo test --workspace --locked --quiet || true
  check "Rust documentation" env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --quiet || true
  check "types of the page's scripts (tsc)" node tests/node_modules/typescript/bin/tsc -p www/jsconfig.json || true
  check "the whole page, within its size budgets" ./build.sh build || built=no
  if [ "$built" = yes ]; then
    check "engines under Node and side by side" node tests/node/run.mjs || true
    check "the page in Chromium" node tests/browser/run.mjs || true
  else
    not_run "engines under Node and side by side"
    not_run "the page in Chromium"
  fi
  say "summary, after $(since "$started")"
  printf '    %s\n' "${RESULTS[@]}"
  printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
  [ "$FAILED" -eq 0 ]
}
