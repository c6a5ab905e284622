# packages.sh: sourced by tools/try and tools/check. Installs what is missing with apt, and says so.

# Prints those of the named Debian packages that are not installed.
missing_packages() {
    for package in "$@"; do
        if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$'; then
            echo "$package"
        fi
    done
}

# Runs a command as root: as it is for root, else through sudo, which may ask on a terminal only.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# need_packages NAME...: installs the missing ones, or explains what to install by hand and fails.
need_packages() {
    missing=$(missing_packages "$@" | tr '\n' ' ')
    if [ -z "$missing" ]; then
        echo "==> Packages: all $# are installed"
        return 0
    fi
    echo "==> Packages: installing $missing"
    if ! command -v apt-get >/dev/null; then
        echo "There is no apt-get here. This runs on Debian 12; elsewhere, install the like of:" >&2
        echo "    $missing" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "You are not root and there is no sudo. As root, run:" >&2
        echo "    apt-get install $missing" >&2
        return 1
    fi
    # shellcheck disable=SC2086 # one word for each package
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends $missing </dev/null
}

# What the build needs, and no more.
build_packages='gcc libc6-dev cmake ninja-build pkg-config libsodium-dev libssl-dev libjansson-dev
    liblmdb-dev libcsv-dev liboath-dev libqrencode-dev libpcre2-dev libcurl4-openssl-dev
    libmicrohttpd-dev libinih-dev libseccomp-dev libsystemd-dev
    libcryptsetup-dev libacl1-dev libvirt-dev libxml2-dev'

# What the tests need beside: the unit tests, the format check, the sweep, the Go verifier, manual
# pages, the commands by which docs/FORMAT.md checks a log by hand, and a host with machines on it.
test_packages='libcmocka-dev clang-format python3 golang-go golang-golang-x-mod-dev groff-base openssl
    nodejs node-ajv systemd chromium chromium-driver dpkg-dev file mmdebstrap qemu-utils
    libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86
    busybox-static cpio cryptsetup-bin e2fsprogs'
