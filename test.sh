#!/usr/bin/env bash
# Runs every test of the workspace, documentation examples included, and ends with one line:
# `N passed, N failed, N skipped`.
#
#   ./test.sh                     sets up what is missing, then runs everything
#   ./test.sh --without-browser   the same without the browser tests, and says so at the end
#   ./test.sh --setup             only sets up what is missing
#
# A browser test is one whose path holds `browser::`, that is, one in a module `browser`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    sed -n "s/^#   //p" "$0" >&2
    exit 2
}

fail() {
    printf 'test.sh: %s\n' "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# Installs Debian packages: what they are for, what else would help, their names.
install() {
    local purpose=$1 hint=$2
    shift 2
    local remedy="install the Debian packages: $*$hint"
    has apt-get || fail "$purpose is missing and there is no apt-get; $remedy"
    [[ $(id -u) -eq 0 ]] || fail "$purpose is missing and this is not root; $remedy"
    export DEBIAN_FRONTEND=noninteractive
    if [[ -z ${updated:-} ]]; then
        apt-get update || fail "apt-get update failed; $remedy"
        updated=yes
    fi
    apt-get install -y --no-install-recommends "$@" || fail "could not install $purpose; $remedy"
}

setup() {
    has cargo || fail "cargo is missing; install a Rust toolchain (https://rustup.rs)"
    has cc || install "a linker" "" gcc libc6-dev
    if [[ $browser == yes ]] && ! { has chromium && has chromedriver; }; then
        install Chromium "; or leave its tests out: ./test.sh --without-browser" chromium chromium-driver
    fi
}

# Adds up the lines `test result:` of a log: passed, failed, ignored and filtered out.
summarise() {
    awk '
        /^test result: / {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed;?$/) passed += $(i - 1)
                if ($i ~ /^failed;?$/) failed += $(i - 1)
                if ($i ~ /^ignored;?$/ || $i ~ /^filtered$/) skipped += $(i - 1)
            }
        }
        END { printf "%d %d %d\n", passed, failed, skipped }
    ' "$1"
}

browser=yes
only_setup=no
for argument in "$@"; do
    case $argument in
        --without-browser) browser=no ;;
        --setup) only_setup=yes ;;
        *) usage ;;
    esac
done

setup
if [[ $only_setup == yes ]]; then
    exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
arguments=(test --workspace --no-fail-fast)
if [[ $browser == no ]]; then
    arguments+=(-- --skip browser::)
fi

status=0
cargo "${arguments[@]}" 2>&1 | tee "$log" || status=$?

read -r passed failed skipped < <(summarise "$log")
echo
if [[ $browser == no ]]; then
    echo "not run: the browser tests (--without-browser); they count as skipped"
fi
if [[ $status -ne 0 && $failed -eq 0 ]]; then
    echo "cargo test failed outside of a test: something did not build, or a test program broke off"
fi
if [[ $status -eq 0 && $passed -eq 0 ]]; then
    echo "no test ran"
    status=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
