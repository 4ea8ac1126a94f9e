/*
 * The upper tester for lwIP's socket API, beside a host's libc. lwIP uses the host's socket headers
 * (LWIP_SOCKET_EXTERNAL_HEADERS, as in Debian's liblwip). lwip-netif.c starts lwIP on a tap, and then this.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "../core/core.c"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <lwip/inet.h>
#include <lwip/sockets.h>

#include "host.c"

#define os_accept lwip_accept
#define os_bind lwip_bind
#define os_close lwip_close
#define os_connect lwip_connect
#define os_error() errno
#define os_getsockname lwip_getsockname
#define os_getsockopt lwip_getsockopt
#define os_inet_pton lwip_inet_pton
#define os_listen lwip_listen
#define os_recv lwip_recv
#define os_recvfrom lwip_recvfrom
#define os_send lwip_send
#define os_sendto lwip_sendto
#define os_setsockopt lwip_setsockopt
#define os_shutdown lwip_shutdown
#define os_socket lwip_socket

#define OS_ERROR(name) E##name
#define OS_MSG_DONTWAIT MSG_DONTWAIT
#define OS_MSG_NOSIGNAL 0
#define OS_SHUT_RD SHUT_RD
#define OS_SHUT_WR SHUT_WR
#define OS_POLLPRI 0 /* lwIP tells nobody of urgent text */

static bool host_start(void) {
  signal(SIGPIPE, SIG_IGN);
  return true;
}

static uint32_t os_scope(const char *name) {
  (void)name;
  return 0;
}

static void os_set_non_blocking(int fd) { lwip_fcntl(fd, F_SETFL, lwip_fcntl(fd, F_GETFL, 0) | O_NONBLOCK); }

/* lwIP's descriptors are not the host's: one poll cannot wait for both. */
static int os_poll(struct pollfd *fds, unsigned count, int ms) {
  struct pollfd host = {0, POLLIN, 0};
  char waste[256];
  int most = exit_on_eof ? 20 : 200;
  int ready = lwip_poll(fds, count, ms < most ? ms : most);
  if (!exit_on_eof || poll(&host, 1, 0) <= 0) return ready;
  if (read(0, waste, sizeof waste) == 0) told_to_stop = 1;
  return ready;
}

#include "sockets.c"
