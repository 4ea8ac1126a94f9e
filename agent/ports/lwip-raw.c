/*
 * The upper tester on lwIP's raw API: a worked example of a port to a stack without sockets. lwIP calls back when something has
 * happened; a callback only notes it, and wakes stack_poll. systems/lwip-netif.c starts lwIP on a tap, and then this:
 *
 *     cc -std=c99 -DUPPER_TESTER_NO_MAIN -I/usr/include/lwip upper-tester.c lwip-netif.c -llwip -lpthread
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

#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <lwip/udp.h>

#include "../systems/host.c"

/* A handle is a place in this table: those of the core, the datagrams, and connections that the core has not taken yet. */
enum { BACKLOG = 255, PLACES = MAX_SOCKETS + 1 + BACKLOG, DATAGRAMS = 64, NOBODY = -1 };

enum use { UNUSED, UDP, TCP, LISTENER };

struct place {
  enum use use;
  struct tcp_pcb *pcb; /* NULL when lwIP has freed it */
  struct pbuf *text;   /* that the user has not taken */
  bool closed;         /* the peer's FIN has come, after the text */
  bool opened;         /* an active OPEN has succeeded, or a passive one */
  int end;             /* why the connection is no more; STACK_OK while it is */
  int first, last;     /* a listener's connections that nobody has taken */
  int next;
  struct stack_peer peer;
};

static struct place places[PLACES];

/* The datagrams that nobody has taken, in a ring. */
static struct udp_pcb *udp;
static struct {
  struct pbuf *text;
  struct stack_peer from;
} datagrams[DATAGRAMS];
static unsigned datagrams_at, datagrams_count;

/* stack_poll waits at the one end; callbacks, which may run in another thread, write to the other. */
static int waking[2];

static void wake(void) {
  while (write(waking[1], "", 1) < 0 && errno == EINTR) {
  }
}

static bool host_start(void) {
  signal(SIGPIPE, SIG_IGN);
  return pipe(waking) == 0 && fcntl(waking[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(waking[1], F_SETFL, O_NONBLOCK) == 0;
}

/* ---------------------------------------------------------------------------------------------------- addresses */

static void to_lwip(const struct stack_address *from, ip_addr_t *to) {
  memset(to, 0, sizeof *to);
  if (from->n == 4) {
    IP_SET_TYPE(to, IPADDR_TYPE_V4);
    memcpy(&ip_2_ip4(to)->addr, from->octets, 4);
  } else {
    IP_SET_TYPE(to, IPADDR_TYPE_V6);
    memcpy(ip_2_ip6(to)->addr, from->octets, 16);
    ip6_addr_assign_zone(ip_2_ip6(to), IP6_UNKNOWN, netif_default);
  }
}

static void from_lwip(const ip_addr_t *from, u16_t port, struct stack_peer *to) {
  memset(to, 0, sizeof *to);
  to->port = port;
  to->address.n = IP_IS_V4(from) ? 4 : 16;
  if (IP_IS_V4(from)) {
    memcpy(to->address.octets, &ip_2_ip4(from)->addr, 4);
  } else {
    memcpy(to->address.octets, ip_2_ip6(from)->addr, 16);
  }
}

static bool host_address(const char *text, struct stack_address *address) {
  ip_addr_t parsed;
  struct stack_peer peer;
  if (!ipaddr_aton(text, &parsed)) return false;
  from_lwip(&parsed, 0, &peer);
  *address = peer.address;
  return true;
}

/* ---------------------------------------------------------------------------------- the table, with lwIP locked */

static int take_place(enum use use, struct tcp_pcb *pcb) {
  for (int i = 0; i < PLACES; i++) {
    if (places[i].use != UNUSED) continue;
    memset(&places[i], 0, sizeof places[i]);
    places[i].use = use;
    places[i].pcb = pcb;
    places[i].first = places[i].last = NOBODY;
    return i;
  }
  return STACK_FULL;
}

static int result_of(err_t error) {
  switch (error) {
    case ERR_OK: return STACK_OK;
    case ERR_MEM: case ERR_BUF: return STACK_FULL;
    case ERR_USE: case ERR_ISCONN: return STACK_IN_USE;
    case ERR_RST: return STACK_RESET;
    case ERR_TIMEOUT: return STACK_TIMED_OUT;
    case ERR_VAL: case ERR_ARG: return STACK_INVALID;
    default: return STACK_ENDED;
  }
}

/* ------------------------------------------------------------------------------------ callbacks: lwIP is locked */

static err_t on_text(void *place, struct tcp_pcb *pcb, struct pbuf *text, err_t error) {
  struct place *p = place;
  (void)pcb, (void)error;
  if (text == NULL) {
    p->closed = true;
  } else if (p->text == NULL) {
    p->text = text;
  } else if (p->text->tot_len + text->tot_len > 0xFFFF) {
    return ERR_MEM; /* lwIP keeps it, and offers it again */
  } else {
    pbuf_cat(p->text, text);
  }
  wake();
  return ERR_OK;
}

static err_t on_space(void *place, struct tcp_pcb *pcb, u16_t n) {
  (void)place, (void)pcb, (void)n;
  wake();
  return ERR_OK;
}

/* lwIP has freed the connection. */
static void on_end(void *place, err_t error) {
  struct place *p = place;
  p->pcb = NULL;
  p->end = error == ERR_RST && !p->opened ? STACK_REFUSED : result_of(error);
  wake();
}

static err_t on_opened(void *place, struct tcp_pcb *pcb, err_t error) {
  (void)pcb, (void)error;
  ((struct place *)place)->opened = true;
  wake();
  return ERR_OK;
}

static void call_back(int handle) {
  struct tcp_pcb *pcb = places[handle].pcb;
  tcp_arg(pcb, &places[handle]);
  tcp_recv(pcb, on_text);
  tcp_sent(pcb, on_space);
  tcp_err(pcb, on_end);
}

static err_t on_accepted(void *place, struct tcp_pcb *pcb, err_t error) {
  struct place *listener = place;
  int handle;
  if (error != ERR_OK || pcb == NULL) return ERR_VAL;
  handle = take_place(TCP, pcb);
  if (handle < 0) return ERR_MEM; /* lwIP resets it */
  call_back(handle);
  from_lwip(&pcb->remote_ip, pcb->remote_port, &places[handle].peer);
  places[handle].opened = true;
  places[handle].next = NOBODY;
  if (listener->first == NOBODY) {
    listener->first = handle;
  } else {
    places[listener->last].next = handle;
  }
  listener->last = handle;
  tcp_backlog_delayed(pcb);
  wake();
  return ERR_OK;
}

static void on_datagram(void *unused, struct udp_pcb *pcb, struct pbuf *text, const ip_addr_t *from, u16_t port) {
  unsigned at = (datagrams_at + datagrams_count) % DATAGRAMS;
  (void)unused, (void)pcb;
  if (datagrams_count == DATAGRAMS) {
    pbuf_free(text);
    return;
  }
  datagrams[at].text = text;
  from_lwip(from, port, &datagrams[at].from);
  datagrams_count++;
  wake();
}

/* The next tries of a CLOSE for which there was no memory. */
static err_t close_again(void *unused, struct tcp_pcb *pcb) {
  (void)unused;
  return tcp_close(pcb);
}

/* ---------------------------------------------------------------------------- the ten functions: each locks lwIP */

static int open_datagrams(uint8_t family, struct stack_peer *local) {
  ip_addr_t address;
  err_t error;
  int handle;
  to_lwip(&local->address, &address);
  udp = udp_new_ip_type(family == 4 ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6);
  if (udp == NULL) return STACK_FULL;
  error = udp_bind(udp, &address, local->port);
  if (error != ERR_OK) {
    udp_remove(udp);
    return result_of(error);
  }
  handle = take_place(UDP, NULL);
  local->port = udp->local_port;
  udp_recv(udp, on_datagram, NULL);
  return handle;
}

static int open_connection(uint8_t family, struct stack_peer *local) {
  struct tcp_pcb *pcb = tcp_new_ip_type(family == 4 ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6);
  int handle = pcb == NULL ? STACK_FULL : take_place(TCP, pcb);
  if (handle < 0) {
    if (pcb != NULL) tcp_abort(pcb);
    return handle;
  }
  ip_set_option(pcb, SOF_REUSEADDR);
  if (local != NULL) {
    ip_addr_t address;
    err_t error;
    to_lwip(&local->address, &address);
    error = tcp_bind(pcb, &address, local->port);
    if (error != ERR_OK) {
      tcp_abort(pcb);
      places[handle].use = UNUSED;
      return error == ERR_VAL ? STACK_IN_USE : result_of(error);
    }
    local->port = pcb->local_port;
  }
  call_back(handle);
  return handle;
}

int stack_open(enum stack_kind kind, uint8_t family, struct stack_peer *local) {
  int result = STACK_ABSENT;
  LOCK_TCPIP_CORE();
  if (kind == STACK_DATAGRAMS) result = open_datagrams(family, local);
  if (kind == STACK_CONNECTION) result = open_connection(family, local);
  UNLOCK_TCPIP_CORE();
  return result;
}

static int start_to_listen(struct place *p) {
  struct tcp_pcb *listener = tcp_listen_with_backlog(p->pcb, BACKLOG);
  if (listener == NULL) return STACK_IN_USE;
  p->pcb = listener; /* in place of the other, which is freed */
  p->use = LISTENER;
  tcp_arg(listener, p);
  tcp_accept(listener, on_accepted);
  return STACK_OK;
}

int stack_listen(int handle, struct stack_peer *from) {
  struct place *p = &places[handle];
  int result = STACK_WAIT;
  LOCK_TCPIP_CORE();
  if (from == NULL) {
    result = start_to_listen(p);
  } else if (p->first != NOBODY) {
    result = p->first;
    p->first = places[result].next;
    *from = places[result].peer;
    if (places[result].pcb != NULL) {
      tcp_backlog_accepted(places[result].pcb);
    }
  }
  UNLOCK_TCPIP_CORE();
  return result;
}

int stack_connect(int handle, const struct stack_peer *to) {
  struct place *p = &places[handle];
  ip_addr_t address;
  int result;
  LOCK_TCPIP_CORE();
  to_lwip(&to->address, &address);
  result = p->pcb == NULL ? p->end : result_of(tcp_connect(p->pcb, &address, to->port, on_opened));
  UNLOCK_TCPIP_CORE();
  return result == STACK_OK ? STACK_WAIT : result;
}

static long send_datagram(const struct stack_peer *to, const uint8_t *text, size_t n) {
  struct pbuf *copy = pbuf_alloc(PBUF_TRANSPORT, (u16_t)n, PBUF_RAM);
  ip_addr_t address;
  err_t error;
  if (copy == NULL) return STACK_WAIT;
  pbuf_take(copy, text, (u16_t)n);
  to_lwip(&to->address, &address);
  error = udp_sendto(udp, copy, &address, to->port);
  pbuf_free(copy);
  return error == ERR_OK ? (long)n : result_of(error);
}

static long send_text(struct place *p, const uint8_t *text, size_t n) {
  err_t error;
  if (p->pcb == NULL) return p->end;
  if (n > tcp_sndbuf(p->pcb)) n = tcp_sndbuf(p->pcb);
  if (n == 0) return STACK_WAIT;
  error = tcp_write(p->pcb, text, (u16_t)n, TCP_WRITE_FLAG_COPY);
  if (error == ERR_MEM) return STACK_WAIT;
  if (error != ERR_OK) return result_of(error);
  tcp_output(p->pcb);
  return (long)n;
}

/* lwIP sends no urgent text. */
long stack_send(int handle, const struct stack_peer *to, const uint8_t *text, size_t n, bool urgent) {
  long sent;
  (void)urgent;
  LOCK_TCPIP_CORE();
  sent = to != NULL ? send_datagram(to, text, n) : send_text(&places[handle], text, n);
  UNLOCK_TCPIP_CORE();
  return sent;
}

static long receive_datagram(struct stack_peer *from, uint8_t *text, size_t n) {
  struct pbuf *datagram = datagrams[datagrams_at].text;
  long length;
  if (datagrams_count == 0) return STACK_WAIT;
  *from = datagrams[datagrams_at].from;
  length = pbuf_copy_partial(datagram, text, (u16_t)(n > 0xFFFF ? 0xFFFF : n), 0);
  pbuf_free(datagram);
  datagrams_at = (datagrams_at + 1) % DATAGRAMS;
  datagrams_count--;
  return length;
}

static long receive_text(struct place *p, uint8_t *text, size_t n) {
  u16_t taken;
  if (p->text == NULL) return p->end != STACK_OK ? p->end : p->closed ? 0 : STACK_WAIT;
  taken = pbuf_copy_partial(p->text, text, (u16_t)n, 0);
  p->text = pbuf_free_header(p->text, taken);
  if (p->pcb != NULL) tcp_recved(p->pcb, taken); /* opens the window */
  return taken;
}

long stack_receive(int handle, struct stack_peer *from, uint8_t *text, size_t n) {
  long received;
  LOCK_TCPIP_CORE();
  received = from != NULL ? receive_datagram(from, text, n) : receive_text(&places[handle], text, n);
  UNLOCK_TCPIP_CORE();
  return received;
}

int stack_shutdown(int handle, enum stack_direction direction) {
  struct place *p = &places[handle];
  int result;
  LOCK_TCPIP_CORE();
  result = p->pcb == NULL ? p->end
                          : result_of(tcp_shutdown(p->pcb, direction == STACK_RECEIVING, direction == STACK_SENDING));
  UNLOCK_TCPIP_CORE();
  return result;
}

/* From now on, lwIP calls nobody back. */
static void let_go(struct place *p) {
  if (p->pcb != NULL && p->use == TCP) {
    tcp_arg(p->pcb, NULL);
    tcp_recv(p->pcb, NULL);
    tcp_sent(p->pcb, NULL);
    tcp_err(p->pcb, NULL);
  }
  if (p->text != NULL) pbuf_free(p->text);
  p->text = NULL;
  p->use = UNUSED;
}

static void abort_place(struct place *p) {
  let_go(p);
  if (p->pcb != NULL) tcp_abort(p->pcb);
}

void stack_close(int handle) {
  struct place *p = &places[handle];
  enum use use = p->use;
  LOCK_TCPIP_CORE();
  let_go(p);
  if (use == UDP) udp_remove(udp);
  if (p->pcb != NULL && tcp_close(p->pcb) != ERR_OK) tcp_poll(p->pcb, close_again, 1);
  while (use == LISTENER && p->first != NOBODY) {
    struct place *untaken = &places[p->first];
    p->first = untaken->next;
    abort_place(untaken);
  }
  UNLOCK_TCPIP_CORE();
}

void stack_abort(int handle) {
  LOCK_TCPIP_CORE();
  abort_place(&places[handle]);
  UNLOCK_TCPIP_CORE();
}

static long configure(struct place *p, unsigned parameter, uint32_t value) {
  struct tcp_pcb *pcb = p->pcb;
  if (pcb == NULL) return STACK_INVALID;
  if (parameter == STACK_TTL) {
    pcb->ttl = (u8_t)value;
  } else if (parameter == STACK_TOS) {
    pcb->tos = (u8_t)value;
  } else if (parameter == STACK_NAGLE || parameter == STACK_KEEP_ALIVE) {
    if (p->use == LISTENER) return STACK_INVALID;
    if (parameter == STACK_NAGLE && value != 0) tcp_nagle_enable(pcb);
    if (parameter == STACK_NAGLE && value == 0) tcp_nagle_disable(pcb);
    if (parameter == STACK_KEEP_ALIVE && value == 0) ip_reset_option(pcb, SOF_KEEPALIVE);
    if (parameter == STACK_KEEP_ALIVE && value != 0) {
      pcb->keep_idle = value * 1000;
#if LWIP_TCP_KEEPALIVE
      pcb->keep_intvl = value * 1000;
#endif
      ip_set_option(pcb, SOF_KEEPALIVE);
    }
  } else if (parameter != STACK_RECEIVE_BUFFER) {
    return STACK_ABSENT;
  }
  /* The receive buffer is as lwIP was compiled: some segments, which the tester can fill. */
  return STACK_OK;
}

long stack_configure(int handle, uint8_t family, unsigned parameter, uint32_t value) {
  long result;
  (void)family;
  if (parameter == STACK_CAN) return STACK_CAN_STOP_READING | STACK_CAN_SET_RECEIVE_BUFFER;
  if (handle < 0) return STACK_ABSENT;
  LOCK_TCPIP_CORE();
  result = configure(&places[handle], parameter, value);
  UNLOCK_TCPIP_CORE();
  return result;
}

static bool has_happened(struct stack_watch *w) {
  const struct place *p = &places[w->handle];
  w->has = 0;
  if (p->use == UDP && datagrams_count > 0) w->has |= STACK_TEXT;
  if (p->use == LISTENER && p->first != NOBODY) w->has |= STACK_TEXT;
  if (p->text != NULL || p->closed || p->end != STACK_OK) w->has |= STACK_TEXT;
  if (p->end != STACK_OK || (p->pcb != NULL && p->use == TCP && tcp_sndbuf(p->pcb) > 0)) w->has |= STACK_SPACE;
  if (p->opened || p->end != STACK_OK) w->has |= STACK_OPENED;
  w->result = p->end;
  w->has &= w->wants;
  return w->has != 0;
}

static int look(struct stack_watch *watches, unsigned count) {
  int ready = 0;
  LOCK_TCPIP_CORE();
  for (unsigned i = 0; i < count; i++)
    if (has_happened(&watches[i])) ready++;
  UNLOCK_TCPIP_CORE();
  return ready;
}

int stack_poll(struct stack_watch *watches, unsigned count, int ms) {
  struct pollfd fds[2] = {{waking[0], POLLIN, 0}, {0, POLLIN, 0}};
  char waste[256];
  int ready;
  if (told_to_stop) return STACK_STOP;
  ready = look(watches, count);
  if (ready > 0) ms = 0;
  if (poll(fds, exit_on_eof ? 2 : 1, ms) > 0) {
    if (fds[0].revents != 0 && read(waking[0], waste, sizeof waste) < 0 && errno != EAGAIN && errno != EINTR) return STACK_ENDED;
    if (fds[1].revents != 0 && read(0, waste, sizeof waste) == 0) told_to_stop = 1;
  }
  if (told_to_stop) return STACK_STOP;
  return look(watches, count);
}
