#!/usr/bin/env bash
# Builds, serves, checks and times Dosefront. Says what it does, checks each tool it needs, and builds only what has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. web/build/say.sh
. web/build/tools.sh
. web/build/wasm.sh
. web/build/checks.sh

usage() {
  cat <<'TEXT'
./build.sh serve [--port N]   build what has changed and serve the page on this machine; the WebGPU engine follows in the background
./build.sh build              the whole static site into dist/, with its sizes; can be put under any path of any web server
./build.sh test [FILTER]      everything CI runs; with FILTER only the browser and Node tests whose name contains it
./build.sh verify RUN [DATA]  does a saved run (.dosefront.json or .zip) again under Node and says whether it comes out the same
./build.sh bench [NAME]       single training steps and what they ask of WebGPU (steps), whole trainings (train), explorations (explore),
                              one worker against two (grid), a front (front), in Chromium
TEXT
}

build_first() {
  build_wasm engine-cpu
  build_wasm view
  build_wasm saved
}

build_all() {
  step "checking tools" check_tools
  build_first
  build_wasm engine-webgpu
  assemble engine-cpu view saved engine-webgpu
  say "dist/ holds the page; sizes"
  node web/build/site.mjs dist --offline --check
}

# The page is usable after the CPU engine, which takes a fraction of the time the WebGPU engine takes to build.
serve() {
  local port=() webgpu=no
  case ${1:-} in
    '') ;;
    --port) [[ ${2:-} =~ ^[0-9]+$ ]] || die "--port needs a number"; port=(--port "$2") ;;
    *) usage; exit 2 ;;
  esac
  step "checking tools" check_tools
  build_first
  if up_to_date engine-webgpu; then
    webgpu=yes
    assemble engine-cpu view saved engine-webgpu
    node web/build/site.mjs dist
  else
    assemble engine-cpu view saved
    node web/build/site.mjs dist --building webgpu
  fi
  # Each in a process group of its own, so that ending this script ends cargo too.
  set -m
  # www/ comes before its copy in dist/: an edited page shows on reload.
  node web/serve.mjs ${port[@]+"${port[@]}"} www dist &
  CHILDREN=("$!")
  if [ "$webgpu" = no ]; then
    (build_webgpu_behind) &
    CHILDREN+=("$!")
  fi
  set +m
  wait "${CHILDREN[0]}"
}

build_webgpu_behind() {
  trap 'rc=$?; [ "$rc" -eq 0 ] || { note "the WebGPU engine was not built; the page goes on with the CPU engine"; node web/build/site.mjs dist; }' EXIT
  say "the page works now; building the WebGPU engine behind it (long the first time)"
  build_wasm engine-webgpu
  add_to dist engine-webgpu
  node web/build/site.mjs dist
  say "the WebGPU engine is ready; the page takes it where a graphics adapter answers"
}

run_tests() {
  step "checking tools" check_tools
  ensure_npm tests
  ensure_chromium
  if [ $# -gt 0 ]; then
    [ -f dist/build.json ] || build_all
    node tests/node/run.mjs "$@"
    node tests/browser/run.mjs "$@"
  else
    run_checks
  fi
}

verify() {
  [ $# -gt 0 ] || die "verify needs a saved run: ./build.sh verify RUN.dosefront.json [DATA]"
  step "checking tools" check_tools
  # With the page as it was last built, or else with as much of it as this needs.
  [ -f dist/build.json ] || { build_first && assemble engine-cpu view saved && node web/build/site.mjs dist; }
  node tests/node/verify.mjs "$@"
}

bench() {
  build_all
  if [ $# -eq 0 ] || [ "$1" = steps ]; then
    build_wasm bench-cpu
    build_wasm bench-webgpu
  fi
  ensure_npm tests
  ensure_chromium
  node tests/bench/run.mjs "$@"
}

CHILDREN=()
finish() {
  local rc=$? child
  for child in ${CHILDREN[@]+"${CHILDREN[@]}"}; do kill -- "-$child" 2>/dev/null || true; done
  [ "$rc" -eq 0 ] || [ -z "$CURRENT_STEP" ] || printf 'error: this step failed: %s\n' "$CURRENT_STEP" >&2
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  serve) serve "$@" ;;
  build) build_all ;;
  test) run_tests "$@" ;;
  verify) verify "$@" ;;
  bench) bench "$@" ;;
  -h | --help | help) usage ;;
  *) usage; exit 2 ;;
esac
