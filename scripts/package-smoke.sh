#!/usr/bin/env bash
# The package as a user gets it: packed, installed without install scripts and without development packages, and run on every supported Node.
set -euo pipefail
cd "$(dirname "$0")/.."

nodes=(20.19 22 24)
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  *) platform= ;;
esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --pack-destination "$folder" >/dev/null
mkdir "$folder/app"
cp examples/roles.yaml "$folder/app/"
cat >"$folder/app/package.json" <<'JSON'
{ "name": "smoke", "private": true, "type": "module" }
JSON
npm install --silent --prefix "$folder/app" --ignore-scripts --omit=dev --no-audit --no-fund "$folder"/talos-roles-*.tgz
cat >"$folder/app/library.mjs" <<'JS'
import * as library from "talos-roles";
const wanted = ["RolesError", "loadRoles"];
const missing = wanted.filter((name) => typeof library[name] !== "function");
if (missing.length > 0) throw new Error(`the library lacks ${missing.join(", ")}`);
const { roles } = await library.loadRoles("roles.yaml");
if (roles.length !== 2) throw new Error("the example has two roles");
JS

smoke() {
  local node=$1
  (
    cd "$folder/app"
    "$node" node_modules/talos-roles/dist/cli/bin.js --version >/dev/null
    "$node" node_modules/talos-roles/dist/cli/bin.js --help >/dev/null
    "$node" node_modules/talos-roles/dist/cli/bin.js check --json >/dev/null
    "$node" node_modules/talos-roles/dist/cli/bin.js explain service-config-missing --json >/dev/null
    "$node" library.mjs
  )
  echo "package works on Node $("$node" --version)"
}

smoke "$(command -v node)"

# As docs/get-started.md installs it from a clone; scripts/test.sh has built it.
npm install --silent --global --prefix "$folder/global" --no-audit --no-fund .
"$folder/global/bin/talos-roles" --version >/dev/null
echo "package works from a clone"

[ -n "$platform" ] || { echo "no Node programs on npm for this platform: only the installed Node was tried"; exit 0; }
for version in "${nodes[@]}"; do
  npm install --silent --prefix "$folder/node-$version" --no-audit --no-fund --engine-strict=false "node-$platform@$version"
  smoke "$(find "$folder/node-$version" -path '*/bin/node' -type f | head -1)"
done
