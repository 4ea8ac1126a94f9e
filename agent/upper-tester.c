/*
 * The upper tester opens, listens, connects, sends, shuts down, closes and aborts TCP connections on command of one
 * tester. It speaks the AUTOSAR Testability Protocol 1.2.0 over UDP. README.md beside this file describes it.
 *
 *     cc -std=c99 -D_GNU_SOURCE -O2 -o upper-tester upper-tester.c
 *
 * One thread, one poll loop, no allocation: everything lives in fixed tables.
 */

/* ------------------------------------------------------------------------- the operating system, and only here */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef LWIP
/* lwIP must use the host's socket headers (LWIP_SOCKET_EXTERNAL_HEADERS, as in Debian's liblwip). */
#include <lwip/inet.h>
#include <lwip/sockets.h>
#define os_accept lwip_accept
#define os_bind lwip_bind
#define os_close lwip_close
#define os_connect lwip_connect
#define os_fcntl lwip_fcntl
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
#else
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#define os_accept accept
#define os_bind bind
#define os_close close
#define os_connect connect
#define os_fcntl fcntl
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
#endif

#if defined(__linux__) && !defined(LWIP)
#define ON_LINUX 1
#define RECEIVE_SPACE "/proc/sys/net/ipv4/tcp_rmem"
#else
#define ON_LINUX 0
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#ifndef MAX_SOCKETS
#define MAX_SOCKETS 1024
#endif
#ifndef PATTERN_MAX
#define PATTERN_MAX 1024 /* octets kept per connection for text that the TCP cannot take at once */
#endif

#if MAX_SOCKETS < 1 || MAX_SOCKETS > 65534 || PATTERN_MAX < 1 || PATTERN_MAX > 65535
#error "socket ids and pattern lengths are 16-bit numbers"
#endif

/* For descriptors 0-2, the control socket and a sysctl file, beside those of the table. */
#define DESCRIPTORS_BESIDE 16
#define BACKLOG 4096

static void os_raise_descriptor_limit(void) {
  struct rlimit limit;
  rlim_t want = MAX_SOCKETS + DESCRIPTORS_BESIDE;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want) return;
  limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void os_set_non_blocking(int fd) {
  os_fcntl(fd, F_SETFL, os_fcntl(fd, F_GETFL, 0) | O_NONBLOCK);
}

/* True when stdin has ended. Discards whatever comes in on it. */
static bool os_stdin_ended(void) {
  char waste[256];
  ssize_t n = read(0, waste, sizeof waste);
  return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/*
 * Waits for the sockets and, with `watch_stdin`, for the end of stdin. It uses fds[count] for stdin.
 * *ended says whether stdin has ended. The wait is limited, so that a signal that arrives just before it is noticed.
 */
static int os_wait(struct pollfd *fds, unsigned count, bool watch_stdin, bool *ended) {
  int ready;
  *ended = false;
#ifdef LWIP
  /* lwIP's descriptors are not the host's: one poll cannot wait for both. */
  struct pollfd host = {0, POLLIN, 0};
  ready = lwip_poll(fds, count, watch_stdin ? 20 : 200);
  if (watch_stdin && poll(&host, 1, 0) > 0 && host.revents != 0) *ended = os_stdin_ended();
#else
  if (watch_stdin) {
    fds[count].fd = 0;
    fds[count].events = POLLIN;
    fds[count].revents = 0;
  }
  ready = poll(fds, count + (watch_stdin ? 1 : 0), 1000);
  if (ready > 0 && watch_stdin && fds[count].revents != 0) *ended = os_stdin_ended();
#endif
  return ready;
}

static uint32_t os_scope(const char *name) {
  char *end;
  unsigned long number = strtoul(name, &end, 10);
  if (*name != '\0' && *end == '\0') return (uint32_t)number;
#ifdef LWIP
  return 0;
#else
  return if_nametoindex(name);
#endif
}

/* -------------------------------------------------------------------------------------------------- the protocol */

enum { HEADER = 16, LEN_COVERS = 8, DATAGRAM_MAX = 65507, VERSION_MAJOR = 1, VERSION_MINOR = 2, VERSION_PATCH = 0 };

enum { TYPE_REQUEST = 0x00, TYPE_EVENT = 0x02, TYPE_RESPONSE = 0x80, EVENT_BIT = 0x80 };

enum { GROUP_GENERAL = 0x00, GROUP_TCP = 0x02, GROUP_VENDOR = 0x7F };

enum { RECEIVE_AND_FORWARD = 0x03, LISTEN_AND_ACCEPT = 0x04 };

enum {
  E_OK = 0x00,
  E_NOK = 0x01,
  E_TCP_COR = 0xE2, /* connection reset */
  E_TCP_CAT = 0xE3, /* connection aborted due to user timeout */
  E_TCP_CRE = 0xE4, /* connection refused */
  E_TCP_CNE = 0xE5, /* connection does not exist */
  E_TCP_COC = 0xE6, /* connection closing */
  E_TCP_CAE = 0xE7, /* connection already exists */
  E_TCP_INR = 0xE8, /* insufficient resources */
  E_UBS = 0xED,
  E_UCS = 0xEE,
  E_ISD = 0xEF,
  E_INV = 0xFC,
  E_PEN = 0xFE,
  E_NTF = 0xFF
};

enum {
  PARAM_TTL = 0,
  PARAM_PRIORITY = 1,
  PARAM_DONT_FRAGMENT = 2,
  PARAM_TIMESTAMP = 3,
  PARAM_TOS = 4,
  PARAM_MSS = 5,
  PARAM_NAGLE = 6,
  PARAM_ERROR_REPORTS = 0xFFF9,
  PARAM_USER_TIMEOUT = 0xFFFA,
  PARAM_KEEP_ALIVE = 0xFFFB,
  PARAM_RECEIVE_BUFFER = 0xFFFE,
  PARAM_READING = 0xFFFF
};

/* What GET_TOLD answers. */
enum {
  TOLD_CLOSING = 1,
  TOLD_RESET = 2,
  TOLD_REFUSED = 4,
  TOLD_URGENT = 8,
  TOLD_SOFT_ERROR = 16,
  TOLD_RETRANSMISSIONS = 32, /* no socket API has it */
  TOLD_URGENT_LEFT = 64,
  TOLD_TIMEOUT = 128
};

enum { CAN_STOP_READING = 1, CAN_SET_RECEIVE_BUFFER = 2, CAN_ZERO_WINDOW = 4, CAN_TELL_STATE = 8 };

enum { FLAG_URGENT = 0x20, UNLIMITED = 0xFFFF, ANY_PORT = 0xFFFF };

/* The end of urgent text goes out in one call of at most this size, so that its segment has the urgent pointer. */
enum { URGENT_TAIL = 512 };

struct request {
  const uint8_t *at, *end;
  bool bad;
};

static uint8_t inbox[65536], outbox[65536], scratch[65536];

static uint16_t read16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static uint32_t read32(const uint8_t *p) { return (uint32_t)read16(p) << 16 | read16(p + 2); }

static void write16(uint8_t *p, unsigned v) {
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void write32(uint8_t *p, uint32_t v) {
  write16(p, v >> 16);
  write16(p + 2, v & 0xFFFF);
}

static const uint8_t *take(struct request *q, size_t n) {
  static const uint8_t zeros[4];
  const uint8_t *p = q->at;
  if (q->bad || (size_t)(q->end - q->at) < n) {
    q->bad = true;
    return zeros;
  }
  q->at += n;
  return p;
}

static uint8_t take8(struct request *q) { return *take(q, 1); }
static uint16_t take16(struct request *q) { return read16(take(q, 2)); }

static const uint8_t *take_vint8(struct request *q, uint16_t *n) {
  const uint8_t *p;
  *n = take16(q);
  p = take(q, *n);
  if (q->bad) *n = 0;
  return p;
}

/* True when the data end too early or too late. */
static bool malformed(const struct request *q) { return q->bad || q->at != q->end; }

/* ---------------------------------------------------------------------------------------------------- addresses */

struct address {
  uint8_t n; /* 4, 16, or 0 for none */
  uint8_t octets[16];
  uint32_t scope;
};

struct peer {
  struct address address;
  uint16_t port;
};

static bool same_address(const struct address *a, const struct address *b) {
  return a->n == b->n && memcmp(a->octets, b->octets, a->n) == 0;
}

static bool is_any(const struct address *a) {
  static const uint8_t zeros[16];
  return memcmp(a->octets, zeros, a->n) == 0;
}

static bool parse_address(const char *text, struct address *a) {
  char buffer[64];
  char *percent;
  size_t length = strlen(text);
  memset(a, 0, sizeof *a);
  if (length >= sizeof buffer) return false;
  memcpy(buffer, text, length + 1);
  percent = strchr(buffer, '%');
  if (percent != NULL) {
    *percent = '\0';
    a->scope = os_scope(percent + 1);
  }
  if (os_inet_pton(AF_INET, buffer, a->octets) == 1) {
    a->n = 4;
  } else if (os_inet_pton(AF_INET6, buffer, a->octets) == 1) {
    a->n = 16;
  }
  return a->n != 0;
}

static void take_address(struct request *q, struct address *a) {
  uint16_t n;
  const uint8_t *octets = take_vint8(q, &n);
  memset(a, 0, sizeof *a);
  if (n != 4 && n != 16) {
    q->bad = true;
    return;
  }
  a->n = (uint8_t)n;
  memcpy(a->octets, octets, n);
}

static socklen_t to_sockaddr(const struct address *a, uint16_t port, struct sockaddr_storage *to) {
  memset(to, 0, sizeof *to);
  if (a->n == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    memcpy(&in->sin_addr, a->octets, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(port);
  in6->sin6_scope_id = a->scope;
  memcpy(&in6->sin6_addr, a->octets, 16);
  return sizeof *in6;
}

static void from_sockaddr(const struct sockaddr_storage *from, struct peer *p) {
  memset(p, 0, sizeof *p);
  if (from->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)from;
    p->address.n = 4;
    memcpy(p->address.octets, &in->sin_addr, 4);
    p->port = ntohs(in->sin_port);
  } else if (from->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
    p->address.n = 16;
    memcpy(p->address.octets, &in6->sin6_addr, 16);
    p->address.scope = in6->sin6_scope_id;
    p->port = ntohs(in6->sin6_port);
  }
}

/* ------------------------------------------------------------------------------------------------------ settings */

#define MAX_TESTERS 4

static struct address locals[2];
static struct address testers[MAX_TESTERS];
static unsigned tester_count;
static uint16_t service_id = 0x0105;
static uint16_t control_port;
static bool exit_on_eof;
static int control = -1;
static volatile sig_atomic_t told_to_stop;

static const struct address *find_tester(const struct address *a) {
  for (unsigned i = 0; i < tester_count; i++)
    if (same_address(&testers[i], a)) return &testers[i];
  return NULL;
}

/* Where no connection can lead: a TCP has to refuse (RFC 9293 section 3.9.1.1, MUST-46). */
static bool is_multicast(const struct address *a) {
  return a->n == 4 ? (a->octets[0] & 0xf0) == 0xe0 : a->octets[0] == 0xff;
}

static const struct address *local_of_family(uint8_t n) {
  for (unsigned i = 0; i < 2; i++)
    if (locals[i].n == n) return &locals[i];
  return NULL;
}

/* --------------------------------------------------------------------------------------------- table of sockets */

enum role { FREE, FRESH, LISTENING, CONNECTING, CONNECTED, DEAD };

struct connection {
  int fd;
  uint8_t role;
  uint8_t family; /* 4 or 16: octets of an address */
  bool bound;
  bool reading;      /* false: text stays in the TCP's buffer and the window closes */
  bool no_more_text; /* end of text seen, or the receive side was shut down */
  bool text_shut;    /* the send side was shut down, or will be after the pending text */
  bool fin_due;      /* shut the send side down after the pending text */
  bool closing;      /* CLOSE_SOCKET was answered, but pending text goes out first; the id is no longer valid */
  bool urgent;
  bool told_urgent; /* that urgent text has come */
  bool reports_errors, told_soft_error;
  bool forwarding;
  int error; /* why it is DEAD */

  uint32_t left_to_send;
  uint16_t pattern_length, pattern_at;
  uint8_t pattern[PATTERN_MAX];

  uint32_t dropped;
  uint16_t forward_most, forward_left;

  uint16_t accept_left;
  struct peer armed_by; /* receives the events */
};

static struct connection table[MAX_SOCKETS];

/* Free places are in a queue, so that a socket id is reused as late as possible. */
static uint16_t vacant[MAX_SOCKETS];
static unsigned vacant_head, vacant_count;
static bool accept_paused;

static uint16_t id_of(const struct connection *c) { return (uint16_t)(c - table + 1); }

static struct connection *find(uint16_t id) {
  struct connection *c;
  if (id < 1 || id > MAX_SOCKETS) return NULL;
  c = &table[id - 1];
  return c->role == FREE || c->closing ? NULL : c;
}

static struct connection *enter(int fd, uint8_t family, enum role role) {
  struct connection *c;
  if (vacant_count == 0) return NULL;
  c = &table[vacant[vacant_head]];
  vacant_head = (vacant_head + 1) % MAX_SOCKETS;
  vacant_count--;
  memset(c, 0, sizeof *c);
  c->fd = fd;
  c->family = family;
  c->role = (uint8_t)role;
  c->reading = true;
  return c;
}

static void leave(struct connection *c) {
  os_close(c->fd);
  c->fd = -1;
  c->role = FREE;
  vacant[(vacant_head + vacant_count) % MAX_SOCKETS] = (uint16_t)(c - table);
  vacant_count++;
  accept_paused = false;
}

static void reset_on_close(int fd) {
  struct linger at_once = {1, 0};
  os_setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/* A listener has no peer to reset. With SO_LINGER on a listener, lwIP 2.1 takes it for a connection and aborts. */
static void abort_connection(const struct connection *c) {
  if (c->role != LISTENING) reset_on_close(c->fd);
}

static void abort_all(void) {
  for (unsigned i = 0; i < MAX_SOCKETS; i++) {
    if (table[i].role == FREE) continue;
    abort_connection(&table[i]);
    leave(&table[i]);
  }
}

static void die(struct connection *c, int error) {
  c->role = DEAD;
  c->error = error;
  c->left_to_send = 0;
  if (c->closing) leave(c);
}

/* The errors that end no connection (RFC 9293 section 3.9.2.2), as a socket that reports them tells them. */
static bool take_soft_error(struct connection *c, int error) {
  if (!c->reports_errors) return false;
  if (error != EHOSTUNREACH && error != ENETUNREACH && error != EPROTO && error != EOPNOTSUPP) return false;
  c->told_soft_error = true;
  return true;
}

static uint8_t why_dead(const struct connection *c) {
  switch (c->error) {
    case ECONNRESET:
    case EPIPE:
      return E_TCP_COR;
    case ECONNREFUSED:
      return E_TCP_CRE;
    case ETIMEDOUT:
      return E_TCP_CAT;
    default:
      return E_TCP_CNE;
  }
}

/* ---------------------------------------------------------------------------------------------------- datagrams */

static void post(const struct peer *to, uint8_t group, uint8_t primitive, uint8_t type, uint8_t result, size_t n) {
  struct sockaddr_storage address;
  socklen_t size = to_sockaddr(&to->address, to->port, &address);
  write16(outbox, service_id);
  outbox[2] = group;
  outbox[3] = primitive;
  write32(outbox + 4, (uint32_t)(LEN_COVERS + n));
  write32(outbox + 8, 0);
  outbox[12] = outbox[13] = 1;
  outbox[14] = type;
  outbox[15] = result;
  while (os_sendto(control, outbox, HEADER + n, 0, (struct sockaddr *)&address, size) < 0 && errno == EINTR) {
  }
}

static void tell_accepted(const struct connection *listener, const struct connection *c, const struct peer *peer) {
  uint8_t *p = outbox + HEADER;
  write16(p, id_of(listener));
  write16(p + 2, id_of(c));
  write16(p + 4, peer->port);
  write16(p + 6, peer->address.n);
  memcpy(p + 8, peer->address.octets, peer->address.n);
  post(&listener->armed_by, GROUP_TCP | EVENT_BIT, LISTEN_AND_ACCEPT, TYPE_EVENT, E_OK, 8u + peer->address.n);
}

static void tell_received(const struct connection *c, const uint8_t *text, size_t length) {
  uint8_t *p = outbox + HEADER;
  size_t payload = length < c->forward_most ? length : c->forward_most;
  if (payload > DATAGRAM_MAX - HEADER - 4) payload = DATAGRAM_MAX - HEADER - 4;
  write16(p, (unsigned)length);
  write16(p + 2, (unsigned)payload);
  memcpy(p + 4, text, payload);
  post(&c->armed_by, GROUP_TCP | EVENT_BIT, RECEIVE_AND_FORWARD, TYPE_EVENT, E_OK, 4 + payload);
}

/* -------------------------------------------------------------------------------------------- text in, text out */

/* Reads what has arrived, at most `rounds` buffers, so that one busy peer cannot starve the others. */
static void drain(struct connection *c, int rounds) {
  while (rounds-- > 0) {
    size_t most = 0xFFFF;
    ssize_t n;
    if (c->forwarding && c->forward_left != UNLIMITED) most = c->forward_left;
    n = os_recv(c->fd, scratch, most, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n < 0 && take_soft_error(c, errno)) continue;
    if (n < 0) {
      die(c, errno);
      return;
    }
    if (n == 0) {
      c->no_more_text = true;
      return;
    }
    if (!c->forwarding) {
      c->dropped += (uint32_t)n;
      if (c->dropped > 0xFFFF) c->dropped = 0xFFFF;
      continue;
    }
    tell_received(c, scratch, (size_t)n);
    if (c->forward_left != UNLIMITED) {
      c->forward_left = (uint16_t)(c->forward_left - n);
      c->forwarding = c->forward_left > 0;
    }
  }
}

static void close_orderly(struct connection *c) {
  /* Unread text would turn the FIN into an RST. A tester that has stopped reading wants that RST. */
  if (c->reading && (c->role == CONNECTED || c->role == CONNECTING)) {
    c->closing = false; /* this function calls leave(), so die() must not */
    drain(c, 1024);
  }
  leave(c);
}

/* Sends from `pattern` what the TCP takes. */
static void push_text(struct connection *c, const uint8_t *pattern) {
  while (c->left_to_send > 0) {
    size_t n = c->left_to_send < sizeof scratch ? c->left_to_send : sizeof scratch;
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    ssize_t sent;
    if (c->urgent && n > URGENT_TAIL) {
      n -= URGENT_TAIL;
    } else if (c->urgent) {
      flags |= MSG_OOB;
    }
    for (size_t i = 0, at = c->pattern_at; i < n; i++) {
      scratch[i] = pattern[at];
      if (++at == c->pattern_length) at = 0;
    }
    sent = os_send(c->fd, scratch, n, flags);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) return;
    if (sent < 0 && take_soft_error(c, errno)) continue;
    if (sent < 0) {
      die(c, errno);
      return;
    }
    c->left_to_send -= (uint32_t)sent;
    c->pattern_at = (uint16_t)((c->pattern_at + (size_t)sent) % c->pattern_length);
  }
}

static void go_on_sending(struct connection *c) {
  push_text(c, c->pattern);
  if (c->role != CONNECTED || c->left_to_send > 0) return;
  if (c->fin_due) {
    os_shutdown(c->fd, SHUT_WR);
    c->fin_due = false;
  }
  if (c->closing) close_orderly(c);
}

/* --------------------------------------------------------------------------------------------------- GENERAL group */

static uint8_t *answer; /* the data of the response */
static size_t answer_length;

static void give8(uint8_t v) { answer[answer_length++] = v; }

static void give16(unsigned v) {
  write16(answer + answer_length, v);
  answer_length += 2;
}

static uint8_t get_version(struct request *q, const struct peer *from) {
  (void)from;
  if (malformed(q)) return E_INV;
  give16(VERSION_MAJOR);
  give16(VERSION_MINOR);
  give16(VERSION_PATCH);
  return E_OK;
}

static uint8_t start_test(struct request *q, const struct peer *from) {
  (void)from;
  if (malformed(q)) return E_INV;
  abort_all();
  return E_OK;
}

static uint8_t end_test(struct request *q, const struct peer *from) {
  uint16_t n;
  (void)from;
  take16(q);
  take_vint8(q, &n);
  if (malformed(q)) return E_INV;
  abort_all();
  return E_OK;
}

/* ------------------------------------------------------------------------------------------------------- TCP group */

/* Urgent text is text: without this, its last octet is taken out (RFC 9293 section 3.8.5). */
static void keep_urgent_text(int fd) {
#if defined(SO_OOBINLINE) && !defined(LWIP)
  int on = 1;
  os_setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
#else
  (void)fd;
#endif
}

static int open_socket(int family) { return os_socket(family, SOCK_STREAM, IPPROTO_TCP); }

/*
 * Linux: a new socket takes its receive space from the second number of tcp_rmem. With 1 there is no space to
 * advertise, from the first SYN or SYN,ACK on. SO_RCVBUF cannot be set so low. This program has one thread, but other
 * processes of the same network namespace see the value for that moment.
 */
static int open_socket_without_window(int family, bool *available) {
  *available = false;
#if ON_LINUX
  char before[96], during[96];
  unsigned long least, usual, most;
  int fd = -1, file = open(RECEIVE_SPACE, O_RDWR | O_CLOEXEC);
  ssize_t n;
  int length;
  if (file < 0) return -1;
  n = pread(file, before, sizeof before - 1, 0);
  if (n > 0) {
    before[n] = '\0';
    if (sscanf(before, "%lu %lu %lu", &least, &usual, &most) == 3) {
      length = snprintf(during, sizeof during, "%lu 1 %lu\n", least, most);
      if (pwrite(file, during, (size_t)length, 0) == length) {
        *available = true;
        fd = open_socket(family);
        int error = errno;
        while (pwrite(file, before, (size_t)n, 0) < 0 && errno == EINTR) {
        }
        errno = error;
      }
    }
  }
  close(file);
  return fd;
#else
  (void)family;
  return -1;
#endif
}

/* Some kernels refuse a number as low as 1, so it must be tried. */
static bool can_be_without_window(void) {
  bool available;
  int fd = open_socket_without_window(AF_INET, &available);
  if (fd >= 0) os_close(fd);
  return available;
}

static uint8_t create(struct request *q, bool without_window) {
  bool do_bind = take8(q) != 0, available = true;
  uint16_t port = take16(q);
  struct address address;
  const struct address *local;
  struct sockaddr_storage to;
  struct connection *c;
  socklen_t size;
  int on = 1, fd;

  take_address(q, &address);
  if (malformed(q)) return E_INV;
  if (vacant_count == 0) return E_UCS;
  /* Sockets are bound only to the addresses given at the start. */
  local = local_of_family(address.n);
  if (do_bind) {
    if (local == NULL) return E_UBS;
    if (!is_any(&address) && !is_any(local) && !same_address(&address, local)) return E_UBS;
    if (is_any(&address) || same_address(&address, local)) address = *local;
  }

  fd = without_window ? open_socket_without_window(address.n == 4 ? AF_INET : AF_INET6, &available)
                      : open_socket(address.n == 4 ? AF_INET : AF_INET6);
  if (!available) return E_NTF;
  if (fd < 0) return E_UCS;
  os_set_non_blocking(fd);
  os_setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  keep_urgent_text(fd);
  if (address.n == 16) os_setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (do_bind) {
    size = to_sockaddr(&address, port == ANY_PORT ? 0 : port, &to);
    if (os_bind(fd, (struct sockaddr *)&to, size) != 0) {
      os_close(fd);
      return E_UBS;
    }
  }
  c = enter(fd, address.n, FRESH);
  c->bound = do_bind;
  give16(id_of(c));
  return E_OK;
}

static uint8_t create_and_bind(struct request *q, const struct peer *from) {
  (void)from;
  return create(q, false);
}

static uint8_t create_and_bind_zero_window(struct request *q, const struct peer *from) {
  (void)from;
  return create(q, true);
}

static uint8_t close_socket(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  /* Old testers omit `abort`. */
  bool abortive = q->at != q->end && take8(q) != 0;
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (abortive) {
    abort_connection(c);
    leave(c);
  } else if (c->left_to_send > 0) {
    c->closing = true;
    c->text_shut = true;
  } else {
    close_orderly(c);
  }
  return E_OK;
}

static uint8_t send_data(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  uint16_t total = take16(q), length;
  uint8_t flags = take8(q);
  const uint8_t *data = take_vint8(q, &length);
  (void)from;
  if (malformed(q) || (length == 0 && total > 0)) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role == DEAD) return why_dead(c);
  if (c->role != CONNECTED && c->role != CONNECTING) return E_TCP_CNE;
  if (c->text_shut) return E_TCP_COC;
  if (c->left_to_send > 0) return E_PEN;
  if (c->role == CONNECTING && length > PATTERN_MAX) return E_TCP_INR;
  if (length == 0) return E_OK;

  c->left_to_send = total > length ? total : length;
  c->pattern_length = length;
  c->pattern_at = 0;
  c->urgent = (flags & FLAG_URGENT) != 0;
  if (c->role == CONNECTED) push_text(c, data);
  if (c->role == DEAD) return why_dead(c);
  if (c->left_to_send == 0) return E_OK;
  if (length > PATTERN_MAX) {
    c->left_to_send = 0;
    return E_TCP_INR;
  }
  memcpy(c->pattern, data, length);
  return E_OK;
}

static uint8_t receive_and_forward(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  uint16_t most = take16(q), limit = take16(q);
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role == DEAD) return why_dead(c);
  if (c->role != CONNECTED && c->role != CONNECTING) return E_TCP_CNE;
  /* Text that came before this request counts as dropped, even if the loop has not read it yet. */
  if (!c->forwarding && c->role == CONNECTED && c->reading && !c->no_more_text) drain(c, 16);
  if (c->role == DEAD) return why_dead(c);
  give16(c->dropped);
  c->dropped = 0;
  c->forwarding = limit > 0;
  c->forward_most = most;
  c->forward_left = limit;
  c->armed_by = *from;
  return E_OK;
}

static uint8_t listen_and_accept(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  uint16_t most = take16(q);
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role != FRESH && c->role != LISTENING) return E_TCP_CAE;
  if (!c->bound) return E_UBS;
  if (c->role == FRESH && os_listen(c->fd, BACKLOG) != 0) return errno == EADDRINUSE ? E_UBS : E_NOK;
  c->role = LISTENING;
  c->accept_left = most;
  c->armed_by = *from;
  return E_OK;
}

static uint8_t connect_socket(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  uint16_t port = take16(q);
  struct sockaddr_storage to;
  const struct address *remote;
  struct address address;
  socklen_t size;
  (void)from;
  take_address(q, &address);
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role == LISTENING || c->role == DEAD) return E_TCP_CAE;
  remote = is_multicast(&address) ? &address : find_tester(&address);
  if (remote == NULL || address.n != c->family || port == 0) return E_INV;
  size = to_sockaddr(remote, port, &to);
  if (c->role != FRESH) {
    /* The TCP itself refuses an OPEN of a connection that exists (RFC 9293 section 3.10.1). */
    /* The first call after the handshake may only report its success. */
    if (os_connect(c->fd, (struct sockaddr *)&to, size) == 0 &&
        os_connect(c->fd, (struct sockaddr *)&to, size) == 0)
      return E_OK;
    return errno == EISCONN || errno == EALREADY ? E_TCP_CAE : E_NOK;
  }
  if (os_connect(c->fd, (struct sockaddr *)&to, size) == 0) {
    c->role = CONNECTED;
  } else if (errno == EINPROGRESS || errno == EINTR) {
    c->role = CONNECTING;
  } else if (errno == EADDRNOTAVAIL || errno == EADDRINUSE) {
    return E_TCP_CAE;
  } else if (errno == ECONNREFUSED || errno == ECONNRESET) {
    /* The answer to CONNECT says that the SYN was sent, not what became of it. */
    die(c, errno);
  } else {
    return E_NOK;
  }
  c->bound = true;
  return E_OK;
}

static uint8_t shut_socket(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  uint8_t what = take8(q);
  (void)from;
  if (malformed(q) || what > 2) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role == DEAD) return why_dead(c);
  if (c->role != CONNECTED && c->role != CONNECTING) return E_TCP_CNE;
  if (what != 1) {
    if (os_shutdown(c->fd, SHUT_RD) != 0) return E_TCP_CNE;
    c->no_more_text = true;
  }
  if (what != 0) {
    if (c->text_shut) return E_OK;
    if (c->left_to_send > 0) {
      c->fin_due = true;
    } else if (os_shutdown(c->fd, SHUT_WR) != 0) {
      return E_TCP_CNE;
    }
    c->text_shut = true;
  }
  return E_OK;
}

/* ----------------------------------------------------------------------------------------------- CONFIGURE_SOCKET */

static uint8_t set_option(const struct connection *c, int level, int name, int value) {
  if (os_setsockopt(c->fd, level, name, &value, sizeof value) == 0) return E_OK;
  return errno == ENOPROTOOPT || errno == EOPNOTSUPP ? E_NTF : errno == EPERM || errno == EACCES ? E_NOK : E_INV;
}

static uint8_t set_hops(const struct connection *c, int value) {
#ifndef LWIP
  if (c->family == 16) return set_option(c, IPPROTO_IPV6, IPV6_UNICAST_HOPS, value);
#endif
  return set_option(c, IPPROTO_IP, IP_TTL, value);
}

static uint8_t set_tos(const struct connection *c, int value) {
#ifndef LWIP
  if (c->family == 16) return set_option(c, IPPROTO_IPV6, IPV6_TCLASS, value);
#endif
  return set_option(c, IPPROTO_IP, IP_TOS, value);
}

static uint8_t set_dont_fragment(const struct connection *c, bool on) {
#if ON_LINUX
  if (c->family == 16) {
    return set_option(c, IPPROTO_IPV6, IPV6_MTU_DISCOVER, on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
  }
  return set_option(c, IPPROTO_IP, IP_MTU_DISCOVER, on ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
#elif defined(IP_DONTFRAG) && !defined(LWIP)
  return c->family == 4 ? set_option(c, IPPROTO_IP, IP_DONTFRAG, on) : E_NTF;
#else
  (void)c;
  (void)on;
  return E_NTF;
#endif
}

static uint8_t set_ip_timestamp(const struct connection *c, bool on) {
#if defined(IP_OPTIONS) && !defined(LWIP)
  /* RFC 791: type 68, length, pointer to the first free octet, flag 0 (timestamps only); room for two. */
  static const uint8_t timestamp[12] = {68, 12, 5, 0};
  if (c->family != 4) return E_NTF;
  return os_setsockopt(c->fd, IPPROTO_IP, IP_OPTIONS, timestamp, on ? sizeof timestamp : 0) == 0 ? E_OK : E_NOK;
#else
  (void)c;
  (void)on;
  return E_NTF;
#endif
}

/* The idle time, and the interval of what follows it. */
static uint8_t set_keep_alive(const struct connection *c, int seconds) {
  uint8_t result = E_OK;
  if (seconds > 0) {
#if defined(LWIP)
    result = set_option(c, IPPROTO_TCP, TCP_KEEPALIVE, seconds * 1000);
#elif defined(TCP_KEEPIDLE)
    result = set_option(c, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
#elif defined(TCP_KEEPALIVE)
    result = set_option(c, IPPROTO_TCP, TCP_KEEPALIVE, seconds);
#else
    result = E_NTF;
#endif
#ifdef TCP_KEEPINTVL
    /* Where it cannot be set, it is what it is. */
    set_option(c, IPPROTO_TCP, TCP_KEEPINTVL, seconds);
#endif
  }
  return result == E_OK ? set_option(c, SOL_SOCKET, SO_KEEPALIVE, seconds > 0) : result;
}

/* R2 of RFC 9293 section 3.8.3. */
static uint8_t set_user_timeout(const struct connection *c, int seconds) {
#if defined(TCP_USER_TIMEOUT) && !defined(LWIP)
  return set_option(c, IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000);
#else
  (void)c;
  (void)seconds;
  return E_NTF;
#endif
}

/* ERROR_REPORT of RFC 9293 section 3.9.1.8. */
static uint8_t set_error_reports(struct connection *c, bool on) {
#if ON_LINUX
  uint8_t result = c->family == 16 ? set_option(c, IPPROTO_IPV6, IPV6_RECVERR, on) : set_option(c, IPPROTO_IP, IP_RECVERR, on);
  if (result == E_OK) c->reports_errors = on;
  return result;
#else
  (void)c;
  (void)on;
  return E_NTF;
#endif
}

static uint16_t size_of(uint16_t parameter) {
  switch (parameter) {
    case PARAM_MSS:
    case PARAM_KEEP_ALIVE:
    case PARAM_USER_TIMEOUT:
      return 2;
    case PARAM_RECEIVE_BUFFER:
      return 4;
    case PARAM_ERROR_REPORTS:
    case PARAM_READING:
      return 1;
    default:
      return parameter <= PARAM_NAGLE ? 1 : 0;
  }
}

static uint8_t configure_socket(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  uint16_t parameter = take16(q), length;
  const uint8_t *value = take_vint8(q, &length);
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (size_of(parameter) == 0) return E_NTF;
  if (length != size_of(parameter)) return E_INV;
  switch (parameter) {
    case PARAM_TTL:
      return set_hops(c, value[0]);
    case PARAM_PRIORITY:
#if ON_LINUX
      return set_option(c, SOL_SOCKET, SO_PRIORITY, value[0]);
#else
      return E_NTF;
#endif
    case PARAM_DONT_FRAGMENT:
      return set_dont_fragment(c, value[0] != 0);
    case PARAM_TIMESTAMP:
      return set_ip_timestamp(c, value[0] != 0);
    case PARAM_TOS:
      return set_tos(c, value[0]);
    case PARAM_MSS:
#if defined(TCP_MAXSEG) && !defined(LWIP)
      return set_option(c, IPPROTO_TCP, TCP_MAXSEG, read16(value));
#else
      return E_NTF;
#endif
    case PARAM_NAGLE:
      return set_option(c, IPPROTO_TCP, TCP_NODELAY, value[0] == 0);
    case PARAM_KEEP_ALIVE:
      return set_keep_alive(c, read16(value));
    case PARAM_USER_TIMEOUT:
      return set_user_timeout(c, read16(value));
    case PARAM_ERROR_REPORTS:
      return set_error_reports(c, value[0] != 0);
    case PARAM_RECEIVE_BUFFER:
      if (read32(value) > INT32_MAX) return E_INV;
      return set_option(c, SOL_SOCKET, SO_RCVBUF, (int)read32(value));
    default:
      c->reading = value[0] != 0;
      return E_OK;
  }
}

/* ---------------------------------------------------------------------------------------------------- vendor group */

static uint8_t capabilities(struct request *q, const struct peer *from) {
  uint32_t can = CAN_STOP_READING | CAN_SET_RECEIVE_BUFFER;
  (void)from;
  if (malformed(q)) return E_INV;
#if ON_LINUX
  can |= CAN_TELL_STATE;
#endif
  if (can_be_without_window()) can |= CAN_ZERO_WINDOW;
  give16(can >> 16);
  give16(can & 0xFFFF);
  give16(MAX_SOCKETS);
  return E_OK;
}

/* Whether urgent text is still to be read, also where nobody reads. */
static bool has_urgent_text(struct connection *c) {
#ifdef LWIP
  (void)c;
  return false;
#else
  struct pollfd fd = {c->fd, POLLPRI, 0};
  if (c->role != CONNECTED || poll(&fd, 1, 0) <= 0 || (fd.revents & POLLPRI) == 0) return false;
  c->told_urgent = true;
  return true;
#endif
}

/* What a socket's user is told: by the end of the text, by an error, by poll. lwIP tells nobody of urgent text. */
static uint8_t get_told(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  unsigned told = 0, known = TOLD_CLOSING | TOLD_RESET | TOLD_REFUSED | TOLD_TIMEOUT;
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (has_urgent_text(c)) told |= TOLD_URGENT_LEFT;
  if (c->no_more_text) told |= TOLD_CLOSING;
  if (c->role == DEAD && why_dead(c) == E_TCP_COR) told |= TOLD_RESET;
  if (c->role == DEAD && why_dead(c) == E_TCP_CRE) told |= TOLD_REFUSED;
  if (c->role == DEAD && why_dead(c) == E_TCP_CAT) told |= TOLD_TIMEOUT;
  if (c->told_urgent) told |= TOLD_URGENT;
  if (c->told_soft_error) told |= TOLD_SOFT_ERROR;
#ifndef LWIP
  known |= TOLD_URGENT | TOLD_URGENT_LEFT;
#endif
#if ON_LINUX
  known |= TOLD_SOFT_ERROR;
#endif
  give16(known);
  give16(told);
  return E_OK;
}

static uint8_t get_state(struct request *q, const struct peer *from) {
  struct connection *c = find(take16(q));
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
#if ON_LINUX
  struct tcp_info info;
  socklen_t size = sizeof info;
  memset(&info, 0, sizeof info);
  if (os_getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return E_NOK;
  give8(info.tcpi_state);
  return E_OK;
#else
  (void)give8;
  return E_NTF;
#endif
}

/* -------------------------------------------------------------------------------------------------------- requests */

static const struct {
  uint8_t group, primitive;
  uint8_t (*serve)(struct request *, const struct peer *);
} primitives[] = {
    {GROUP_GENERAL, 0x01, get_version},
    {GROUP_GENERAL, 0x02, start_test},
    {GROUP_GENERAL, 0x03, end_test},
    {GROUP_TCP, 0x00, close_socket},
    {GROUP_TCP, 0x01, create_and_bind},
    {GROUP_TCP, 0x02, send_data},
    {GROUP_TCP, RECEIVE_AND_FORWARD, receive_and_forward},
    {GROUP_TCP, LISTEN_AND_ACCEPT, listen_and_accept},
    {GROUP_TCP, 0x05, connect_socket},
    {GROUP_TCP, 0x06, configure_socket},
    {GROUP_TCP, 0x07, shut_socket},
    {GROUP_VENDOR, 0x01, create_and_bind_zero_window},
    {GROUP_VENDOR, 0x02, capabilities},
    {GROUP_VENDOR, 0x03, get_state},
    {GROUP_VENDOR, 0x04, get_told},
};

static uint8_t serve(const uint8_t *message, size_t n, const struct peer *from) {
  struct request q = {message + HEADER, message + n, false};
  if (message[12] != 1 || message[13] != 1) return E_INV;
  if (read32(message + 4) != n - HEADER + LEN_COVERS) return E_INV;
  for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
    if (primitives[i].group == message[2] && primitives[i].primitive == message[3]) return primitives[i].serve(&q, from);
  return E_NTF;
}

static void take_request(const uint8_t *message, size_t n, const struct peer *from) {
  uint8_t response[16], result;
  /* Only a request to this service gets an answer, so that two upper testers never answer each other. */
  if (n < HEADER || read16(message) != service_id) return;
  if (message[14] != TYPE_REQUEST || (message[2] & EVENT_BIT) != 0) return;
  answer = response; /* serving a request may send events, which use the outbox */
  answer_length = 0;
  result = serve(message, n, from);
  if (result != E_OK) answer_length = 0;
  memcpy(outbox + HEADER, response, answer_length);
  post(from, message[2], message[3], TYPE_RESPONSE, result, answer_length);
}

static void take_requests(void) {
  for (int rounds = 64; rounds > 0; rounds--) {
    struct sockaddr_storage address;
    struct peer from;
    socklen_t size = sizeof address;
    ssize_t n;
    memset(&address, 0, sizeof address);
    n = os_recvfrom(control, inbox, sizeof inbox, MSG_DONTWAIT, (struct sockaddr *)&address, &size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    from_sockaddr(&address, &from);
    if (find_tester(&from.address) != NULL) take_request(inbox, (size_t)n, &from);
  }
}

/* ---------------------------------------------------------------------------------------------------- the sockets */

static void accept_waiting(struct connection *listener) {
  for (int rounds = 1024; rounds > 0 && listener->accept_left > 0 && vacant_count > 0; rounds--) {
    struct sockaddr_storage address;
    struct connection *c;
    struct peer peer;
    socklen_t size = sizeof address;
    int fd;
    memset(&address, 0, sizeof address);
    fd = os_accept(listener->fd, (struct sockaddr *)&address, &size);
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
      /* The listener stays readable. Without a pause the loop would spin until a descriptor is free. */
      accept_paused = true;
      return;
    }
    if (fd < 0) continue; /* EINTR, ECONNABORTED, or an error of that one connection */
    from_sockaddr(&address, &peer);
    if (find_tester(&peer.address) == NULL) {
      reset_on_close(fd);
      os_close(fd);
      continue;
    }
    os_set_non_blocking(fd);
    keep_urgent_text(fd);
    c = enter(fd, listener->family, CONNECTED);
    c->bound = true;
    c->reading = listener->reading;
    if (listener->accept_left != UNLIMITED) listener->accept_left--;
    tell_accepted(listener, c, &peer);
    if (c->reading) drain(c, 1);
  }
}

static short wanted(const struct connection *c) {
  short events = 0;
  if (c->role == LISTENING && c->accept_left > 0 && vacant_count > 0 && !accept_paused) events = POLLIN;
  if (c->role == CONNECTING) events = POLLOUT;
  if (c->role == CONNECTED && c->reading && !c->no_more_text) events |= POLLIN;
#ifndef LWIP
  if (c->role == CONNECTED && c->reading && !c->no_more_text && !c->told_urgent) events |= POLLPRI;
#endif
  if (c->role == CONNECTED && c->left_to_send > 0) events |= POLLOUT;
  return events;
}

static void attend(struct connection *c, short revents) {
#ifndef LWIP
  if ((revents & POLLPRI) != 0) c->told_urgent = true;
#else
  (void)revents;
#endif
  if (c->role == LISTENING) {
    accept_waiting(c);
    return;
  }
  if (c->role == CONNECTING) {
    int error = 0;
    socklen_t size = sizeof error;
    if (os_getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) {
      die(c, error);
      return;
    }
    c->role = CONNECTED;
  }
  if (c->role == CONNECTED && c->reading && !c->no_more_text) drain(c, 16);
  if (c->role == CONNECTED && (c->left_to_send > 0 || c->fin_due || c->closing)) go_on_sending(c);
}

static int run(void) {
  static struct pollfd fds[MAX_SOCKETS + 2];
  static struct connection *whose[MAX_SOCKETS + 1];
  while (!told_to_stop) {
    unsigned count = 1;
    bool ended;
    int ready;
    fds[0].fd = control;
    fds[0].events = POLLIN;
    fds[0].revents = 0;
    /* A socket that waits for nothing is left out: poll would report its hang-up again and again. */
    for (unsigned i = 0; i < MAX_SOCKETS; i++) {
      short events = wanted(&table[i]);
      if (events == 0) continue;
      fds[count].fd = table[i].fd;
      fds[count].events = events;
      fds[count].revents = 0;
      whose[count++] = &table[i];
    }
    ready = os_wait(fds, count, exit_on_eof, &ended);
    if (ended) break;
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return 1;
    if (ready == 0) accept_paused = false;
    if (ready <= 0) continue;
    /* Sockets before requests: the tester's segments precede the requests that it sends after them. */
    for (unsigned i = 1; i < count; i++)
      if (fds[i].revents != 0) attend(whose[i], fds[i].revents);
    if (fds[0].revents != 0) take_requests();
  }
  abort_all();
  return 0;
}

/* -------------------------------------------------------------------------------------------------------- start-up */

static void stop(int signal_number) {
  (void)signal_number;
  told_to_stop = 1;
}

static int usage(const char *problem) {
  fprintf(stderr, "upper-tester: %s\n", problem);
  fprintf(stderr,
          "usage: upper-tester --bind ADDRESS --port N --tester ADDRESS [--tester ADDRESS]... [--local ADDRESS]\n"
          "                    [--service-id N] [--exit-on-eof]\n");
  return 2;
}

static bool parse_number(const char *text, uint16_t *value) {
  char *end;
  unsigned long number = strtoul(text, &end, 0);
  if (*text < '0' || *text > '9' || *end != '\0' || number > 0xFFFF) return false;
  *value = (uint16_t)number;
  return true;
}

static int parse_options(int argc, char **argv) {
  bool port_given = false, served = false;
  for (int i = 1; i < argc; i++) {
    const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(option, "--exit-on-eof") == 0) {
      exit_on_eof = true;
      continue;
    }
    if (value == NULL) return usage("unknown option, or an option without a value");
    i++;
    if (strcmp(option, "--bind") == 0) {
      if (!parse_address(value, &locals[0])) return usage("--bind needs an IPv4 or IPv6 address");
    } else if (strcmp(option, "--local") == 0) {
      if (!parse_address(value, &locals[1])) return usage("--local needs an IPv4 or IPv6 address");
    } else if (strcmp(option, "--tester") == 0) {
      if (tester_count == MAX_TESTERS) return usage("too many --tester addresses");
      if (!parse_address(value, &testers[tester_count])) return usage("--tester needs an IPv4 or IPv6 address");
      if (is_any(&testers[tester_count])) return usage("--tester needs one host's address");
      tester_count++;
    } else if (strcmp(option, "--port") == 0) {
      if (!parse_number(value, &control_port)) return usage("--port needs a number from 0 to 65535");
      port_given = true;
    } else if (strcmp(option, "--service-id") == 0) {
      if (!parse_number(value, &service_id)) return usage("--service-id needs a number from 0 to 65535");
    } else {
      return usage("unknown option");
    }
  }
  if (locals[0].n == 0 || !port_given || tester_count == 0) return usage("--bind, --port and --tester are needed");
  if (locals[0].n == locals[1].n) return usage("--local must be of the other family than --bind");
  for (unsigned i = 0; i < tester_count; i++) served = served || testers[i].n == locals[0].n;
  if (!served) return usage("one --tester address must be of the family of --bind");
  return 0;
}

static bool open_control(void) {
  struct sockaddr_storage address;
  struct peer self;
  int on = 1;
  socklen_t size = to_sockaddr(&locals[0], control_port, &address);
  control = os_socket(locals[0].n == 4 ? AF_INET : AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
  if (control < 0) return false;
  if (locals[0].n == 16) os_setsockopt(control, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (os_bind(control, (struct sockaddr *)&address, size) != 0) return false;
  size = sizeof address;
  if (os_getsockname(control, (struct sockaddr *)&address, &size) != 0) return false;
  from_sockaddr(&address, &self);
  control_port = self.port;
  return true;
}

int upper_tester_main(int argc, char **argv);

int upper_tester_main(int argc, char **argv) {
  struct sigaction action;
  int problem = parse_options(argc, argv);
  if (problem != 0) return problem;

  memset(&action, 0, sizeof action);
  action.sa_handler = stop;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);

  os_raise_descriptor_limit();
  for (unsigned i = 0; i < MAX_SOCKETS; i++) vacant[i] = (uint16_t)i;
  vacant_count = MAX_SOCKETS;
  if (!open_control()) {
    fprintf(stderr, "upper-tester: cannot open the control port: %s\n", strerror(errno));
    return 1;
  }
  printf("ready %u\n", (unsigned)control_port);
  fflush(stdout);
  return run();
}

#ifndef UPPER_TESTER_NO_MAIN
int main(int argc, char **argv) { return upper_tester_main(argc, argv); }
#endif
