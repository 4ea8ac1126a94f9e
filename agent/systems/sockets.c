/* ------------------------------------------------------------------------------ the ten functions, by BSD sockets */

#define BACKLOG 4096

static int result_of(int error) {
  switch (error) {
    case OS_ERROR(WOULDBLOCK):
#if defined(EAGAIN) && !defined(_WIN32) && EAGAIN != EWOULDBLOCK
    case EAGAIN:
#endif
    case OS_ERROR(INPROGRESS):
      return STACK_WAIT;
    case OS_ERROR(CONNRESET):
#ifndef _WIN32
    case EPIPE:
#endif
      return STACK_RESET;
    case OS_ERROR(CONNREFUSED):
      return STACK_REFUSED;
    case OS_ERROR(TIMEDOUT):
      return STACK_TIMED_OUT;
    case OS_ERROR(ADDRINUSE):
    case OS_ERROR(ADDRNOTAVAIL):
    case OS_ERROR(ISCONN):
    case OS_ERROR(ALREADY):
      return STACK_IN_USE;
    case OS_ERROR(HOSTUNREACH):
    case OS_ERROR(NETUNREACH):
#ifndef _WIN32
    case EPROTO:
#endif
      return STACK_SOFT_ERROR;
    case OS_ERROR(MFILE):
    case OS_ERROR(NOBUFS):
#ifndef _WIN32
    case ENFILE:
    case ENOMEM:
#endif
      return STACK_FULL;
    case OS_ERROR(NOPROTOOPT):
    case OS_ERROR(OPNOTSUPP):
      return STACK_ABSENT;
    case OS_ERROR(ACCES):
#ifndef _WIN32
    case EPERM:
#endif
      return STACK_DENIED;
    case OS_ERROR(INVAL):
      return STACK_INVALID;
    default:
      return STACK_ENDED;
  }
}

/* Why text was not sent or received. A protocol that is unreachable is an error of the network, too. */
static int end_of_text(void) {
  int result = result_of(os_error());
  return result == STACK_ABSENT ? STACK_SOFT_ERROR : result;
}

static bool interrupted(void) { return os_error() == OS_ERROR(INTR); }

static int error_of(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (os_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = os_error();
  return error == 0 ? STACK_OK : result_of(error);
}

static socklen_t to_sockaddr(const struct stack_peer *p, struct sockaddr_storage *to) {
  memset(to, 0, sizeof *to);
  if (p->address.n == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)to;
    in->sin_family = AF_INET;
    in->sin_port = htons(p->port);
    memcpy(&in->sin_addr, p->address.octets, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(p->port);
  in6->sin6_scope_id = p->address.scope;
  memcpy(&in6->sin6_addr, p->address.octets, 16);
  return sizeof *in6;
}

static void from_sockaddr(const struct sockaddr_storage *from, struct stack_peer *p) {
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

static bool host_address(const char *text, struct stack_address *a) {
  char buffer[64], *percent, *end;
  size_t length = strlen(text);
  memset(a, 0, sizeof *a);
  if (length >= sizeof buffer) return false;
  memcpy(buffer, text, length + 1);
  percent = strchr(buffer, '%');
  if (percent != NULL) {
    *percent = '\0';
    a->scope = (uint32_t)strtoul(percent + 1, &end, 10);
    if (*end != '\0') a->scope = os_scope(percent + 1);
  }
  if (os_inet_pton(AF_INET, buffer, a->octets) == 1) {
    a->n = 4;
  } else if (os_inet_pton(AF_INET6, buffer, a->octets) == 1) {
    a->n = 16;
  }
  return a->n != 0;
}

static int set_option(int fd, int level, int name, int value) {
  return os_setsockopt(fd, level, name, &value, sizeof value) == 0 ? STACK_OK : result_of(os_error());
}

static void prepare(int fd) {
  os_set_non_blocking(fd);
#if defined(SO_OOBINLINE) && !defined(LWIP_HDR_SOCKETS_H)
  /* Urgent text is text: without this, its last octet is taken out (RFC 9293 section 3.8.5). */
  set_option(fd, SOL_SOCKET, SO_OOBINLINE, 1);
#endif
}

static int open_connection(uint8_t family) { return os_socket(family == 4 ? AF_INET : AF_INET6, SOCK_STREAM, IPPROTO_TCP); }

#if defined(__linux__) && !defined(LWIP_HDR_SOCKETS_H)
#define ON_LINUX 1
#define RECEIVE_SPACE "/proc/sys/net/ipv4/tcp_rmem"

/*
 * A new socket takes its receive space from the second number of tcp_rmem. With 1 there is no space to advertise, from the
 * first SYN or SYN,ACK on. SO_RCVBUF cannot be set so low. This program has one thread, but other processes of the same
 * network namespace see the value for that moment. Some kernels refuse a number as low as 1.
 */
static int open_without_window(uint8_t family) {
  char before[96], during[96];
  unsigned long least, usual, most;
  int fd = STACK_ABSENT, file = open(RECEIVE_SPACE, O_RDWR | O_CLOEXEC);
  ssize_t n;
  int length;
  if (file < 0) return STACK_ABSENT;
  n = pread(file, before, sizeof before - 1, 0);
  if (n > 0) {
    before[n] = '\0';
    if (sscanf(before, "%lu %lu %lu", &least, &usual, &most) == 3) {
      length = snprintf(during, sizeof during, "%lu 1 %lu\n", least, most);
      if (pwrite(file, during, (size_t)length, 0) == length) {
        fd = open_connection(family);
        while (pwrite(file, before, (size_t)n, 0) < 0 && errno == EINTR) {
        }
      }
    }
  }
  close(file);
  return fd;
}
#else
#define ON_LINUX 0

static int open_without_window(uint8_t family) {
  (void)family;
  return STACK_ABSENT;
}
#endif

int stack_open(enum stack_kind kind, uint8_t family, struct stack_peer *local) {
  struct sockaddr_storage address;
  socklen_t size;
  int fd;
  if (kind == STACK_DATAGRAMS) {
    fd = os_socket(family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
  } else {
    fd = kind == STACK_CONNECTION ? open_connection(family) : open_without_window(family);
  }
  if (fd == STACK_ABSENT) return STACK_ABSENT;
  if (fd < 0) return STACK_FULL;
  prepare(fd);
  /* A port with a connection in TIME-WAIT can be bound again. Windows allows that, and means something else by the option. */
#ifndef _WIN32
  if (kind != STACK_DATAGRAMS) set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
#endif
  if (family == 16) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (local != NULL) {
    size = to_sockaddr(local, &address);
    if (os_bind(fd, (struct sockaddr *)&address, size) != 0) {
      int result = result_of(os_error());
      os_close(fd);
      return result;
    }
    size = sizeof address;
    if (os_getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
      struct stack_peer self;
      from_sockaddr(&address, &self);
      local->port = self.port;
    }
  }
  return fd;
}

int stack_listen(int fd, struct stack_peer *from) {
  struct sockaddr_storage address;
  int accepted;
  if (from == NULL) return os_listen(fd, BACKLOG) == 0 ? STACK_OK : result_of(os_error());
  do {
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    accepted = os_accept(fd, (struct sockaddr *)&address, &size);
  } while (accepted < 0 && interrupted());
  if (accepted < 0) return result_of(os_error());
  prepare(accepted);
  from_sockaddr(&address, from);
  return accepted;
}

int stack_connect(int fd, const struct stack_peer *to) {
  struct sockaddr_storage address;
  socklen_t size = to_sockaddr(to, &address);
  if (os_connect(fd, (struct sockaddr *)&address, size) == 0) return STACK_OK;
  return interrupted() ? STACK_WAIT : result_of(os_error());
}

long stack_send(int fd, const struct stack_peer *to, const uint8_t *text, size_t n, bool urgent) {
  long sent;
  int result;
  do {
    if (to != NULL) {
      struct sockaddr_storage address;
      socklen_t size = to_sockaddr(to, &address);
      sent = (long)os_sendto(fd, text, n, 0, (struct sockaddr *)&address, size);
    } else {
      sent = (long)os_send(fd, text, n, OS_MSG_DONTWAIT | OS_MSG_NOSIGNAL | (urgent ? MSG_OOB : 0));
    }
  } while (sent < 0 && interrupted());
  if (sent >= 0) return sent;
  result = end_of_text();
  return result == STACK_FULL ? STACK_WAIT : result;
}

long stack_receive(int fd, struct stack_peer *from, uint8_t *text, size_t n) {
  long received;
  do {
    if (from != NULL) {
      struct sockaddr_storage address;
      socklen_t size = sizeof address;
      memset(&address, 0, sizeof address);
      received = (long)os_recvfrom(fd, text, n, OS_MSG_DONTWAIT, (struct sockaddr *)&address, &size);
      from_sockaddr(&address, from);
    } else {
      received = (long)os_recv(fd, text, n, OS_MSG_DONTWAIT);
    }
  } while (received < 0 && interrupted());
#ifdef _WIN32
  if (received == 0 && from == NULL && was_reset(fd)) return STACK_RESET;
#endif
  return received >= 0 ? received : end_of_text();
}

int stack_shutdown(int fd, enum stack_direction direction) {
  return os_shutdown(fd, direction == STACK_SENDING ? OS_SHUT_WR : OS_SHUT_RD) == 0 ? STACK_OK : result_of(os_error());
}

void stack_close(int fd) { os_close(fd); }

void stack_abort(int fd) {
  struct linger at_once = {1, 0};
  os_setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  os_close(fd);
}

#if ON_LINUX
/* Linux itself tells of a TCP's soft errors by recv; gVisor puts them into the error queue of the socket. */
static int take_queued_errors(int fd) {
  char octet[1], control[512];
  struct iovec text = {octet, sizeof octet};
  int taken = 0;
  for (;;) {
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return taken;
    taken++;
  }
}
#endif

static int set_dont_fragment(int fd, uint8_t family, bool on) {
#if ON_LINUX
  if (family == 16) return set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
  return set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, on ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
#elif defined(_WIN32) && defined(IP_DONTFRAGMENT)
  return family == 4 ? set_option(fd, IPPROTO_IP, IP_DONTFRAGMENT, on) : STACK_ABSENT;
#elif defined(IP_DONTFRAG) && !defined(LWIP_HDR_SOCKETS_H)
  return family == 4 ? set_option(fd, IPPROTO_IP, IP_DONTFRAG, on) : STACK_ABSENT;
#else
  (void)fd, (void)family, (void)on;
  return STACK_ABSENT;
#endif
}

static int set_ip_timestamp(int fd, uint8_t family, bool on) {
#if defined(IP_OPTIONS) && !defined(LWIP_HDR_SOCKETS_H)
  /* RFC 791: type 68, length, pointer to the first free octet, flag 0 (timestamps only); room for two. */
  static const uint8_t timestamp[12] = {68, 12, 5, 0};
  if (family != 4) return STACK_ABSENT;
  return os_setsockopt(fd, IPPROTO_IP, IP_OPTIONS, timestamp, on ? sizeof timestamp : 0) == 0 ? STACK_OK : STACK_DENIED;
#else
  (void)fd, (void)family, (void)on;
  return STACK_ABSENT;
#endif
}

/* The idle time, and the interval of what follows it. */
static int set_keep_alive(int fd, int seconds) {
  int result = STACK_OK;
  if (seconds > 0) {
#if defined(LWIP_HDR_SOCKETS_H)
    result = set_option(fd, IPPROTO_TCP, TCP_KEEPALIVE, seconds * 1000);
#elif defined(TCP_KEEPIDLE)
    result = set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
#elif defined(TCP_KEEPALIVE)
    result = set_option(fd, IPPROTO_TCP, TCP_KEEPALIVE, seconds);
#else
    result = STACK_ABSENT;
#endif
#ifdef TCP_KEEPINTVL
    /* Where it cannot be set, it is what it is. */
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds);
#endif
  }
  return result == STACK_OK ? set_option(fd, SOL_SOCKET, SO_KEEPALIVE, seconds > 0) : result;
}

static long get_tcp_state(int fd) {
#if ON_LINUX
  struct tcp_info info;
  socklen_t size = sizeof info;
  memset(&info, 0, sizeof info);
  return os_getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_state : STACK_INVALID;
#else
  (void)fd;
  return STACK_ABSENT;
#endif
}

static long abilities_of_sockets(void) {
  int fd = open_without_window(4);
  if (fd >= 0) os_close(fd);
  return STACK_CAN_STOP_READING | STACK_CAN_SET_RECEIVE_BUFFER | (ON_LINUX ? STACK_CAN_TELL_STATE : 0) |
         (fd == STACK_ABSENT ? 0 : STACK_CAN_ZERO_WINDOW);
}

long stack_configure(int fd, uint8_t family, unsigned parameter, uint32_t value) {
  int number = (int)value;
  bool six = family == 16; /* unused where the family makes no difference */
  (void)six;
  switch (parameter) {
    case STACK_TTL:
#ifdef IPV6_UNICAST_HOPS
      if (six) return set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, number);
#endif
      return set_option(fd, IPPROTO_IP, IP_TTL, number);
    case STACK_TOS:
#ifdef IPV6_TCLASS
      if (six) return set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, number);
#endif
      return set_option(fd, IPPROTO_IP, IP_TOS, number);
#if ON_LINUX
    case STACK_PRIORITY:
      return set_option(fd, SOL_SOCKET, SO_PRIORITY, number);
#endif
    case STACK_DONT_FRAGMENT:
      return set_dont_fragment(fd, family, value != 0);
    case STACK_IP_TIMESTAMP:
      return set_ip_timestamp(fd, family, value != 0);
#if defined(TCP_MAXSEG) && !defined(LWIP_HDR_SOCKETS_H)
    case STACK_MSS:
      return set_option(fd, IPPROTO_TCP, TCP_MAXSEG, number);
#endif
    case STACK_NAGLE:
      return set_option(fd, IPPROTO_TCP, TCP_NODELAY, value == 0);
    case STACK_KEEP_ALIVE:
      return set_keep_alive(fd, number);
#if defined(TCP_USER_TIMEOUT) && !defined(LWIP_HDR_SOCKETS_H)
    case STACK_USER_TIMEOUT:
      return set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, number * 1000);
#endif
#if ON_LINUX
    case STACK_ERROR_REPORTS:
      return six ? set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, number) : set_option(fd, IPPROTO_IP, IP_RECVERR, number);
    case STACK_SOFT_ERRORS:
      return take_queued_errors(fd);
#endif
    case STACK_RECEIVE_BUFFER:
      return set_option(fd, SOL_SOCKET, SO_RCVBUF, number);
    case STACK_STATE:
      return get_tcp_state(fd);
    case STACK_CAN:
      return abilities_of_sockets();
    case STACK_TELLS:
      return (OS_POLLPRI != 0 ? STACK_TELLS_URGENT : 0) | (ON_LINUX ? STACK_TELLS_SOFT_ERRORS : 0);
    default:
      return STACK_ABSENT;
  }
}

int stack_poll(struct stack_watch *watches, unsigned count, int ms) {
  static struct pollfd fds[MAX_SOCKETS + 2];
  int ready, events = 0;
  bool urgent;
  for (unsigned i = 0; i < count; i++) {
    uint8_t wants = watches[i].wants;
    fds[i].fd = watches[i].handle;
    fds[i].revents = 0;
    fds[i].events = (short)((wants & STACK_TEXT ? POLLIN : 0) | (wants & STACK_URGENT ? OS_POLLPRI : 0) |
                            (wants & (STACK_SPACE | STACK_OPENED) ? POLLOUT : 0));
  }
  ready = told_to_stop ? 0 : os_poll(fds, count, ms);
  if (told_to_stop) return STACK_STOP;
  if (ready < 0) return interrupted() || result_of(os_error()) == STACK_WAIT ? 0 : STACK_ENDED;
  if (ready == 0) return 0;
  for (unsigned i = 0; i < count; i++) {
    struct stack_watch *w = &watches[i];
    if (fds[i].revents == 0) continue;
    events++;
    /* A socket that is no more is ready for anything in gVisor: there, POLLPRI tells nothing of urgent text. */
    urgent = OS_POLLPRI != 0 && (fds[i].revents & (OS_POLLPRI | POLLERR | POLLHUP)) == OS_POLLPRI;
    w->has = urgent ? w->wants : (uint8_t)(w->wants & ~STACK_URGENT);
    if ((w->wants & STACK_OPENED) != 0) w->result = error_of(fds[i].fd);
  }
  return events;
}
