#!/usr/bin/env bash
# Sees to what no Python package can bring: `venv PYTHON` the module that makes environments, `qt` the libraries under
# Qt's window and off-screen platforms, Xvfb and xdotool for windows where there is no display, age and zstd, with which
# the tests open packages as anybody may, and the PostgreSQL server that the tests start for themselves.
# Installs what is missing when it may, else names it in one sentence with the command, and fails if Qt cannot start.
set -euo pipefail

apt_qt="libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libx11-xcb1 libxkbcommon0 libxkbcommon-x11-0
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
    libxcb-sync1 libxcb-xfixes0 libxcb-xkb1"
apt_display="xvfb xauth xdotool"
apt_seals="age zstd"
apt_server="postgresql"
dnf_qt="libglvnd-egl libglvnd-glx glib2 dbus-libs fontconfig libX11-xcb libxkbcommon libxkbcommon-x11 xcb-util-cursor
    xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil libxcb"
dnf_display="xorg-x11-server-Xvfb xorg-x11-xauth xdotool"
dnf_seals="age zstd"
dnf_server="postgresql-server"

missing_libraries() { # the shared libraries that Qt's own files ask for and the system lacks, one a line
    local qt
    qt=$(.venv/bin/python -c 'import PySide6, pathlib; print(pathlib.Path(PySide6.__file__).parent)')
    { ldd "$qt"/QtWidgets.abi3.so "$qt"/QtSvg.abi3.so "$qt"/QtPrintSupport.abi3.so \
        "$qt"/Qt/plugins/platforms/lib{qxcb,qoffscreen}.so \
        "$qt"/Qt/plugins/{xcbglintegrations,iconengines,imageformats}/*.so 2>/dev/null || true; } |
        awk '/not found/ { print $1 }' | grep -vE '^libQt6|PySide|shiboken' | sort -u || true
}

missing_programs() { # missing_programs NAME…: those that are not here, one a line
    local name
    for name in "$@"; do command -v "$name" >/dev/null || echo "$name"; done
}

missing_server() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || echo PostgreSQL
}

as_root() { # runs a command as root, or fails without asking for a password
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

may_install() { [[ $(id -u) == 0 ]] || sudo -n true 2>/dev/null; }

# install PACKAGE…: by the system's package manager when it may. Says in `remedy` what a person would type.
install() {
    local log status=0
    log=$(mktemp)
    if command -v apt-get >/dev/null; then
        remedy="sudo apt-get install $*"
        may_install || return 1
        echo "setup: installing system packages: $*"
        { as_root apt-get update -qq &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
                -o DPkg::Lock::Timeout=300 "$@"; } </dev/null >"$log" 2>&1 || status=$?
    elif command -v dnf >/dev/null; then
        remedy="sudo dnf install $*"
        may_install || return 1
        echo "setup: installing system packages: $*"
        as_root dnf install -y -q --setopt=install_weak_deps=False "$@" </dev/null >"$log" 2>&1 || status=$?
    else
        remedy="your system's package manager (on Debian the packages are: $*)"
        return 1
    fi
    if [[ $status != 0 ]]; then tail -n 20 "$log" >&2; fi
    rm -f "$log"
    return "$status"
}

# Debian's package makes a server of the system's own and starts it, which nobody has asked for: it reads first whether
# it should.
without_a_server_of_the_systems() {
    local settings=/etc/postgresql-common/createcluster.conf
    if ! command -v apt-get >/dev/null || [[ -e $settings ]]; then return; fi
    install postgresql-common && as_root sed -i -E 's/^#?create_main_cluster .*/create_main_cluster = false/' $settings
}

packages() { # packages SET…: the names of those sets in the language of the package manager that is here
    local set manager=apt names=""
    if ! command -v apt-get >/dev/null && command -v dnf >/dev/null; then manager=dnf; fi
    for set in "$@"; do
        set="${manager}_$set"
        names+=" ${!set}"
    done
    echo $names # unquoted: makes one line of it
}

remedy=""
case "${1:-}" in
venv)
    version=$("$2" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    install "$version-venv" || true
    if ! "$2" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "setup: $2 cannot make a virtual environment, because its module ensurepip is missing. Install it with: $remedy" >&2
        exit 1
    fi
    ;;
qt)
    [[ $(uname -s) == Linux ]] || exit 0
    wanted=()
    [[ -z $(missing_libraries) ]] || wanted+=(qt)
    [[ -z $(missing_programs Xvfb xdotool) ]] || wanted+=(display)
    if [[ ${#wanted[@]} -gt 0 ]]; then
        read -ra names <<<"$(packages "${wanted[@]}")"
        install "${names[@]}" || true
    fi
    libraries=$(missing_libraries)
    if [[ -n $libraries ]]; then
        echo "setup: Qt cannot open a window without these system libraries:" $libraries". Install them with: $remedy" >&2
        exit 1
    fi
    programs=$(missing_programs Xvfb xdotool)
    if [[ -n $programs ]]; then
        echo "setup: missing:" $programs". With no display, windows can neither be opened nor tested; install them with: $remedy" >&2
    fi

    # By themselves: a system that has no such package must still get the others.
    if [[ -n $(missing_programs age zstd) ]]; then
        read -ra names <<<"$(packages seals)"
        install "${names[@]}" || true
    fi
    programs=$(missing_programs age zstd)
    if [[ -n $programs ]]; then
        echo "setup: missing:" $programs". The tests that open packages with them are left out; install them with: $remedy" >&2
    fi
    if [[ -n $(missing_server) ]]; then
        without_a_server_of_the_systems || true
        read -ra names <<<"$(packages server)"
        install "${names[@]}" || true
    fi
    if [[ -n $(missing_server) ]]; then
        echo "setup: missing: PostgreSQL. What is tested on a database server will be left out; install it with: $remedy" >&2
    fi
    ;;
*)
    echo "usage: system-libraries.sh venv PYTHON | qt" >&2
    exit 2
    ;;
esac
