#!/usr/bin/env bash
# Everything that must be green, cheapest first.
set -euo pipefail
cd "$(dirname "$0")/.."

run() {
  local label=$1; shift
  local started=$SECONDS
  printf '%-28s' "$label"
  if "$@" >out/test/"${label// /-}".log 2>&1; then echo "ok  $((SECONDS - started)) s"; else
    echo "FAILED"; tail -n 80 out/test/"${label// /-}".log; exit 1
  fi
}

mkdir -p out/test
run "types" npm run --silent typecheck
run "lint" npm run --silent lint
run "format" npm run --silent format:check
run "dead code" npm run --silent deadcode
run "derived files" npm run --silent generate -- --check
run "build" npm run --silent build
run "package" npm run --silent package:check
run "package on each Node" scripts/package-smoke.sh

# What failed is told last, where a reader of a long log looks.
status=0
npm run --silent coverage -- --reporter=default --reporter=json --outputFile=out/test/vitest.json || status=$?
node -e '
  const r = JSON.parse(require("fs").readFileSync("out/test/vitest.json", "utf8"));
  for (const { name, message, assertionResults } of r.testResults) {
    if (message) console.log(`FAILED ${name}\n${message}`);
    for (const { fullName, failureMessages } of assertionResults.filter((t) => t.status === "failed"))
      console.log(`FAILED ${name}: ${fullName}\n${failureMessages.join("\n")}`);
  }
  const skipped = r.numPendingTests + r.numTodoTests;
  console.log(`tests: ${r.numPassedTests} passed, ${r.numFailedTests} failed${skipped ? `, ${skipped} skipped` : ""}`);
'
[ "$status" = 0 ] || exit "$status"

# The six cluster-formation scenarios, in machines; with CI set a skipped one fails.
node dist/cli/bin.js lab test --progress plain 2>out/test/scenarios.log || { tail -n 40 out/test/scenarios.log; exit 1; }

# One disk image and one ISO, and the other architecture, through their firmware; `npm run test:boot` boots them all.
run "boots" scripts/boot-assets.sh compute:arm64:metal gateway:arm64:iso gateway:amd64:metal
