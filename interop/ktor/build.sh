#!/usr/bin/env bash
# Builds v1/target/ktor-v1.jar and v3/target/ktor-v3.jar if something is newer than they are.
#
#   interop/ktor/build.sh
#
# Prints nothing if all is well. Needs JDK 17 (25 is too new) and Maven: Debian's packages
# openjdk-17-jdk-headless and maven; exits with 3 if they are missing, with 1 if the build fails. What Maven has fetched
# before is not fetched again, and then no network is needed. Any number of these may run at a
# time: the first builds, the others wait.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
    local status=$1
    shift
    printf 'interop/ktor/build.sh: %s\n' "$*" >&2
    exit "$status"
}

# Whether the jars are there and were built from what is here now.
fresh() {
    local module
    for module in v1 v3; do
        [[ -f $module/target/ktor-$module.jar && -d $module/target/lib ]] || return 1
    done
    [[ -f target/built ]] || return 1
    [[ -z $(find build.sh pom.xml common v1/pom.xml v1/src v3/pom.xml v3/src \
        -newer target/built -print -quit) ]]
}

build() {
    local log=target/log command
    for command in java mvn; do
        command -v "$command" >/dev/null 2>&1 ||
            fail 3 "$command is missing; install the Debian packages: openjdk-17-jdk-headless maven"
    done
    # Kotlin 1.6 does not run on JDK 25, which may well be the machine's default.
    local home
    for home in /usr/lib/jvm/java-17-openjdk-*; do
        [[ ! -x $home/bin/java ]] || export JAVA_HOME=$home
    done
    rm -rf v1/target v3/target
    mvn -q -B -o package >"$log" 2>&1 && return
    mvn -q -B package >"$log" 2>&1 && return
    cat "$log" >&2
    fail 1 "Maven failed"
}

mkdir -p target
exec 9>target/lock
flock 9
if ! fresh; then
    # What changes during the build is built the next time.
    touch target/begun
    build
    mv target/begun target/built
fi
