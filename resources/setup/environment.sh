#!/usr/bin/env bash
# Makes .venv: the pinned packages, then the program itself, then the system libraries that Qt needs.
# Once it stands, and until requirements.lock or pyproject.toml change, a second run does nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0
unset PYTHONHOME PYTHONPATH

say() { echo "setup: $*"; }

fail() {
    echo "setup: $*" >&2
    exit 1
}

# The oldest Python that will do comes first: it is the one the tests run on.
find_python() {
    local name
    for name in "${PYTHON:-python3.11}" python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    fail "Python 3.11 or newer was not found. Install it, or name it: make setup PYTHON=/path/to/python3.11"
}

stamp() { # the state that .venv was made for; a moved checkout needs a new one, since scripts name their folder
    { echo "$PWD" && cat requirements.lock pyproject.toml resources/setup/*.sh; } | sha256sum
}

if [[ -f .venv/stamp && "$(cat .venv/stamp)" == "$(stamp)" ]] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

python=$(find_python)

# A Debian without python3-venv has no ensurepip, and then no environment can be made.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    resources/setup/system-libraries.sh venv "$python"
fi

if [[ "$(cat .venv/place 2>/dev/null)" != "$PWD" ]] || ! .venv/bin/python -m pip --version &>/dev/null; then
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || fail "$python could not make .venv; the lines above say why."
    echo "$PWD" >.venv/place
fi
rm -f .venv/stamp

install() { # warnings are about the person's own pip configuration; errors are shown
    .venv/bin/python -m pip install -qq "$@" </dev/null || fail "pip could not finish; the lines above say why. Then: make setup"
}

say "installing the pinned packages (requirements.lock; about 250 MB the first time)"
pip_itself=$(mktemp)
trap 'rm -f "$pip_itself"' EXIT
awk '/^[^ #]/ { wanted = /^pip==/ } wanted' requirements.lock >"$pip_itself"
install --only-binary :all: --require-hashes -r "$pip_itself"
install --only-binary :all: --require-hashes -r requirements.lock

say "installing siji itself"
# As one folder on the path: the default would list today's packages, and look each import up in its list.
install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .

resources/setup/system-libraries.sh qt
stamp >.venv/stamp
say "ready"
