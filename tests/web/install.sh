#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh - installs what the tests of the page need into build/tests/web, once per lock file.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
dir=$here/../../build/tests/web
mkdir -p "$dir"
cmp -s "$here/package-lock.json" "$dir/installed-lock.json" && exit 0
cp "$here/package.json" "$here/package-lock.json" "$dir/"
cd "$dir"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
cp package-lock.json installed-lock.json
