/* ------------------------------------------------------------------------------------------------------ settings */

static struct upper_tester settings;
static int control = -1;

static bool same_address(const struct stack_address *a, const struct stack_address *b) {
  return a->n == b->n && memcmp(a->octets, b->octets, a->n) == 0;
}

static bool is_any(const struct stack_address *a) {
  static const uint8_t zeros[16];
  return memcmp(a->octets, zeros, a->n) == 0;
}

static const struct stack_address *find_tester(const struct stack_address *a) {
  for (unsigned i = 0; i < settings.tester_count; i++)
    if (same_address(&settings.testers[i], a)) return &settings.testers[i];
  return NULL;
}

/* Where no connection can lead: a TCP has to refuse (RFC 9293 section 3.9.1.1, MUST-46). */
static bool is_multicast(const struct stack_address *a) {
  return a->n == 4 ? (a->octets[0] & 0xf0) == 0xe0 : a->octets[0] == 0xff;
}

static const struct stack_address *local_of_family(uint8_t n) {
  for (unsigned i = 0; i < 2; i++)
    if (settings.locals[i].n == n) return &settings.locals[i];
  return NULL;
}

/* --------------------------------------------------------------------------------------------- table of sockets */

#ifndef PATTERN_MAX
#define PATTERN_MAX 1024 /* octets kept per connection for text that the TCP cannot take at once */
#endif

#if MAX_SOCKETS < 1 || MAX_SOCKETS > 65534 || PATTERN_MAX < 1 || PATTERN_MAX > 65535
#error "socket ids and pattern lengths are 16-bit numbers"
#endif

enum role { FREE, FRESH, LISTENING, CONNECTING, CONNECTED, DEAD };

struct connection {
  int handle;
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
  int end; /* why it is DEAD: a stack_result */

  uint32_t left_to_send;
  uint16_t pattern_length, pattern_at;
  uint8_t pattern[PATTERN_MAX];

  uint32_t dropped;
  uint16_t forward_most, forward_left;

  uint16_t accept_left;
  struct stack_peer armed_by; /* receives the events */
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

static struct connection *enter(int handle, uint8_t family, enum role role) {
  struct connection *c;
  if (vacant_count == 0) return NULL;
  c = &table[vacant[vacant_head]];
  vacant_head = (vacant_head + 1) % MAX_SOCKETS;
  vacant_count--;
  memset(c, 0, sizeof *c);
  c->handle = handle;
  c->family = family;
  c->role = (uint8_t)role;
  c->reading = true;
  return c;
}

static void vacate(struct connection *c) {
  c->handle = -1;
  c->role = FREE;
  vacant[(vacant_head + vacant_count) % MAX_SOCKETS] = (uint16_t)(c - table);
  vacant_count++;
  accept_paused = false;
}

static void leave(struct connection *c) {
  stack_close(c->handle);
  vacate(c);
}

/* A listener has no peer to reset. */
static void abandon(struct connection *c) {
  if (c->role == LISTENING) {
    stack_close(c->handle);
  } else {
    stack_abort(c->handle);
  }
  vacate(c);
}

static void abandon_all(void) {
  for (unsigned i = 0; i < MAX_SOCKETS; i++)
    if (table[i].role != FREE) abandon(&table[i]);
}

static void die(struct connection *c, int end) {
  c->role = DEAD;
  c->end = end;
  c->left_to_send = 0;
  if (c->closing) leave(c);
}

static uint8_t why_dead(const struct connection *c) {
  switch (c->end) {
    case STACK_RESET:
      return E_TCP_COR;
    case STACK_REFUSED:
      return E_TCP_CRE;
    case STACK_TIMED_OUT:
      return E_TCP_CAT;
    default:
      return E_TCP_CNE;
  }
}
