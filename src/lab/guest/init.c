// First program of the stand-in guest. It does with the layers of a Talos image what Talos' own init does: each layer on a loop
// device, a read-only overlay with the last layer on top, extensions.yaml and firmware bound over it, then /sbin/init of that root.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/loop.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel has these three as modules, and nothing can be mounted to load them from before they are there.
#define EMBED(name)                                                                                             \
  __asm__(".section .rodata\n.global module_" #name "\nmodule_" #name ":\n.incbin \"" #name ".ko\"\n"             \
          ".global module_" #name "_end\nmodule_" #name "_end:\n.previous\n");                                   \
  extern const char module_##name[], module_##name##_end[]
EMBED(loop);
EMBED(squashfs);
EMBED(overlay);

static int kmsg = -1;

// One write a line: the kernel takes each as a record, and stdio's own way of writing to a descriptor fails on this device.
static void record(const char *level, const char *format, va_list args) {
  char text[400], line[512];
  vsnprintf(text, sizeof text, format, args);
  int length = snprintf(line, sizeof line, "<%s>[stand-in] init: %s\n", level, text);
  if (write(kmsg, line, length) < 0) return;
}

static void say(const char *format, ...) {
  va_list args;
  va_start(args, format);
  record("6", format, args);
  va_end(args);
}

static void complain(const char *format, ...) {
  va_list args;
  va_start(args, format);
  record("2", format, args);
  va_end(args);
}

static void fail(const char *what) {
  complain("%s: %s; powering off", what, strerror(errno));
  sleep(1);
  reboot(RB_POWER_OFF);
  for (;;) pause();
}

static void need(int result, const char *what) {
  if (result < 0) fail(what);
}

static void load(const char *name, const char *start, const char *end) {
  need(syscall(SYS_init_module, start, (unsigned long)(end - start), ""), name);
}

static void mount_layer(const char *file, const char *where) {
  char device[32];
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  need(control, "/dev/loop-control");
  int number = ioctl(control, LOOP_CTL_GET_FREE);
  need(number, "a free loop device");
  close(control);
  snprintf(device, sizeof device, "/dev/loop%d", number);
  int backing = open(file, O_RDONLY | O_CLOEXEC);
  need(backing, file);
  int loop = open(device, O_RDWR | O_CLOEXEC);
  need(loop, device);
  struct loop_config config = {.fd = backing, .info = {.lo_flags = LO_FLAGS_READ_ONLY}};
  snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", file);
  need(ioctl(loop, LOOP_CONFIGURE, &config), file);
  close(backing);
  mkdir(where, 0755);
  need(mount(device, where, "squashfs", MS_RDONLY, NULL), where);
  close(loop);
  say("%s is mounted on %s", file, where);
}

// Lines `- image: <file>` of extensions.yaml, in order; its writer puts that key first in every item.
static int mount_layers(char *lower, size_t size) {
  FILE *list = fopen("/extensions.yaml", "re");
  char line[4096], where[64], above[4096];
  int count = 0;
  if (!list) return 0;
  while (fgets(line, sizeof line, list)) {
    char *at = line + strspn(line, " ");
    if (strncmp(at, "- image:", 8) != 0) continue;
    at += 8 + strspn(at + 8, " \"'");
    at[strcspn(at, " \"'\n")] = 0;
    snprintf(where, sizeof where, "/layers/layer%d", count++);
    mount_layer(at, where);
    snprintf(above, sizeof above, "%s", lower);
    if (snprintf(lower, size, "%s:%s", where, above) >= (int)size) {
      errno = E2BIG;
      fail("extensions.yaml");
    }
  }
  fclose(list);
  return count;
}

static const char *const kept[] = {"/extensions.yaml", "/usr/lib/firmware", "/lib/firmware", "/.extra"};

static int is_kept(const char *path) {
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    size_t length = strlen(kept[i]);
    if (strncmp(path, kept[i], length) == 0 && (path[length] == 0 || path[length] == '/')) return 1;
  }
  return 0;
}

static int drop(const char *path, const struct stat *info, int type, struct FTW *at) {
  (void)info, (void)at;
  if (!is_kept(path) && type != FTW_D && type != FTW_DNR) (type == FTW_DP ? rmdir : unlink)(path);
  return 0;
}

static void bind_read_only(const char *what) {
  char target[64];
  snprintf(target, sizeof target, "/root%s", what);
  if (access(what, F_OK) != 0) return;
  need(mount(what, target, NULL, MS_BIND | MS_REC, NULL), target);
  need(mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), target);
  say("%s is bound over the root", what);
}

int main(void) {
  static char lower[4000] = "/layers/root", options[4096];
  const char *const moved[] = {"/dev", "/proc", "/sys"};
  mkdir("/dev", 0755), mkdir("/proc", 0555), mkdir("/sys", 0555), mkdir("/layers", 0755), mkdir("/root", 0755);
  mount("devtmpfs", "/dev", "devtmpfs", 0, "mode=0755");
  kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
  need(mount("proc", "/proc", "proc", 0, NULL), "/proc");
  need(mount("sysfs", "/sys", "sysfs", 0, NULL), "/sys");
  load("loop", module_loop, module_loop_end);
  load("squashfs", module_squashfs, module_squashfs_end);
  load("overlay", module_overlay, module_overlay_end);
  mount_layer("rootfs.sqsh", "/layers/root");
  if (mount_layers(lower, sizeof lower) > 0) {
    snprintf(options, sizeof options, "lowerdir=%s", lower);
    need(mount("overlay", "/root", "overlay", MS_RDONLY, options), "overlay");
  } else {
    need(mount("/layers/root", "/root", NULL, MS_MOVE, NULL), "the root without layers");
  }
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    if (i == 0) {
      if (access(kept[0], F_OK) == 0) need(mount(kept[0], "/root/etc/extensions.yaml", NULL, MS_BIND, NULL), kept[0]);
    } else {
      bind_read_only(kept[i]);
    }
  }
  nftw("/", drop, 16, FTW_PHYS | FTW_MOUNT | FTW_DEPTH);
  for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
    char target[32];
    snprintf(target, sizeof target, "/root%s", moved[i]);
    need(mount(moved[i], target, NULL, MS_MOVE, NULL), target);
  }
  need(chdir("/root"), "/root");
  need(mount(".", "/", NULL, MS_MOVE, NULL), "the new root");
  need(chroot("."), "chroot");
  need(chdir("/"), "/");
  execl("/sbin/init", "/sbin/init", NULL);
  fail("/sbin/init");
}
