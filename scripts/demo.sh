#!/usr/bin/env bash
# From roles.yaml to a formed cluster: locks, builds, inspects and boots both roles of examples/roles.yaml from the stand-in upstream, then
# forms a cluster of them and verifies it, with the commands that any user has. Leaves everything under out/demo.
set -euo pipefail
cd "$(dirname "$0")/.."

out=out/demo
roles=$out/roles.yaml
started=$SECONDS
say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
talos-roles() { node dist/cli/bin.js "$@"; }

npm run --silent build
rm -rf "$out"
mkdir -p "$out"
cp examples/roles.yaml "$roles"

say "1. check: what roles.yaml says, and whether it holds together"
talos-roles check --file "$roles"

say "2. the stand-in upstream: images of Talos' shape, made here from Debian packages"
node dist/cli/bin.js lab upstream --json --progress plain >"$out/upstream.json" 2> >(grep --line-buffered -v '^stopping$' >&2) &
upstream=$!
end_upstream() {
  kill "$upstream" 2>/dev/null || return 0
  wait "$upstream" 2>/dev/null || true
}
trap end_upstream EXIT
until grep -q '"mirror"' "$out/upstream.json" 2>/dev/null && node -e 'JSON.parse(require("fs").readFileSync(process.argv[1]))' "$out/upstream.json" 2>/dev/null; do
  kill -0 "$upstream" 2>/dev/null || { echo "the stand-in upstream ended" >&2; exit 1; }
  sleep 0.2
done
mirror=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).mirror' "$out/upstream.json")
echo "serving; reached by --mirror $mirror"

say "3. lock: every input by digest, and what each extension needs"
talos-roles lock --file "$roles" --mirror "$mirror" --progress plain

say "4. build: all assets of both roles in one run"
talos-roles build --file "$roles" --mirror "$mirror" --out "$out" --frozen --progress plain

say "5. inspect: the finished bytes, read back"
for role in compute gateway; do
  uki=$(node scripts/demo-asset.mjs "$out/build-record.json" "$role" uki)
  talos-roles inspect "$uki" --json >"$out/inspect-$role.json"
done

say "6. boot: one machine of each role, through UEFI firmware"
for role in compute gateway; do
  talos-roles boot "$role" --out "$out" --json --progress plain >"$out/boot-$role.json"
done

say "7. formation: one gateway and two computes, formed and verified"
lab=$out/lab
trap 'end_upstream; talos-roles lab down --state "$lab" >/dev/null' EXIT
talos-roles lab up --file "$roles" --out "$out" --state "$lab" --nodes gateway=1,compute=2 --progress plain
cluster=(--file "$lab/roles.yaml" --talosconfig "$lab/talosconfig" --kubeconfig "$lab/kubeconfig" --record "$out/build-record.json")
if [ -f "$lab/tailnet.key" ]; then
  control=$(talos-roles lab status --state "$lab" --json | jq -r .tailnet.controlServer)
  cluster+=(--tailnet-key "file:$PWD/$lab/tailnet.key" --tailnet-url "$control")
fi
formed=0
talos-roles verify "${cluster[@]}" --html "$out/formation.html" || formed=$?
echo "from outside, through the tailnet and the gateway:"
service=$(talos-roles lab status --state "$lab" --json | jq -r .service.address)
# The first packets through a new tunnel wait for its keys and its path, which an emulated machine takes its time for.
fetched=1
for _ in 1 2 3; do
  if talos-roles lab fetch "http://$service/?demo" --from outside --state "$lab"; then fetched=0; break; fi
done
[ "$fetched" = 0 ] || formed=1
talos-roles lab down --state "$lab"
[ "$formed" = 0 ] || { echo "the cluster is not what it should be" >&2; exit 1; }
echo "open $out/formation.html to look at it"

node scripts/demo-table.mjs "$out" "$((SECONDS - started))"
