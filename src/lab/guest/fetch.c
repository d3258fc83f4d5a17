// HTTP client of the stand-in guest: busybox' own ends in a segmentation fault where it looks a host up, in Debian's static build.
// fetch [-t SECONDS] [-d BODY] http://A.B.C.D[:PORT]/PATH writes the answer's body; anything but 200 is an error.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("fetch: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  exit(1);
}

static void late(int number) {
  (void)number;
  static const char text[] = "fetch: it takes too long\n";
  if (write(2, text, sizeof text - 1) < 0) _exit(2);
  _exit(1);
}

static int dial(const char *host, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) fail("%s is no IPv4 address", host);
  int line = socket(AF_INET, SOCK_STREAM, 0);
  if (line < 0 || connect(line, (struct sockaddr *)&to, sizeof to) < 0) fail("%s:%d: %m", host, port);
  return line;
}

static void answer(int line) {
  static char held[16384];
  size_t length = 0;
  char *body = NULL;
  while (!body) {
    ssize_t more = read(line, held + length, sizeof held - 1 - length);
    if (more <= 0) fail("the answer ends before its body");
    length += more;
    held[length] = 0;
    body = memmem(held, length, "\r\n\r\n", 4);
    if (!body && length == sizeof held - 1) fail("an answer with so long a head is none");
  }
  int status = 0;
  if (sscanf(held, "HTTP/1.%*d %d", &status) != 1) fail("no HTTP");
  if (status != 200) fail("status %d", status);
  body += 4;
  fwrite(body, 1, held + length - body, stdout);
  for (ssize_t more; (more = read(line, held, sizeof held)) > 0;) fwrite(held, 1, more, stdout);
}

int main(int count, char **words) {
  char host[64], path[2048] = "/";
  const char *data = NULL;
  int port = 80, option;
  signal(SIGALRM, late);
  alarm(10);
  while ((option = getopt(count, words, "t:d:")) != -1) {
    if (option == 't') alarm(atoi(optarg));
    else if (option == 'd') data = optarg;
    else return 2;
  }
  const char *url = optind < count ? words[optind] : "";
  if (sscanf(url, "http://%63[0-9.]:%d%2047s", host, &port, path) < 2 &&
      sscanf(url, "http://%63[0-9.]%2047s", host, path) < 1)
    fail("%s is not http://A.B.C.D[:PORT]/PATH", url);
  int line = dial(host, port);
  dprintf(line, "%s %s HTTP/1.0\r\nHost: %s:%d\r\n", data ? "POST" : "GET", path, host, port);
  if (data) dprintf(line, "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s", strlen(data), data);
  else dprintf(line, "\r\n");
  answer(line);
  return 0;
}
