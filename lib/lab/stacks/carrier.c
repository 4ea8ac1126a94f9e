/*
 * carrier TAP COMMAND...: starts COMMAND with a stream socket as its descriptor 3, and carries Ethernet frames between that
 * socket and the tap. On the socket, each frame has its length before it, in 32 bits. Ends when COMMAND does. COMMAND ends
 * when the socket does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKET = 3, LENGTH = 4, FRAME = 65535 };

static int fail(const char *what) {
  perror(what);
  return 1;
}

static int open_tap(const char *name) {
  struct ifreq request;
  int tap = open("/dev/net/tun", O_RDWR);
  if (tap < 0) return -1;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  return ioctl(tap, TUNSETIFF, &request) < 0 ? -1 : tap;
}

/* Reads or writes all of it. Returns 0 at the end of the stream. */
static int read_all(int from, unsigned char *to, size_t size) {
  while (size > 0) {
    ssize_t got = read(from, to, size);
    if (got <= 0) return 0;
    to += got;
    size -= (size_t)got;
  }
  return 1;
}

static int write_all(int to, const unsigned char *from, size_t size) {
  while (size > 0) {
    ssize_t put = write(to, from, size);
    if (put <= 0) return 0;
    from += put;
    size -= (size_t)put;
  }
  return 1;
}

int main(int count, char **words) {
  static unsigned char frame[LENGTH + FRAME];
  struct pollfd ends[2];
  int pair[2], tap, status = 0;
  pid_t child;
  if (count < 3) return 2;
  if ((tap = open_tap(words[1])) < 0) return fail(words[1]);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) return fail("socketpair");
  if ((child = fork()) < 0) return fail("fork");
  if (child == 0) {
    close(tap);
    close(pair[0]);
    if (pair[1] != SOCKET && (dup2(pair[1], SOCKET) < 0 || close(pair[1]) < 0)) return fail("dup2");
    execvp(words[2], words + 2);
    return fail(words[2]);
  }
  close(pair[1]);
  ends[0].fd = tap;
  ends[1].fd = pair[0];
  ends[0].events = ends[1].events = POLLIN;
  while (poll(ends, 2, -1) >= 0) {
    uint32_t length;
    if (ends[0].revents) {
      ssize_t got = read(tap, frame + LENGTH, FRAME);
      if (got <= 0) break;
      length = htonl((uint32_t)got);
      memcpy(frame, &length, LENGTH);
      if (!write_all(pair[0], frame, LENGTH + (size_t)got)) break;
    }
    if (ends[1].revents) {
      if (!read_all(pair[0], (unsigned char *)&length, LENGTH)) break;
      length = ntohl(length);
      if (length > FRAME || !read_all(pair[0], frame, length)) break;
      /* A frame that the tap refuses is lost on the wire. */
      if (write(tap, frame, length) < 0) perror("tap");
    }
  }
  close(pair[0]);
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) raise(WTERMSIG(status));
  return WEXITSTATUS(status);
}
