#!/usr/bin/env bash
# Exactly one gateway: a second one is refused by `check`, `config` and `lab up`; forced through, `verify` reports it and names both.
guarded="refused by check"
source "$(dirname "$0")/lib.sh"
lab_only

file=$notes/roles.yaml
{
  cat "$roles_folder/mixed.yaml"
  echo "nodes:"
  echo "  - { name: n1, address: 10.10.0.101, role: compute, controlPlane: true }"
  echo "  - { name: n2, address: 10.10.0.102, role: gateway }"
  echo "  - { name: n3, address: 10.10.0.103, role: gateway }"
} >"$file"
# Broken on purpose: two gateways are allowed.
if broken; then sed -i 's/count: 1$/count: 2/' "$file"; fi

# refused NAME OPTION…: the command ends with an error that names the node which is one too many.
refused() {
  local name=$1; shift
  if talos-roles $name --file "$file" "$@" >"$(log refused)" 2>&1; then fail "refused by $name"; fi
  must "refused by $name" grep -q n3 "$(log refused)"
}
refused check
refused config --out "$notes/machine"
refused "lab up" --state "$state"
must "the refused lab left nothing behind" [ ! -e "$state" ]

lab_up "$file" --force --no-wait
wait_until "forced through, the machines come up" 300 is '[.machines[].stage] | all(. == "running")'
must "the lab says that it was forced" [ "$(status .forced)" != null ]
verify
expect "verify does not call it formed" '.formed | not'
expect "and names both gateways" '[.cluster[].message] | any(contains("n2") and contains("n3"))'
passed
