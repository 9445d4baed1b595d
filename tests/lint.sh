#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lint.sh - what a machine can see: format, layers, file sizes, static analysis, types of web/.
# Wants a configured build/. Called by ./dev lint.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
status=0
check() {
  local name=$1; shift
  if "$@"; then echo "lint: $name: ok"; else echo "lint: $name: FAILED"; status=1; fi
}

sources() { git ls-files --cached --others --exclude-standard -- "$@"; }

format() { sources '*.c' '*.h' | xargs clang-format --dry-run -Werror; }

sizes() {
  local long
  long=$(sources '*.c' '*.h' '*.js' '*.css' '*.py' '*.sh' dev | xargs wc -l | awk '$2 != "total" && $1 > 500')
  [[ -z $long ]] || { echo "files over 500 lines:"; echo "$long"; return 1; }
}

licences() {
  local bare
  bare=$(sources '*.c' '*.h' '*.py' '*.sh' '*.js' '*.css' 'meson.build' '**/meson.build' dev | xargs grep -L 'SPDX-License-Identifier: MIT')
  [[ -z $bare ]] || { echo "no SPDX line:"; echo "$bare"; return 1; }
}

registries() { ! git grep -nE 'registry\.npm|registry\.yarn|"resolved"' -- . ':!tests/lint.sh'; }

analysis() {
  cppcheck --quiet --error-exitcode=1 --inline-suppr --library=gtk --enable=warning,portability \
    --suppress=missingInclude --suppress=unknownMacro --suppress=nullPointerRedundantCheck --suppress=internalAstError --suppress=leakNoVarFunctionCall --suppress=legacyUninitvar --suppress=varFuncNullUB \
    -I . -D_GNU_SOURCE -DISR_VERSION='"0"' -j 2 plugins daemon
}

shell() { bash -n dev && bash -n tests/lint.sh && bash -n .ci/run; }

python() { sources '*.py' | xargs python3 -W error -m py_compile; }

types() {
  tests/web/install.sh && build/tests/web/node_modules/.bin/tsc --project tests/web/tsconfig.json
}

check format format
check layers python3 tests/layers.py
check sizes sizes
check licences licences
check registries registries
check shell shell
check python python
check analysis analysis
check types types
exit $status
