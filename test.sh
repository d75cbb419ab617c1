#!/usr/bin/env bash
# Runs every test of the workspace, documentation examples included, and ends with one line:
# `N passed, N failed, N skipped`.
#
#   ./test.sh                     sets up what is missing, then runs everything
#   ./test.sh --without-browser   the same without the browser tests, and says so at the end
#   ./test.sh --without-servers   the same without the tests that need a database server
#   ./test.sh --without-kotlin    the same without the tests beside Kotlin servers
#   ./test.sh --setup             only sets up what is missing
#
# A browser test is one whose path holds `browser::`, that is, one in a module `browser`; one that
# needs a server has the server's name there, `kotlin` for real Ktors. The tests start the servers
# themselves. Where Kotlin servers cannot be had, a line that says `skipped` gives the reason.
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
install_packages() {
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

# Installs the packages of database servers. Debian would start each of them: meanwhile that is
# denied. A subshell, so that its trap puts back what was there, also where the installation fails.
install_servers() (
    policy=/usr/sbin/policy-rc.d
    if [[ $(id -u) -eq 0 ]]; then
        [[ ! -e $policy || -e $policy.kept ]] || mv "$policy" "$policy.kept"
        trap 'rm -f "$policy"; [[ ! -e $policy.kept ]] || mv "$policy.kept" "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    install_packages "a database server" "; or leave their tests out: ./test.sh --without-servers" "$@"
)

# The packages of the database servers that are missing.
missing_servers() {
    compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || echo postgresql
    [[ -x /usr/sbin/mariadbd ]] || echo mariadb-server
    { has redis-server && has redis-cli; } || echo redis-server
    # It makes the certificate of a server that is reached by TLS.
    has openssl || echo openssl
}

# Whether Maven is there, and a JDK that the oldest Kotlin compiles on: Debian's 17, or one up to 24.
has_kotlin_tools() {
    local version
    has mvn || return
    compgen -G "/usr/lib/jvm/java-17-openjdk-*/bin/java" >/dev/null && return
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    [[ -n $version && $version -ge 17 && $version -le 24 ]]
}

# Builds the Kotlin servers; where that cannot be done, `without_kotlin` says why.
setup_kotlin() {
    # In a shell of its own, which a failure ends.
    if ! has_kotlin_tools && ! (install_packages "a JDK or Maven" "" openjdk-17-jdk-headless maven); then
        without_kotlin="Java or Maven is missing and cannot be installed"
    elif ! interop/ktor/build.sh; then
        without_kotlin="the servers in interop/ktor cannot be built"
    fi
}

say_without_kotlin() {
    echo "skipped: the live tests with Kotlin servers ($without_kotlin)"
}

setup() {
    has cargo || fail "cargo is missing; install a Rust toolchain (https://rustup.rs)"
    has cc || install_packages "a linker" "" gcc libc6-dev
    if [[ $browser == yes ]] && ! { has chromium && has chromedriver; }; then
        install_packages Chromium "; or leave its tests out: ./test.sh --without-browser" chromium chromium-driver
    fi
    if [[ $servers == yes ]]; then
        local packages
        mapfile -t packages < <(missing_servers)
        [[ ${#packages[@]} -eq 0 ]] || install_servers "${packages[@]}"
    fi
    [[ -n $without_kotlin ]] || setup_kotlin
    [[ -z $without_kotlin ]] || say_without_kotlin
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
servers=yes
without_kotlin=""
only_setup=no
for argument in "$@"; do
    case $argument in
        --without-browser) browser=no ;;
        --without-servers) servers=no ;;
        --without-kotlin) without_kotlin="--without-kotlin" ;;
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
skipped_paths=()
if [[ $browser == no ]]; then
    skipped_paths+=(--skip browser::)
fi
if [[ $servers == no ]]; then
    skipped_paths+=(--skip postgres:: --skip mariadb:: --skip redis::)
fi
if [[ -n $without_kotlin ]]; then
    skipped_paths+=(--skip kotlin::)
fi

status=0
cargo test --workspace --all-features --no-fail-fast -- "${skipped_paths[@]}" 2>&1 | tee "$log" || status=$?

read -r passed failed skipped < <(summarise "$log")
echo
if [[ $browser == no ]]; then
    echo "not run: the browser tests (--without-browser); they count as skipped"
fi
if [[ $servers == no ]]; then
    echo "not run: the tests with database servers (--without-servers); they count as skipped"
fi
if [[ -n $without_kotlin ]]; then
    say_without_kotlin
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
