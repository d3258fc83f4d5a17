/**
 * `/sbin/init` of the stand-in's root file system: a dumb agent. It listens on the virtio-serial port `org.talos-roles.agent`, does as it
 * is told, and says what it sees. It decides nothing: what a service waits for, when it starts and what state it is in is the business
 * of the node on the host.
 *
 * Each line from the host is `<number> <verb> <arguments>`; texts that may hold spaces are base64. Each answer is a line of JSON with
 * `re` (the number), `ok`, and `text` (base64). Unasked come `{"event":"hello"}` once and `{"event":"exited"}` for each process that ends.
 */
export const guestProgram: string = String.raw`#!/bin/busybox sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for folder in run tmp var; do mount -t tmpfs tmpfs "/$folder"; done
mkdir -p /run/services /run/etc /dev/pts
mount -t devpts devpts /dev/pts 2>/dev/null
hostname talos-stand-in
# What stays over a reboot lies on a disk of its own, as EPHEMERAL does; the other disk is what was booted from.
for module in virtio_pci virtio_blk ext4; do modprobe -q "$module" 2>/dev/null; done
for disk in /sys/block/vd*; do
  [ "$(cat "$disk/serial" 2>/dev/null)" = ephemeral ] && mount -t ext4 "/dev/$(basename "$disk")" /var
done
for module in virtio_mmio virtio_console virtio_net virtio_rng af_packet tun; do modprobe -q "$module" 2>/dev/null; done

port=
until [ -n "$port" ]; do
  for one in /sys/class/virtio-ports/*; do
    [ "$(cat "$one/name" 2>/dev/null)" = org.talos-roles.agent ] && port=/dev/"$(basename "$one")"
  done
  [ -n "$port" ] || sleep 0.1
done
until [ -c "$port" ]; do sleep 0.1; done
exec 3<>"$port"

say() { printf '%s\n' "$1" >&3; }
text() { base64 | tr -d '\n'; }
answer() { say "{\"re\":$1,\"ok\":$2,\"text\":\"$(printf '%s' "$3" | text)\"}"; }

# A DHCP lease gives the address, the route and the name servers.
cat >/run/lease <<'EOF'
#!/bin/sh
case $1 in bound|renew)
  ip addr replace "$ip/$mask" dev "$interface"
  [ -n "$router" ] || router=$serverid
  ip route replace default via "$router" dev "$interface"
  for server in $dns; do echo "nameserver $server"; done >/run/etc/resolv.conf ;;
esac
EOF
chmod 755 /run/lease
ip link set lo up
if [ -d /sys/class/net/eth0 ]; then ip link set eth0 up; udhcpc -i eth0 -s /run/lease -b -q >/dev/null 2>&1 & fi

# start <service> <entrypoint> <environment> <mounts> <arguments>, all base64 but the first; "-" as entrypoint is one of Talos' own
# services, for which a program of its name stands in, or a process that only lives.
start() {
  number=$1 service=$2
  work=/run/services/$service
  rm -rf "$work/log"; mkdir -p "$work/upper" "$work/work" "$work/root"
  if [ "$3" = - ]; then
    if [ -x "/usr/bin/$service" ]; then run "$number" "$service" "$work" "/usr/bin/$service"; else run "$number" "$service" "$work" sleep 2147483647; fi
    return
  fi
  entrypoint=$(echo "$3" | base64 -d)
  base=/usr/local/lib/containers/$service
  [ -d "$base" ] || { answer "$number" false "pre stat \"$base\": no such file or directory"; return; }
  if ! grep -q " $work/root " /proc/mounts; then
    mount -t overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" overlay "$work/root" 2>"$work/error" ||
      { answer "$number" false "pre $(cat "$work/error")"; return; }
    for folder in proc sys dev; do mkdir -p "$work/root/$folder"; mount --rbind "/$folder" "$work/root/$folder"; done
    mkdir -p "$work/root/etc"; [ -f /run/etc/resolv.conf ] && cp /run/etc/resolv.conf "$work/root/etc/resolv.conf"
    echo "$5" | base64 -d | while IFS='	' read -r source destination; do
      [ -e "$source" ] || mkdir -p -m 0700 "$source" || { echo "mkdir $source failed" >"$work/runner"; break; }
      if [ -d "$source" ]; then mkdir -p "$work/root/$destination"; else mkdir -p "$work/root/$(dirname "$destination")"; : >>"$work/root/$destination"; fi
      mount --bind "$source" "$work/root/$destination" || echo "cannot mount $source" >"$work/runner"
    done
    [ -f "$work/runner" ] && { answer "$number" false "runner $(cat "$work/runner")"; rm -f "$work/runner"; return; }
  fi
  [ -e "$work/root/$entrypoint" ] || { answer "$number" false "task failed to create task: exec $entrypoint: no such file or directory"; return; }
  set -f; old=$IFS; IFS='
'
  environment=$(echo "$4" | base64 -d); arguments=$(echo "$6" | base64 -d)
  run "$number" "$service" "$work" env -i $environment chroot "$work/root" "$entrypoint" $arguments
  IFS=$old; set +f
}

run() {
  number=$1 service=$2 work=$3
  shift 3
  rm -f "$work/pid"
  (
    exec 0</dev/null
    sh -c 'echo $$ >"$0/pid"; exec "$@"' "$work" "$@" >"$work/log" 2>&1
    code=$?
    say "{\"event\":\"exited\",\"service\":\"$service\",\"code\":$code,\"text\":\"$(tail -n 1 "$work/log" | head -c 400 | text)\"}"
  ) &
  until [ -s "$work/pid" ]; do sleep 0.05; done
  answer "$number" true "$(cat "$work/pid")"
}

stop() { kill "$(cat "/run/services/$1/pid" 2>/dev/null)" 2>/dev/null; }

network() {
  case "$(ip -4 addr show scope global 2>/dev/null)" in *inet*) echo address ;; esac
  while read -r _ target _; do [ "$target" = 00000000 ] && { echo connectivity; break; }; done </proc/net/route
  read -r name </proc/sys/kernel/hostname; [ -n "$name" ] && echo hostname
  [ -f /run/etc/resolv.conf ] && echo etcFiles
}

# Everything that is asked again and again, in one answer: a line of "= <name>" before each part.
survey() {
  echo "= network"; network
  echo "= clock"; date +%s
  echo "= links"; ls -1 /sys/class/net
  echo "= modules"; cat /proc/modules
  echo "= forwarding"; read -r flag </proc/sys/net/ipv6/conf/all/forwarding && echo "$flag"
}

# What takes its time is done beside the loop, which goes on listening.
get() { if said=$(fetch "$2" 2>&1); then answer "$1" true "$said"; else answer "$1" false "$said"; fi; }
order() { if said=$(echo "$2" | base64 -d | sh 2>&1); then answer "$1" true "$said"; else answer "$1" false "$said"; fi; }

say "{\"event\":\"hello\",\"kernelRelease\":\"$(uname -r)\",\"machine\":\"$(uname -m)\"}"
while read -r number verb rest <&3; do
  case $verb in
    exists) if [ -e "$rest" ]; then answer "$number" true ""; else answer "$number" false ""; fi ;;
    read) if [ -f "$rest" ]; then answer "$number" true "$(cat "$rest")"; else answer "$number" false "$rest: no such file"; fi ;;
    list) answer "$number" true "$(ls -1 "$rest" 2>/dev/null)" ;;
    mounts) answer "$number" true "$(cat /proc/mounts)" ;;
    modprobe) if said=$(modprobe $rest 2>&1); then answer "$number" true ""; else answer "$number" false "$said"; fi ;;
    survey) answer "$number" true "$(survey)" ;;
    parameter) answer "$number" true "$(cat "/proc/sys/$rest" 2>/dev/null)" ;;
    fetch) get "$number" "$rest" & ;;
    run) order "$number" "$rest" & ;;
    start) start "$number" $rest ;;
    stop) stop "$rest"; answer "$number" true "" ;;
    log) answer "$number" true "$(tail -n 200 "/run/services/$rest/log" 2>/dev/null)" ;;
    poweroff) poweroff -f ;;
    *) answer "$number" false "what is $verb?" ;;
  esac
done
`;
