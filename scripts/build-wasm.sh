#!/usr/bin/env bash
# Builds the engine's package rust-wasm/pkg from rust-wasm/src.
#
#   scripts/build-wasm.sh          build and replace rust-wasm/pkg
#   scripts/build-wasm.sh --check  build aside and compare: with the compiler of rust-wasm/pkg/RUSTC the bytes must be equal; with another
#                                  one the rebuilt package stays in .cache/wasm/rebuilt, and the engine's tests are to be run on it:
#                                  ARB_ENGINE_PKG=.cache/wasm/rebuilt npm test -- rust-wasm
#
# Needs cargo and a C linker. A Rust toolchain with the wasm32 target is used where there is one; else the compiler, its host library and the
# sources of the standard library come from Debian's packages, unpacked (not installed) below .cache/wasm. Everything fetched or built is kept there.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.cache/wasm
tools=$cache/tools
target=wasm32-unknown-unknown
wasm_pack_version=0.15.1
wasm_bindgen_version=0.2.130

mode=build
case "${1-}" in
'') ;;
--check) mode=check ;;
*)
	echo "usage: scripts/build-wasm.sh [--check]" >&2
	exit 2
	;;
esac

stage_start=$SECONDS
stage() {
	echo "build-wasm: $1 ($((SECONDS - stage_start)) s)"
	stage_start=$SECONDS
}
fail() {
	echo "build-wasm: $1" >&2
	exit 1
}

command -v cargo >/dev/null || fail "cargo is not on PATH; install Rust (rustup.rs) or Debian's cargo"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# --- tools, in the background of the toolchain: both take a minute or two when nothing is cached ---------------------------------------------
has_tool() { [ -x "$tools/bin/$1" ] && "$tools/bin/$1" --version 2>/dev/null | grep -qF " $2"; }
install_tools() {
	# Unoptimised: the tools run for a second, compiling them with optimisation takes ten minutes.
	export CARGO_PROFILE_DEV_DEBUG=0
	has_tool wasm-pack $wasm_pack_version ||
		cargo install --quiet --debug --locked --force --root "$tools" --target-dir "$cache/tools-target" "wasm-pack@$wasm_pack_version"
	# Its own lock file names a version that cannot be had any more.
	has_tool wasm-bindgen $wasm_bindgen_version ||
		cargo install --quiet --debug --force --root "$tools" --target-dir "$cache/tools-target" "wasm-bindgen-cli@$wasm_bindgen_version"
}
tools_log=$cache/tools.log
(cd "$cache" && install_tools) >"$tools_log" 2>&1 9>&- &
tools_job=$!
trap 'kill "$tools_job" 2>/dev/null || true' EXIT

# --- toolchain -------------------------------------------------------------------------------------------------------------------------------
bin=$cache/bin
rm -rf "$bin"
mkdir -p "$bin"
cargo_program=$(rustup which cargo 2>/dev/null || command -v cargo)
ln -s "$cargo_program" "$bin/cargo"
build_std=()

write_rustc() { # $1 compiler, $2 library path, $3 sysroot
	printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" --sysroot "%s" "$@"\n' "$2" "$1" "$3" >"$bin/rustc"
	chmod +x "$bin/rustc"
}

find_lld() {
	local name
	for name in rust-lld wasm-ld lld; do
		command -v "$name" && return
	done
	for name in "$(dirname "$cargo_program")"/../lib/rustlib/*/bin/rust-lld /usr/lib/llvm-*/bin/wasm-ld; do
		if [ -x "$name" ]; then
			echo "$name"
			return
		fi
	done
	return 1
}

unpack_debian() { # names of packages
	local package file
	for package in "$@"; do
		[ -e "$cache/debian/.unpacked/$package" ] && continue
		mkdir -p "$cache/debian/.unpacked" "$cache/archives"
		(cd "$cache/archives" && rm -f "${package}"_*.deb && apt-get -qq -o APT::Sandbox::User=root download "$package") ||
			fail "Debian's package $package cannot be downloaded; run apt-get update, or install a Rust toolchain with the target $target"
		file=$(echo "$cache/archives/${package}"_*.deb)
		dpkg -x "$file" "$cache/debian"
		rm -f "$file"
		touch "$cache/debian/.unpacked/$package"
	done
}
dependency() { apt-cache depends "$1" | sed -n "s/^ *Depends: \($2[0-9.]*\)$/\1/p" | head -n 1; }

host_rustc=$(rustup which rustc 2>/dev/null || command -v rustc || true)
if [ -n "$host_rustc" ] && [ -d "$("$host_rustc" --print target-libdir --target $target 2>/dev/null)" ]; then
	sysroot=$("$host_rustc" --print sysroot)
	ln -s "$host_rustc" "$bin/rustc"
	stage "compiler of this machine with the target $target: $("$host_rustc" -V)"
else
	command -v apt-get >/dev/null || fail "no Rust toolchain with the target $target and no apt-get; run: rustup target add $target"
	if [ ! -e "$cache/debian/.unpacked/complete" ]; then
		apt-cache show rustc-web >/dev/null 2>&1 || apt-get -qq update || fail "apt-get update failed; run it as root, or run: rustup target add $target"
		std=$(dependency libstd-rust-web-dev libstd-rust-web-)
		llvm=$(dependency "$std" libllvm)
		unpack_debian rustc-web libstd-rust-web-dev rust-web-src "$std" "$llvm"
		touch "$cache/debian/.unpacked/complete"
	fi
	sysroot=$cache/debian/usr
	libraries=$(dirname "$(find "$sysroot/lib" -name 'librustc_driver-*.so' | head -n 1)")
	write_rustc "$sysroot/bin/rustc" "$libraries:$sysroot/lib" "$sysroot"
	# The package links its sources from where the compiler looks for them.
	sources=$(echo "$sysroot"/src/rustc-*)
	mkdir -p "$sysroot/lib/rustlib/src"
	rm -rf "$sysroot/lib/rustlib/src/rust"
	ln -s "$sources" "$sysroot/lib/rustlib/src/rust"
	missing=$(LD_LIBRARY_PATH="$libraries:$sysroot/lib" ldd "$libraries"/librustc_driver-*.so "$sysroot/bin/rustc" | sed -n 's/ *\(.*\) => not found/\1/p' | sort -u)
	[ -z "$missing" ] || fail "Debian's compiler misses libraries of this machine: $missing"
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(find_lld) || fail "no linker for WebAssembly (rust-lld, wasm-ld); install Debian's lld"
	export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
	# Debian has no prebuilt standard library for this target: it is built from the sources, a step that asks for the compiler's unstable options.
	export RUSTC_BOOTSTRAP=1
	build_std=(-Zbuild-std=std,panic_abort)
	stage "compiler from Debian's packages: $("$bin/rustc" -V)"
fi
# cargo decides on symbol hashes, so its version belongs to what makes the bytes.
compiler="$("$bin/rustc" -V), $("$bin/cargo" -V)"

wait "$tools_job" || fail "wasm-pack or wasm-bindgen could not be installed: $(tail -n 5 "$tools_log")"
trap - EXIT
stage "wasm-pack $wasm_pack_version, wasm-bindgen $wasm_bindgen_version"

# --- build -----------------------------------------------------------------------------------------------------------------------------------
built=$cache/rebuilt
rm -rf "$built"
# Paths of this machine must not get into the bytes.
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$(readlink -f "$sysroot")=/sysroot --remap-path-prefix=$sysroot=/sysroot --remap-path-prefix=$root=/project"
export CARGO_TARGET_DIR=$cache/target
# Without rustup on PATH: wasm-pack would ask it for the target.
PATH=$bin:$tools/bin:/usr/local/bin:/usr/bin:/bin RUSTC=$bin/rustc wasm-pack --quiet build --target web --release --mode force --no-pack \
	--out-dir "$built" --out-name arb_engine "$root/rust-wasm" -- --locked "${build_std[@]}"
rm -f "$built/.gitignore"
echo "$compiler" >"$built/RUSTC"
stage "package: $(stat -c %s "$built/arb_engine_bg.wasm") bytes of WebAssembly"

# --- compare or replace ----------------------------------------------------------------------------------------------------------------------
committed=$root/rust-wasm/pkg
if [ $mode = check ]; then
	[ -e "$committed/RUSTC" ] || fail "rust-wasm/pkg/RUSTC is missing; run scripts/build-wasm.sh and commit rust-wasm/pkg"
	if [ "$(cat "$committed/RUSTC")" != "$compiler" ]; then
		echo "build-wasm: committed with $(cat "$committed/RUSTC"), rebuilt with $compiler: bytes not compared."
		echo "build-wasm: run the engine's tests on the rebuilt package: ARB_ENGINE_PKG=$built"
		exit 0
	fi
	diff -rq "$committed" "$built" || fail "the committed package is not what its sources give; run scripts/build-wasm.sh and commit rust-wasm/pkg"
	stage "the committed package equals its sources, byte by byte"
	exit 0
fi
rm -rf "$committed.new" && cp -r "$built" "$committed.new"
rm -rf "$committed" && mv "$committed.new" "$committed"
stage "rust-wasm/pkg replaced"
