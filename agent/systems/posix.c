/* The upper tester for systems with POSIX sockets: Linux, BSD, macOS, Android. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc and musl show most socket options only then */
#endif

#include "../core/core.c"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "host.c"

#define os_accept accept
#define os_bind bind
#define os_close close
#define os_connect connect
#define os_error() errno
#define os_getsockname getsockname
#define os_getsockopt getsockopt
#define os_inet_pton inet_pton
#define os_listen listen
#define os_recv recv
#define os_recvfrom recvfrom
#define os_send send
#define os_sendto sendto
#define os_setsockopt setsockopt
#define os_shutdown shutdown
#define os_socket socket

#define OS_ERROR(name) E##name
#define OS_MSG_DONTWAIT MSG_DONTWAIT
#ifdef MSG_NOSIGNAL
#define OS_MSG_NOSIGNAL MSG_NOSIGNAL
#else
#define OS_MSG_NOSIGNAL 0
#endif
#define OS_SHUT_RD SHUT_RD
#define OS_SHUT_WR SHUT_WR
#define OS_POLLPRI POLLPRI

/* For descriptors 0-2, the control socket and a sysctl file, beside those of the table. */
#define DESCRIPTORS_BESIDE 16

static bool host_start(void) {
  struct rlimit limit;
  rlim_t want = MAX_SOCKETS + DESCRIPTORS_BESIDE;
  signal(SIGPIPE, SIG_IGN);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < want) {
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return true;
}

static uint32_t os_scope(const char *name) { return if_nametoindex(name); }

static void os_set_non_blocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK); }

/* True when stdin has ended. Discards whatever comes in on it. */
static bool stdin_ended(void) {
  char waste[256];
  ssize_t n = read(0, waste, sizeof waste);
  return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/* As poll. The array has room for one more: stdin. */
static int os_poll(struct pollfd *fds, unsigned count, int ms) {
  int ready;
  if (!exit_on_eof) return poll(fds, count, ms);
  fds[count].fd = 0;
  fds[count].events = POLLIN;
  fds[count].revents = 0;
  ready = poll(fds, count + 1, ms);
  if (ready > 0 && fds[count].revents != 0) {
    ready--;
    if (stdin_ended()) told_to_stop = 1;
  }
  return ready;
}

#include "sockets.c"
