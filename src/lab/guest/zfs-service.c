// Stand-in for the zfs extension's service: it has no pools to import, so it waits for its end as the real one does.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void stop(int number) {
  (void)number;
  _exit(0);
}

int main(void) {
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  if (open("/dev/zfs", O_RDWR) < 0) {
    perror("zfs-service (stand-in): /dev/zfs");
    return 1;
  }
  puts("zfs-service (stand-in): /dev/zfs answers; there are no pools");
  fflush(stdout);
  for (;;) pause();
}
