# Checks for each tool, installs what can be installed without asking for rights, says how to get the rest. Sourced by build.sh.

# Tools of ours that must not replace the user's own versions live here.
PRIVATE_TOOLS="$PWD/.build/tools"
PATH="$PRIVATE_TOOLS/bin:$PATH"

has() { command -v "$1" >/dev/null 2>&1; }

# at_least WANTED GOT: compares dotted version numbers.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$1" ]; }

missing() { # missing WHAT HOW-TO-GET-IT
  note "missing: $1"
  note "         $2"
  MISSING=$((MISSING + 1))
}

check_rust() {
  local wanted got
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  if ! has cargo || ! has rustc; then
    missing "Rust $wanted or newer" "install it from https://rustup.rs, then open a new terminal"
    return
  fi
  got=$(rustc --version | cut -d' ' -f2)
  at_least "$wanted" "${got%%-*}" || missing "Rust $wanted or newer (here: $got)" "rustup update stable"
  has cc || missing "a C linker (cc)" "Debian, Ubuntu: apt-get install gcc libc6-dev; macOS: xcode-select --install"
}

check_node() {
  local got
  if ! has node || ! has npm; then
    missing "Node.js 20 or newer, with npm" "https://nodejs.org, or your system's packages nodejs and npm"
    return
  fi
  got=$(node --version)
  at_least 20 "${got#v}" || missing "Node.js 20 or newer (here: $got)" "https://nodejs.org"
}

# What every command needs. Tells everything that is missing at once.
check_tools() {
  MISSING=0
  check_rust
  check_node
  [ "$MISSING" -eq 0 ] || die "$MISSING of the tools above must be installed first"
  note "rustc $(rustc --version | cut -d' ' -f2), node $(node --version), npm $(npm --version 2>/dev/null)"
}

# The command-line tool has to be of the very version that the code was compiled against: the lock file knows it.
bindgen_version() { awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock; }

# What building wasm needs on top; only called when something has to be built.
ensure_wasm_tools() {
  local wanted
  if [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
    has rustup || die "Rust's wasm32-unknown-unknown target is missing, and there is no rustup to add it: see https://rustup.rs"
    step "adding Rust's wasm32-unknown-unknown target" rustup target add wasm32-unknown-unknown
  fi
  wanted=$(bindgen_version)
  [ -n "$wanted" ] || die "Cargo.lock names no wasm-bindgen"
  if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $wanted" ]; then
    step "installing wasm-bindgen $wanted into .build/tools (once, some minutes)" install_bindgen "$wanted"
  fi
  ensure_npm web
}

install_bindgen() {
  cargo install wasm-bindgen-cli --version "$1" --root "$PRIVATE_TOOLS" --locked ||
    cargo install wasm-bindgen-cli --version "$1" --root "$PRIVATE_TOOLS"
}

# ensure_npm FOLDER: its node_modules are what its lock file says.
ensure_npm() {
  local mark="$1/node_modules/.installed-from"
  cmp -s "$1/package-lock.json" "$mark" && return
  step "installing the npm packages of $1/" npm_ci "$1"
  cp "$1/package-lock.json" "$mark"
}

npm_ci() { (cd "$1" && npm ci --no-audit --no-fund --loglevel=error); }

# Prints where Chromium is; installs it where that is possible without asking.
ensure_chromium() {
  local found
  if ! found=$(node tests/lib/chromium.mjs 2>/dev/null); then
    if has apt-get && [ "$(id -u)" -eq 0 ]; then
      step "installing Chromium with apt-get" install_chromium
    else
      die "no Chromium found. Install Chromium or Chrome (Debian: sudo apt-get install chromium) or set CHROMIUM to its program"
    fi
    found=$(node tests/lib/chromium.mjs)
  fi
  note "Chromium: $found"
}

install_chromium() {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null
}
