/* Loaded in front of the C library (LD_PRELOAD): counts what changes the disk, or with FAULT_SENDS what is sent over the network, and at one such
   call ends the process as `kill -9` does (kill), lets this and all later ones fail as on a full disk (space), a disk that the kernel made
   read-only (readonly) or a line that is cut (space, where sends are counted), or sets the clock a year back or ahead (back, ahead).
   FAULT_AT counts from 1; FAULT_KIND is one of these words; FAULT_COUNT names a file for the sum. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long changes;

static atomic_long jump;

/* Whether writing to this descriptor counts. */
static int counts(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return 0;
  if (!getenv("FAULT_SENDS")) return S_ISREG(info.st_mode);
  struct sockaddr_storage peer;
  socklen_t size = sizeof peer;
  return S_ISSOCK(info.st_mode) && getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.ss_family == AF_INET;
}

/* The error that the call has to end with; 0 where it may go on. */
static int fault(int needs_space) {
  const char *at = getenv("FAULT_AT");
  long number = atomic_fetch_add(&changes, 1) + 1;
  if (!at || number < atol(at)) return 0;
  const char *kind = getenv("FAULT_KIND");
  if (!kind) return 0;
  if (strcmp(kind, "space") == 0) return getenv("FAULT_SENDS") ? ECONNRESET : needs_space ? ENOSPC : 0;
  if (strcmp(kind, "readonly") == 0) return EROFS;
  if (number != atol(at)) return 0;
  if (strcmp(kind, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(kind, "back") == 0) atomic_store(&jump, -366L * 86400);
  if (strcmp(kind, "ahead") == 0) atomic_store(&jump, 366L * 86400);
  return 0;
}

static int change(int needs_space) {
  if (getenv("FAULT_SENDS")) return 0;
  int error = fault(needs_space);
  if (error) errno = error;
  return error;
}

static int writes(int fd) {
  if (!counts(fd)) return 0;
  int error = fault(1);
  if (error) errno = error;
  return error;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define FAILS (-1)

ssize_t write(int fd, const void *data, size_t size) {
  return writes(fd) ? FAILS : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  return writes(fd) ? FAILS : REAL(pwrite)(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  return writes(fd) ? FAILS : REAL(pwrite64)(fd, data, size, offset);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  return writes(fd) ? FAILS : REAL(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return writes(fd) ? FAILS : REAL(pwritev)(fd, parts, count, offset);
}
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
  return change(1) ? FAILS : REAL(copy_file_range)(in, from, out, to, size, flags);
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  return writes(fd) ? FAILS : REAL(sendmsg)(fd, message, flags);
}
ssize_t send(int fd, const void *data, size_t size, int flags) {
  return writes(fd) ? FAILS : REAL(send)(fd, data, size, flags);
}
int mkdir(const char *path, mode_t mode) { return change(1) ? FAILS : REAL(mkdir)(path, mode); }
int link(const char *from, const char *to) { return change(1) ? FAILS : REAL(link)(from, to); }
int rename(const char *from, const char *to) { return change(0) ? FAILS : REAL(rename)(from, to); }
int unlink(const char *path) { return change(0) ? FAILS : REAL(unlink)(path); }
int rmdir(const char *path) { return change(0) ? FAILS : REAL(rmdir)(path); }

static int open_mode(int flags, va_list rest) { return flags & O_CREAT ? va_arg(rest, int) : 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int mode = open_mode(flags, rest);
  va_end(rest);
  return (flags & O_CREAT) && change(1) ? FAILS : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int mode = open_mode(flags, rest);
  va_end(rest);
  return (flags & O_CREAT) && change(1) ? FAILS : REAL(open64)(path, flags, mode);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = REAL(clock_gettime)(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += atomic_load(&jump);
  return result;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int result = REAL(gettimeofday)(time, zone);
  if (result == 0) time->tv_sec += atomic_load(&jump);
  return result;
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("FAULT_COUNT");
  if (!path) return;
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&changes));
  fclose(file);
}
