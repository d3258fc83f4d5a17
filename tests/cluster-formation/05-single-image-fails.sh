#!/usr/bin/env bash
# What ADR-004 is about: tailscale in the one image of every node and a config that does not speak of it. No boot ever completes, `check`
# had said so beforehand, and `why` names it. The lab shortens Talos' 70 minutes to 60 seconds.
guarded="no boot completed at any time"
source "$(dirname "$0")/lib.sh"
lab_only

lacks=(--without-config tailscale)
# Broken on purpose: the config does speak of it.
if broken; then lacks=(); fi
lab_up "$roles_folder/single.yaml" --nodes node=2 --boot-limit 60 --no-wait "${lacks[@]}"
say "the boot limit: $(limit)"

# Before a boot has failed: what `check` says is a prediction.
predicted=0
talos-roles check "$state"/machines/*/config.yaml --extensions drbd,zfs,spin,tailscale --talos v1.13.6 --json >"$(log check.json)" || predicted=$?

failed_once() {
  status '.machines[].stage' >"$(log stages)"
  ! grep -qx running "$(log stages)" || fail "no boot completed at any time"
  is '[.machines[].boots] | min >= 2'
}
wait_until "the boot of every node fails at the limit, and begins again" 400 failed_once
say "ok: no boot completed at any time"

must "check finds an error in the machine configs" [ "$predicted" = 1 ]
names_tailscale() { jq -e '.diagnostics | any(.severity == "error" and (.message | test("tailscale")))' "$(log check.json)" >/dev/null; }
must "and it is that tailscale is waited for" names_tailscale

wait_until "every node waits for a config of tailscale" 180 \
  is '[.machines[].services[] | select(.id == "ext-tailscale") | .message | test("extension service config")] | length == 2 and all'
verify
expect "verify says that no boot completes" '[.nodes[].bootCompletes.answer == "no"] | all'
cluster
for name in $(status '.machines[].name'); do
  talos-roles why "$name" "${options[@]}" >"$(log "why-$name")" || true
  must "why names it on $name: $(head -n 1 "$(log "why-$name")")" grep -qi tailscale "$(log "why-$name")"
done
passed
