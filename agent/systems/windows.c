/* The upper tester for Windows: Winsock 2, from Windows Vista on. Link with -lws2_32. */

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0600
#endif

#include "../core/core.c"

/* select takes so many sockets. This is before winsock2.h, which would say 64. */
#define FD_SETSIZE (MAX_SOCKETS + 1)
#include <winsock2.h>
#include <ws2tcpip.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <windows.h>

#include "host.c"

/* A socket is a kernel handle, of which Windows uses 32 bits; INVALID_SOCKET becomes -1. */
#define os_accept(fd, address, size) ((int)accept((SOCKET)(fd), address, size))
#define os_bind(fd, address, size) bind((SOCKET)(fd), address, size)
#define os_close(fd) closesocket((SOCKET)(fd))
#define os_connect(fd, address, size) connect((SOCKET)(fd), address, size)
#define os_error() WSAGetLastError()
#define os_getsockname(fd, address, size) getsockname((SOCKET)(fd), address, size)
#define os_getsockopt(fd, level, name, value, size) getsockopt((SOCKET)(fd), level, name, (void *)(value), size)
#define os_inet_pton inet_pton
#define os_listen(fd, backlog) listen((SOCKET)(fd), backlog)
#define os_recv(fd, text, n, flags) recv((SOCKET)(fd), (void *)(text), (int)(n), flags)
#define os_recvfrom(fd, text, n, flags, from, size) \
  recvfrom((SOCKET)(fd), (void *)(text), (int)(n), flags, from, size)
#define os_send(fd, text, n, flags) send((SOCKET)(fd), (const void *)(text), (int)(n), flags)
#define os_sendto(fd, text, n, flags, to, size) sendto((SOCKET)(fd), (const void *)(text), (int)(n), flags, to, size)
#define os_setsockopt(fd, level, name, value, size) \
  setsockopt((SOCKET)(fd), level, name, (const void *)(value), (int)(size))
#define os_shutdown(fd, how) shutdown((SOCKET)(fd), how)
#define os_socket(family, type, protocol) ((int)socket(family, type, protocol))

#define OS_ERROR(name) WSAE##name
#define OS_MSG_DONTWAIT 0 /* every socket is non-blocking */
#define OS_MSG_NOSIGNAL 0
#define OS_SHUT_RD SD_RECEIVE
#define OS_SHUT_WR SD_SEND
#define OS_POLLPRI 0 /* nobody is told of urgent text that is in line */

enum { LOOK_AT_STDIN_MS = 200 };

static DWORD WINAPI await_end_of_stdin(LPVOID unused) {
  char waste[256];
  DWORD n;
  (void)unused;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), waste, sizeof waste, &n, NULL) && n > 0) {
  }
  told_to_stop = 1;
  return 0;
}

static bool host_start(void) {
  WSADATA data;
  if (exit_on_eof && CreateThread(NULL, 0, await_end_of_stdin, NULL, 0, NULL) == NULL) return false;
  return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

/* A zone is a number here. */
static uint32_t os_scope(const char *name) {
  (void)name;
  return 0;
}

static void os_set_non_blocking(int fd) {
  u_long on = 1;
  ioctlsocket((SOCKET)fd, FIONBIO, &on);
}

/* Under Wine, select takes a reset's error out of the socket, and recv then says that the peer has closed. */
static bool was_reset(int fd) {
  WSAPOLLFD poll;
  poll.fd = (SOCKET)fd;
  poll.events = POLLIN;
  poll.revents = 0;
  return WSAPoll(&poll, 1, 0) > 0 && (poll.revents & POLLERR) != 0;
}

static int select_once(struct pollfd *fds, unsigned count, int ms) {
  static fd_set in, out, failed;
  struct timeval wait;
  int ready;
  wait.tv_sec = 0;
  wait.tv_usec = ms * 1000;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_ZERO(&failed);
  for (unsigned i = 0; i < count; i++) {
    if ((fds[i].events & POLLIN) != 0) FD_SET((SOCKET)fds[i].fd, &in);
    if ((fds[i].events & POLLOUT) != 0) {
      FD_SET((SOCKET)fds[i].fd, &out);
      FD_SET((SOCKET)fds[i].fd, &failed);
    }
  }
  ready = select(0, &in, &out, &failed, &wait);
  for (unsigned i = 0; ready > 0 && i < count; i++) {
    if (FD_ISSET((SOCKET)fds[i].fd, &in)) fds[i].revents |= POLLIN;
    if (FD_ISSET((SOCKET)fds[i].fd, &out)) fds[i].revents |= POLLOUT;
    if (FD_ISSET((SOCKET)fds[i].fd, &failed)) fds[i].revents |= POLLERR;
  }
  return ready;
}

/*
 * By select: WSAPoll does not report a refused connection before Windows 10. What ends the wait may be reported alone, with
 * older text of other sockets left out. So it looks twice.
 */
static int os_poll(struct pollfd *fds, unsigned count, int ms) {
  int ready = select_once(fds, count, ms < LOOK_AT_STDIN_MS ? ms : LOOK_AT_STDIN_MS);
  return ready > 0 ? select_once(fds, count, 0) : ready;
}

#include "sockets.c"
