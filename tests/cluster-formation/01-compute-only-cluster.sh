#!/usr/bin/env bash
# ADR-004, test 1: compute nodes alone form a working cluster. Nothing of tailscale is in it or waited for.
guarded="no compute node has the extension tailscale"
source "$(dirname "$0")/lib.sh"

file=$roles_folder/compute.yaml
# Broken on purpose: an extension too many on every compute node.
if broken; then sed 's/spin\]/spin, tailscale]/' "$file" >"$notes/roles.yaml"; file=$notes/roles.yaml; fi

if [ "$target" = lab ]; then lab_up "$file" --nodes compute=3; fi

verify
if [ "$target" = lab ]; then expect "three nodes were asked" '.nodes | length == 3'; fi
expect "there are compute nodes" "$compute | length > 0"
expect "no compute node has the extension tailscale" "$compute | all(.extensions | all(.name != \"tailscale\"))"
expect "every compute node is ready, has completed its boot and does what its role is for" "$compute | $good"
expect "no compute node has ever had a service ext-tailscale" "$compute | all(.timeline | all(.text | contains(\"tailscale\") | not))"
expect "drbd, zfs and spin are on each of them" "$compute | all([.extensions[].name] | contains([\"drbd\", \"zfs\", \"spin\"]))"
webassembly_answers
passed
