# Sourced by `run` and `test`, which set $root: finds a Python and starts a module of tools/ with it.

# The interpreter's own path, if it is 3.11 to 3.13 and can make an environment. It has to be
# asked: pyenv's shims exist and fail, Debian splits ensurepip off, a home-built one may lack lzma.
probe() {
    "$1" -s -S -c '
import sys, ctypes, ensurepip, lzma, ssl, venv
ensurepip.version()
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    raise SystemExit(1)
print(sys.executable)' 2>/dev/null
}

find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if probe "$name"; then return 0; fi
    done
    return 1
}

# The newest Debian package among those that bring a Python that will do.
python_package() {
    local version
    for version in 3.13 3.12 3.11; do
        if [ -n "$(apt-cache search --names-only "^python$version-venv\$" 2>/dev/null)" ]; then
            echo "python$version-venv"
            return
        fi
    done
    echo python3-venv
}

install_python() {
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
    echo "No Python 3.11 to 3.13 that can make a virtual environment; installing one." >&2
    local path="$PATH:/usr/sbin:/sbin"
    PATH="$path" DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 </dev/null || return 1
    PATH="$path" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        "$(python_package)" ca-certificates >&2 </dev/null
}

explain() {
    local how="get one from https://www.python.org/downloads/"
    if command -v apt-get >/dev/null; then
        how="sudo apt-get update && sudo apt-get install $(python_package)"
    elif command -v dnf >/dev/null; then how="sudo dnf install python3.13"
    elif command -v zypper >/dev/null; then how="sudo zypper install python313"
    elif command -v brew >/dev/null; then how="brew install python@3.13"
    fi
    echo "Selfsight needs Python 3.11, 3.12 or 3.13 with venv, ssl and lzma; none was found among" >&2
    echo "python3.13, python3.12, python3.11 and python3 on the PATH. Install one and start again:" >&2
    echo "    $how" >&2
}

start() {
    local module="$1" python="$root/.venv/bin/python"
    shift
    # The environment's own Python needs no probe when it starts at all; that keeps a start short.
    if ! "$python" -S -s -c '' 2>/dev/null; then
        python="$(find_python || { install_python && find_python; })" || { explain; exit 1; }
    fi
    unset PYTHONHOME
    PYTHONPATH="$root" exec "$python" -P -S -s -m "$module" "$@"
}
