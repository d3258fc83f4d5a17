/** The programs of busybox that the guest calls by name. */
export const applets: readonly string[] = (
  "[ ash awk base64 basename cat chmod chroot cmp cp cut date dd df dirname dmesg du echo env expr false find free grep gunzip gzip head " +
  "hexdump hostname httpd hwclock id ifconfig insmod ip kill killall less ln ls lsmod md5sum mkdir mkfifo mknod mktemp modinfo modprobe " +
  "more mount mountpoint mv nc netstat nproc nsenter nslookup od pgrep pidof ping pkill poweroff printf ps pwd readlink realpath " +
  "reboot rm rmdir rmmod route sed seq setsid sh sha256sum sleep sort stat stty sync sysctl tail tar tee test time timeout top touch " +
  "tr true tty udhcpc umount uname uniq unshare uptime usleep vi watch wc wget which whoami xargs xxd yes zcat"
).split(" ");
