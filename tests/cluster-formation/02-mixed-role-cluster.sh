#!/usr/bin/env bash
# ADR-004, test 2: compute nodes and a gateway form one cluster. No compute node waits for the gateway, and the gateway completes by itself.
guarded="the gateway is ready, has completed its boot and does what its role is for"
source "$(dirname "$0")/lib.sh"

# Broken on purpose: the gateway's config lacks the document that its service waits for.
lacks=()
if broken; then lacks=(--without-config tailscale --boot-limit 60); fi

if [ "$target" = lab ]; then lab_up "$roles_folder/mixed.yaml" --nodes compute=2,gateway=1 "${lacks[@]}"; fi

verify
expect "every compute node is ready, has completed its boot and does what its role is for" "$compute | length > 0 and $good"
expect "exactly one node is a gateway" "$gateway | length == 1"
expect "nothing that a compute node waited for has to do with tailscale or the gateway" \
  "[($gateway[0] | .name, .address, \"tailscale\") as \$word | $compute[].timeline[].text | contains(\$word)] | any | not"
expect "the gateway is ready, has completed its boot and does what its role is for" "$gateway | $good"
expect "the gateway's own tailscale runs" "$gateway[0].timeline | any(.text == \"ext-tailscale runs\")"
expect "the cluster is formed" '.formed'
webassembly_answers
if [ "$target" = lab ]; then
  service="http://$(status .service.address)/"
  for machine in $(status '.machines[].name'); do
    must "the service answers $machine ($service)" answers "$machine" "$service"
  done
  behind=$(status '.service.endpoints | length')
  must "pods of $behind compute nodes are behind the service" [ "$behind" -ge 2 ]
  crossed=$(status '[.traffic[] | select(.frames > 0)] | length')
  must "packets crossed the lab's network between $crossed pairs of ports" [ "$crossed" -ge 4 ]
fi
passed
