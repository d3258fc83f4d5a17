#!/usr/bin/env bash
# ADR-004, test 3: a client outside reaches pods and services through the tailnet and the gateway, and only with approved routes.
# Live: run it on a machine of the tailnet that takes routes, with SERVICE_URL and POD_URL; approving and rebooting is left out there.
guarded="the service network answers from outside"
source "$(dirname "$0")/lib.sh"

if [ "$target" = live ]; then
  for url in "${SERVICE_URL:?a URL in the service network}" "${POD_URL:?a URL in the pod network}"; do
    must "$url answers through the tailnet" curl --silent --show-error --fail --max-time 20 --output /dev/null "$url"
  done
  verify
  expect "the cluster is formed" '.formed'
  passed
fi

# Broken on purpose: nobody approves the gateway's routes.
routes=()
if broken; then routes=(--unapproved); fi
lab_up "$roles_folder/mixed.yaml" --nodes compute=2,gateway=1 "${routes[@]}"
[ "$(status .withoutTailnet)" = null ] || skip "$(status .withoutTailnet)"

router=$(status '.machines[] | select(.role == "gateway") | .name')
service="http://$(status .service.address)/"
pod="http://$(status '[.machines[] | select(.role == "compute")][0].pod.address')/"

wait_until "the service network answers from outside" 40 answers outside "$service"
wait_until "the pod network answers from outside" 20 answers outside "$pod"
verify
expect "with the tailnet's word too, the cluster is formed" '.formed'

talos-roles lab routes withdraw --state "$state"
no_answer() { ! answers outside "$1"; }
wait_until "without approved routes the service network does not answer" 40 no_answer "$service"
must "nor does the pod network" no_answer "$pod"
verify
expect "the verdict says that the routes are not approved" "[$gateway[] | .causes[] | .title] | any(test(\"approved\"))"

talos-roles lab routes approve --state "$state"
wait_until "approved again, it answers again" 40 answers outside "$service"

boots=$(status ".machines[] | select(.name == \"$router\") | .boots")
talos-roles lab reboot "$router" --state "$state"
started=$SECONDS
wait_until "the gateway boots again" 180 is ".machines[] | select(.name == \"$router\") | .boots > $boots"
wait_until "traffic returns by itself after the gateway's reboot" 180 answers outside "$service"
say "ok: it took $((SECONDS - started)) s from the reboot until traffic was back"
passed
