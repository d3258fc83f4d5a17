#!/usr/bin/env bash
# Boots what a build leaves, in QEMU under UEFI firmware. Each argument is ROLE:ARCH:ASSET; without any it is UKI, ISO and disk image of both
# roles on arm64 and the disk images on amd64, which takes some ten minutes where both have to be emulated: `npm run test:boot`.
# `make test` boots a part of them.
set -euo pipefail
cd "$(dirname "$0")/.."

boots=("$@")
if [ "$#" = 0 ]; then
  for role in compute gateway; do boots+=("$role":arm64:{uki,iso,metal} "$role:amd64:metal"); done
fi
out=out/boot-assets
rm -rf "$out"
mkdir -p "$out"
[ -f dist/cli/bin.js ] || npm run --silent build
talos-roles() { node dist/cli/bin.js "$@"; }
mapfile -t archs < <(printf '%s\n' "${boots[@]}" | cut -d: -f2 | sort -u)

sed "s/arch: arm64/arch: [$(IFS=,; echo "${archs[*]}")]/" examples/roles.yaml >"$out/roles.yaml"
node dist/cli/bin.js lab upstream --arch "${archs[@]}" --json --progress plain >"$out/upstream.json" &
upstream=$!
trap 'kill "$upstream" 2>/dev/null && wait "$upstream" 2>/dev/null || true' EXIT
until node -e 'JSON.parse(require("fs").readFileSync(process.argv[1]))' "$out/upstream.json" 2>/dev/null; do
  kill -0 "$upstream" 2>/dev/null || { echo "the stand-in upstream ended" >&2; exit 1; }
  sleep 0.5
done
mirror=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).mirror' "$out/upstream.json")
talos-roles lock --file "$out/roles.yaml" --mirror "$mirror" --progress plain

boot() {
  local role=$1 arch=$2 asset=$3
  # A folder of its own, because a build with other outputs removes what it is not asked for from its record.
  local to=$out/$role-$arch-$asset
  talos-roles build "$role" --file "$out/roles.yaml" --arch "$arch" --outputs "$asset" --out "$to" --frozen --mirror "$mirror" --progress none --json >"$to.build.json"
  talos-roles boot "$role" --arch "$arch" --asset "$asset" --out "$to" --timeout 600 --progress none --json >"$to.json"
  node -e '
    const { role, asset, layers, services, seconds } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    const expected = ["drbd", "zfs", "spin", ...(role === "gateway" ? ["tailscale"] : [])];
    if (layers.join() !== expected.join()) throw new Error(`${role}: layers ${layers}`);
    if (!services.some(({ id, state }) => id === "ext-zfs-service" && state === "Running")) throw new Error(`${role}: zfs does not run`);
    console.log(`${role} ${process.argv[2]} ${asset}: booted in ${seconds} s with ${layers.join(" ")}`);
  ' "$to.json" "$arch"
  rm -rf "$to"
}

for one in "${boots[@]}"; do
  IFS=: read -r role arch asset <<<"$one"
  boot "$role" "$arch" "$asset"
done
echo "${#boots[@]} images booted in $SECONDS s, their making included"
