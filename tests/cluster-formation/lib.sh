# Shared by the scenarios. Each runs by itself, in the lab or against a cluster that is there:
#   tests/cluster-formation/01-compute-only-cluster.sh
#   tests/cluster-formation/01-compute-only-cluster.sh --target live     (ROLES_FILE, TALOSCONFIG, KUBECONFIG; see docs/lab.md)
# BREAK=1 breaks what the scenario guards, on purpose: it must then fail at the assertion that the scenario names in `guarded`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scenario=$(basename "$0" .sh)
target=lab
if [ "${1:-}" = --target ]; then target=${2:?lab or live}; fi
case $target in lab | live) ;; *) echo "--target is lab or live" >&2; exit 2 ;; esac

state=${LAB_STATE:-out/lab/$scenario}
roles_folder=$here/roles
# What a scenario writes besides the lab itself; it stays only where the scenario failed.
notes=$state.notes
mkdir -p "$notes"
guarded=${guarded:-}
# The program: what was built here, or what TALOS_ROLES names.
read -ra program <<<"${TALOS_ROLES:-node $here/../../dist/cli/bin.js}"
talos-roles() { "${program[@]}" "$@"; }

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

broken() { [ -n "${BREAK:-}" ]; }
keep=
# fail WORDS [MORE]: the words are those of the assertion.
fail() {
  keep=1
  if broken && [ "$1" = "$guarded" ]; then
    keep=
    echo "CAUGHT $scenario: $1"
    exit 76
  fi
  echo "what it saw is in $notes" >&2
  echo "FAILED $scenario: $*" >&2
  exit 1
}

# A scenario that cannot be played says so, and is counted; in CI that is a failure.
skip() {
  echo "SKIPPED $scenario: $*"
  [ -z "${CI:-}" ] || exit 1
  exit 77
}

passed() {
  if broken; then fail "it passed although what it guards is broken"; fi
  say "passed $scenario"
  exit 0
}

lab_only() { [ "$target" = lab ] || skip "it breaks a cluster on purpose, so it is for the lab only"; }

# However the scenario ends, its lab ends too; its notes go unless it failed.
power_is_on=
clear_up() {
  local status=$?
  # Whoever listened may be gone, and the signal may come twice; what is to be cleared up is cleared up all the same.
  set +e
  trap '' PIPE INT TERM
  # Where the scenario is told to end while a lab comes up.
  jobs -pr | xargs -r kill 2>/dev/null || true
  wait
  if [ -n "$power_is_on" ]; then talos-roles lab down --state "$state" >/dev/null || true; fi
  case $status in 0 | 76 | 77 | 130 | 143) ;; *) keep=1 ;; esac
  [ -n "$keep" ] || rm -rf "$notes"
  if [ -z "${LAB_STATE:-}" ]; then rmdir -p "$(dirname "$state")" 2>/dev/null || true; fi
}
trap clear_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# lab_up ROLES_FILE OPTION…: powers a lab on, and takes it away when the scenario ends. What is broken on purpose need not form.
lab_up() {
  local file=$1 form=(); shift
  if broken; then form=(--timeout 90); fi
  power_is_on=1
  # Beside the script, which could not act on a signal otherwise.
  "${program[@]}" lab up --file "$file" --state "$state" --progress plain "${form[@]}" "$@" 2>"$(log up)" >/dev/null &
  if wait $!; then return; fi
  if broken && grep -q "has not formed in" "$(log up)"; then return; fi
  tail -n 15 "$(log up)" >&2
  fail "lab up ended with an error"
}

log() { echo "$notes/$1"; }

# What `verify`, `why` and the others are told of the cluster.
cluster() {
  if [ "$target" = lab ]; then
    options=(--file "$state/roles.yaml" --talosconfig "$state/talosconfig" --kubeconfig "$state/kubeconfig")
    if [ -f "$state/tailnet.key" ]; then
      options+=(--tailnet-key "file:$(realpath "$state/tailnet.key")" --tailnet-url "$(status .tailnet.controlServer)")
    fi
    return
  fi
  options=(--file "${ROLES_FILE:-roles.yaml}")
  [ -z "${TALOSCONFIG:-}" ] || options+=(--talosconfig "$TALOSCONFIG")
  [ -z "${KUBECONFIG:-}" ] || options+=(--kubeconfig "$KUBECONFIG")
  [ -z "${TAILNET_KEY:-}" ] || options+=(--tailnet-key "$TAILNET_KEY")
  [ -z "${TAILNET_URL:-}" ] || options+=(--tailnet-url "$TAILNET_URL")
}

# verify OPTION…: the verdict as JSON in a file whose name it sets in $verdict; in the lab with the tailnet's own word.
verify() {
  verdict=$(log verdict.json)
  cluster
  talos-roles verify "${options[@]}" "$@" --json >"$verdict" 2>"$(log verify)" || true
  jq -e .nodes "$verdict" >/dev/null 2>&1 || fail "verify gave no verdict" "$(tail -n 3 "$(log verify)")"
}

# expect WORDS FILTER: a jq filter that has to be true of the verdict.
expect() {
  jq -e "$2" "$verdict" >/dev/null || { jq -c '.nodes[] | {name, role, stage, kubernetesReady, bootCompletes, roleFunctional}' "$verdict" >&2; fail "$1"; }
  say "ok: $1"
}

# must WORDS COMMAND…: a command that has to succeed.
must() {
  local words=$1; shift
  "$@" || fail "$words"
  say "ok: $words"
}

status() { talos-roles lab status --state "$state" --json | jq -r "$1"; }
is() { [ "$(status "$1")" = true ]; }

# wait_until WORDS SECONDS COMMAND…: asks again every two seconds until the command succeeds.
wait_until() {
  local words=$1 deadline=$((SECONDS + $2)); shift 2
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "$words"
    sleep 2
  done
  say "ok: $words"
}

compute='[.nodes[] | select(.role == "compute")]'
gateway='[.nodes[] | select(.role == "gateway")]'
# The three answers, of a list of nodes. A live target without TAILNET_KEY leaves open what only the tailnet's control server knows, and says so.
good='([.[] | .kubernetesReady, .bootCompletes, .roleFunctional | .answer == "yes"] | all)'
if [ "$target" = live ] && [ -z "${TAILNET_KEY:-}" ]; then
  say "not asked: whether a gateway's routes are approved (TAILNET_KEY names the key)"
  unasked='(.answer == "unknown" and (.reasons | all(startswith("the tailnet was not asked"))))'
  good="([.[] | (.kubernetesReady, .bootCompletes | .answer == \"yes\"), (.roleFunctional | .answer == \"yes\" or $unasked)] | all)"
fi

# The sum that the module prints of its query: whoever did not run it does not know it.
fnv1a() {
  local sum=$((0x811c9dc5)) i byte
  for ((i = 0; i < ${#1}; i++)); do
    printf -v byte %d "'${1:i:1}"
    sum=$((((sum ^ byte) * 0x01000193) & 0xffffffff))
  done
  printf %08x "$sum"
}

# answers FROM URL: asks once with a query of its own and holds the answer against what WebAssembly must have made of it.
answers() {
  local query="q=$RANDOM$RANDOM" got
  got=$(talos-roles lab fetch "$2?$query" --from "$1" --timeout 1 --state "$state" 2>/dev/null) || return 1
  [[ $got == "WebAssembly on "*"query \"$query\", fnv1a $(fnv1a "$query")" ]]
}

# webassembly_answers: on every node of the lab, asked from the first one; on a real cluster as `verify --run-workload` does.
webassembly_answers() {
  if [ "$target" = live ]; then
    verify --run-workload
    expect "a Spin application runs on a node of each role" ".nodes | $good"
    return
  fi
  local without
  without=$(status .withoutWorkload)
  [ "$without" = null ] || skip "$without"
  local first name address
  first=$(status '.machines[0].name')
  while read -r name address; do
    must "the WebAssembly module answers on $name ($address)" answers "$first" "http://$address/"
  done < <(status '.machines[] | .name + " " + .pod.address')
}

# The notice that a limit is not Talos' own.
limit() { status '.bootLimit | if .shortened then "the lab shortens Talos'"'"' 70 minutes to \(.seconds) s" else "70 minutes, as Talos has it" end'; }
