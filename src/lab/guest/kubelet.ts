/**
 * `/usr/bin/kubelet` of the stand-in: what a kubelet and a kube-proxy do, as far as the lab needs it. Every two seconds it tells the stand-in
 * API server what runs here and is told what should: `pod <name> <address> <handler, or "-" for a process that only lives> <module's URL>`, `route <what ip-route takes>` and
 * `service <address> <port> <endpoint,…>`. It runs the WASI module of a pod behind busybox's httpd on the pod's own address, with the
 * runtime that the containerd configuration of an extension names for the handler, and translates service addresses with iptables.
 */
export const kubeletProgram: string = String.raw`#!/bin/busybox sh
# A stand-in for the kubelet and kube-proxy; made by talos-roles for its lab.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
work=/run/kubernetes
mkdir -p "$work/pods"
until [ -s "$work/kubelet.conf" ]; do sleep 0.2; done
. "$work/kubelet.conf"

# A handler's shim, as containerd finds it: runtime_type io.containerd.spin.v2 is the program containerd-shim-spin-v2.
shim() {
  cat /etc/cri/conf.d/*.part 2>/dev/null | awk -v section="runtimes.$1]" '
    /^\[/ { inside = index($0, section) > 0 }
    inside && $1 == "runtime_type" { print $3; exit }
  ' | tr -d '"' | sed 's/^io\.containerd\.\(.*\)\.\(v[0-9]*\)$/containerd-shim-\1-\2/'
}

failed() { printf 'failed %s\n' "$2" >"$work/pods/$1/state"; }

# run_pod <name> <address> <handler> <url>
run_pod() {
  pod=$work/pods/$1
  mkdir -p "$pod/www/cgi-bin"
  if [ "$3" = - ]; then
    sleep 2147483647 &
    echo $! >"$pod/pid"
    printf 'running\n' >"$pod/state"
    return
  fi
  program=$(shim "$3")
  [ -n "$program" ] || { failed "$1" "no runtime for \"$3\" is configured"; return; }
  command -v "$program" >/dev/null || { failed "$1" "exec: \"$program\": executable file not found"; return; }
  fetch "$4" >"$pod/module.wasm" || { failed "$1" "cannot pull $4"; return; }
  modprobe -q dummy
  ip link show "pod-$1" >/dev/null 2>&1 || ip link add "pod-$1" type dummy
  ip addr replace "$2/32" dev "pod-$1" && ip link set "pod-$1" up
  {
    echo '#!/bin/sh'
    echo "export POD_NAME=$1 POD_IP=$2 NODE_NAME=$node"
    echo "exec $program $pod/module.wasm 2>>$pod/log"
  } >"$pod/www/cgi-bin/index.cgi"
  chmod 755 "$pod/www/cgi-bin/index.cgi"
  httpd -f -p "$2:80" -h "$pod/www" 2>>"$pod/log" &
  echo $! >"$pod/pid"
  # The first answer compiles the module; the later ones find it compiled.
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    if fetch -t 60 "http://$2/" >/dev/null 2>>"$pod/log"; then printf 'running\n' >"$pod/state"; return; fi
    sleep 1
  done
  failed "$1" "it does not answer: $(tail -n 1 "$pod/log" 2>/dev/null)"
}

proxy() {
  modprobe -q iptable_nat; modprobe -q xt_statistic; modprobe -q xt_nat
  {
    echo '*nat'
    echo ':LAB-SERVICES - [0:0]'
    grep '^service ' "$work/wanted" | while read -r _ address port endpoints; do
      left=$(echo "$endpoints" | tr , '\n' | grep -c .)
      for endpoint in $(echo "$endpoints" | tr , ' '); do
        every=
        [ "$left" -gt 1 ] && every="-m statistic --mode nth --every $left --packet 0"
        echo "-A LAB-SERVICES -d $address/32 -p tcp --dport $port $every -j DNAT --to-destination $endpoint"
        left=$((left - 1))
      done
    done
    echo COMMIT
  } >"$work/rules"
  iptables-restore --noflush <"$work/rules" || return
  for chain in PREROUTING OUTPUT; do
    iptables -t nat -C "$chain" -j LAB-SERVICES 2>/dev/null || iptables -t nat -A "$chain" -j LAB-SERVICES
  done
}

# What is no longer wanted ends.
take_away() {
  for pod in "$work"/pods/*; do
    name=$(basename "$pod")
    [ -d "$pod" ] && ! grep -q "^pod $name " "$work/wanted" || continue
    [ -s "$pod/pid" ] && kill "$(cat "$pod/pid")" 2>/dev/null
    ip link del "pod-$name" 2>/dev/null
    rm -rf "$pod"
  done
}

apply() {
  take_away
  grep '^pod ' "$work/wanted" | while read -r _ name address handler url; do
    [ -d "$work/pods/$name" ] || { mkdir -p "$work/pods/$name"; run_pod "$name" "$address" "$handler" "$url" & }
  done
  grep '^route ' "$work/wanted" | while read -r _ route; do ip route replace $route; done
  proxy
}

status() {
  for pod in "$work"/pods/*; do
    [ -d "$pod" ] || continue
    state=pending message=
    [ -s "$pod/state" ] && read -r state message <"$pod/state"
    echo "pod $(basename "$pod") $state $message"
  done
}

while :; do
  if fetch -t 5 -d "$(status)" "$server/nodes/$node/heartbeat" >"$work/wanted.new" 2>/dev/null; then
    if ! cmp -s "$work/wanted.new" "$work/wanted"; then mv "$work/wanted.new" "$work/wanted"; apply; fi
  fi
  sleep 2
done
`;
