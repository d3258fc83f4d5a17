#!/usr/bin/env bash
# ADR-004, test 4: nothing of tailscale on compute nodes, nothing missing on the gateway, the same versions where they share an extension;
# and a compute node that was upgraded with the gateway's image by mistake is found.
guarded="no compute node has the extension tailscale"
source "$(dirname "$0")/lib.sh"

file=$roles_folder/mixed.yaml
# Broken on purpose: the roles are not kept apart.
if broken; then
  sed -e 's/\[drbd, zfs, spin\]/[drbd, zfs, spin, tailscale]/' -e '/add: \[tailscale\]/d' "$file" >"$notes/roles.yaml"
  file=$notes/roles.yaml
fi

if [ "$target" = lab ]; then lab_up "$file" --nodes compute=2,gateway=1; fi

verify
set_of='([.[] | .extensions | map(select(.name != "tailscale" and .name != "modules.dep")) | sort_by(.name)] | unique)'
expect "there are compute nodes" "$compute | length > 0"
expect "no compute node has the extension tailscale" "$compute | all(.extensions | all(.name != \"tailscale\"))"
expect "the gateway has all of a compute node's extensions, and tailscale" \
  "[$gateway[0].extensions[].name] | contains([\"drbd\", \"zfs\", \"spin\", \"tailscale\"])"
expect "what the roles share has the same versions everywhere" "(.nodes | $set_of | length) == 1"
[ "$target" = lab ] || passed

document() { grep -q '^name: tailscale$' "$state/machines/$1/config.yaml"; }
word() { grep -qi tailscale "$state/machines/$1/config.yaml"; }
no() { ! "$@"; }
while read -r name role; do
  if [ "$role" = compute ]; then must "the config of $name does not speak of tailscale" no word "$name"; fi
  if [ "$role" = gateway ]; then must "the config of $name has a document for tailscale" document "$name"; fi
done < <(status '.machines[] | .name + " " + .role')

talos-roles inspect "$(ls "$state"/images/compute/*uki.efi)" --json >"$(log inspect.json)"
must "nothing of tailscale is in the image of compute" no grep -qi tailscale "$(log inspect.json)"

wrong=$(status '[.machines[] | select(.role == "compute")][-1].name')
boots=$(status ".machines[] | select(.name == \"$wrong\") | .boots")
talos-roles lab reboot "$wrong" --image gateway --state "$state"
wait_until "$wrong boots the gateway's image" 180 \
  is ".machines[] | select(.name == \"$wrong\") | .boots > $boots and (.services | any(.id == \"ext-tailscale\" and .state == \"Waiting\"))"
verify
expect "verify finds it" '.formed | not'
expect "and says of which node, and of which extension" "[.nodes[] | select(.name == \"$wrong\") | .causes[] | .title] | any(test(\"tailscale\"))"
passed
