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

# at_once COMMAND...: runs it for each line of its input, put in place of {}; as many at a time as there are processors.
at_once() {
  xargs -P "$(nproc)" -I{} "$@"
}

# The warnings of the library's own build.
warnings="-Wall -Wextra -Werror -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wconversion
  -Wno-sign-conversion"

# compile_core OUT_DIR COMPILER FLAGS...: core and sync, one object each, for no operating system and no libc.
# Every function gets a section of its own, so that a program takes what it calls: the plain calls need the coroutines,
# and a program of stackless tasks leaves them out at link time.
compile_core() {
  local out=$1 cc=$2
  shift 2
  mkdir -p "$out"
  # shellcheck disable=SC2086
  printf '%s\n' "$root"/src/inline.c "$root"/src/core/*.c "$root"/src/sync/*.c |
    at_once sh -c 'out=$1 source=$2; shift 2; exec "$@" -c "$source" -o "$out/$(basename "$source" .c).o"' compile "$out" {} \
      $cc -std=c11 -ffreestanding -nostdlib -ffunction-sections -fdata-sections -DCOSY_HOSTED=0 $warnings \
      -I"$root/include" "$@" ||
    fail "expected core and sync to compile with $cc $*, they do not"
}
