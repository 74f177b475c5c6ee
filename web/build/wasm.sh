# Builds one wasm artefact (an engine or the view) unless nothing it is made from has changed. Sourced by build.sh.

# Finished artefacts wait here; `assemble` copies them into dist/.
BUILT=.build/wasm
TARGET_DIR=${CARGO_TARGET_DIR:-target}

# What rustc puts into its output, named one by one: --all-features would let wasm-opt use what browsers do not have.
WASM_OPT_FLAGS=(-O3 --enable-simd --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int
  --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue)

# The artefacts: what crate, with what features, where cargo works. The WebGPU build has a target folder of its own,
# because cargo gives both engines' wasm the same file name.
describe() { # describe NAME: sets PACKAGE, SOURCE, OUT_NAME, FEATURES, WORK
  FEATURES='' WORK=$TARGET_DIR
  case $1 in
    engine-cpu) PACKAGE=dosefront-engine SOURCE=web/engine OUT_NAME=engine ;;
    engine-webgpu) PACKAGE=dosefront-engine SOURCE=web/engine OUT_NAME=engine FEATURES=webgpu WORK=$TARGET_DIR/webgpu ;;
    saved) PACKAGE=dosefront-saved SOURCE=web/saved OUT_NAME=saved ;;
    # The networks of the benchmark of single steps; no part of the page.
    bench-cpu) PACKAGE=dosefront-bench SOURCE=web/bench OUT_NAME=bench ;;
    bench-webgpu) PACKAGE=dosefront-bench SOURCE=web/bench OUT_NAME=bench FEATURES=webgpu WORK=$TARGET_DIR/webgpu ;;
    view) PACKAGE=dosefront-view SOURCE=web/view OUT_NAME=view ;;
    *) die "no artefact is called $1" ;;
  esac
}

stamp_of() {
  describe "$1"
  node web/build/stamp.mjs "$1" "$FEATURES" "$(rustc --version)" -- \
    Cargo.toml Cargo.lock .cargo/config.toml crate/Cargo.toml crate/src web/boundary "$SOURCE" web/build/wasm.sh web/package-lock.json
}

# up_to_date NAME: true when nothing that it is made from has changed since it was built.
up_to_date() { [ -f "$BUILT/$1/.stamp" ] && [ "$(cat "$BUILT/$1/.stamp")" = "$(stamp_of "$1")" ]; }

build_wasm() {
  local name=$1 stamp raw raw_stamp work
  if up_to_date "$name"; then
    say "$name: unchanged"
    return
  fi
  ensure_wasm_tools
  describe "$name"
  stamp=$(stamp_of "$name")
  step "$name: cargo build (release, wasm32)" compile
  raw=$WORK/wasm32-unknown-unknown/release/${PACKAGE//-/_}.wasm
  # A change in a part of the crate that this artefact does not use leaves cargo's output as it was: the rest can stay too.
  raw_stamp=$(node web/build/stamp.mjs "$(bindgen_version)" "${WASM_OPT_FLAGS[*]}" -- "$raw" web/package-lock.json)
  if [ -f "$BUILT/$name/.raw" ] && [ "$(cat "$BUILT/$name/.raw")" = "$raw_stamp" ]; then
    printf '%s\n' "$stamp" > "$BUILT/$name/.stamp"
    note "cargo's output is what it was"
    return
  fi
  work=.build/work-$name
  rm -rf "$work" && mkdir -p "$work" "$BUILT"
  step "$name: wasm-bindgen" wasm-bindgen --target web --no-typescript --out-dir "$work" --out-name "$OUT_NAME" "$raw"
  mv "$work/${OUT_NAME}_bg.wasm" "$work/unoptimised.wasm"
  step "$name: wasm-opt" node web/node_modules/binaryen/bin/wasm-opt "${WASM_OPT_FLAGS[@]}" \
    "$work/unoptimised.wasm" -o "$work/${OUT_NAME}_bg.wasm"
  rm "$work/unoptimised.wasm"
  printf '%s\n' "$stamp" > "$work/.stamp"
  printf '%s\n' "$raw_stamp" > "$work/.raw"
  rm -rf "${BUILT:?}/$name" && mv "$work" "$BUILT/$name"
}

# RUSTFLAGS from outside would replace the ones of .cargo/config.toml, and with them SIMD. Nothing is stripped here: wasm-bindgen reads the
# list of wasm features from a section that stripping removes, and wasm-opt drops the names afterwards.
compile() {
  env -u RUSTFLAGS CARGO_TARGET_DIR="$WORK" CARGO_PROFILE_RELEASE_STRIP=none cargo build --release --target wasm32-unknown-unknown --package "$PACKAGE" \
    ${FEATURES:+--features "$FEATURES"}
}

# assemble [NAME...]: puts the page and the named artefacts into dist/.
assemble() {
  local name
  rm -rf .build/dist && mkdir -p .build/dist
  cp -R www/. .build/dist/
  rm -f .build/dist/jsconfig.json .build/dist/tsconfig.json
  # GitHub Pages would otherwise leave out files that begin with an underscore.
  touch .build/dist/.nojekyll
  for name in "$@"; do add_to .build/dist "$name"; done
  rm -rf dist && mv .build/dist dist
}

add_to() { # add_to FOLDER NAME
  rm -rf "${1:?}/$2"
  cp -R "$BUILT/$2" "$1/$2"
  rm -f "$1/$2/.stamp" "$1/$2/.raw"
}
