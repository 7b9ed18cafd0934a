# What the checks share: where things are, how core and sync are compiled for a place without libc, how a check fails.
# Sourced, with the check's own arguments: BUILD_DIR COMPILER.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/tests/checks
build=${1:?usage: $0 BUILD_DIR COMPILER}
compiler=${2:-cc}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# fail WORDS: one line that says what was expected and what came.
fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# skip WORDS: the check cannot be made here; said aloud, and ctest shows it as skipped.
skip() {
  echo "$(basename "$0"): skipped: $*"
  exit 77
}

have() {
  command -v "$1" >/dev/null
}

# The warnings of the library's own build.
warnings="-Wall -Wextra -Werror -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wconversion
  -Wno-sign-conversion"

# compile_core OUT_DIR COMPILER FLAGS...: core and sync, one object each, for no operating system and no libc.
# Every function gets a section of its own, so that a program takes what it calls: the plain calls need the coroutines,
# and a program of stackless tasks leaves them out at link time.
compile_core() {
  local out=$1 cc=$2 source
  shift 2
  mkdir -p "$out"
  for source in "$root"/src/inline.c "$root"/src/core/*.c "$root"/src/sync/*.c; do
    # shellcheck disable=SC2086
    $cc -std=c11 -ffreestanding -nostdlib -ffunction-sections -fdata-sections -DCOSY_HOSTED=0 $warnings \
      -I"$root/include" "$@" -c "$source" -o "$out/$(basename "$source" .c).o" ||
      fail "expected $(basename "$source") to compile with $cc $*, it does not"
  done
}
