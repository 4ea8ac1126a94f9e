/*
 * A port to begin with. It compiles, and answers STACK_ABSENT to all that is asked of a TCP. Replace what follows QUESTION, from top
 * to bottom; `segment-arrives upper-tester check` says after each step what works. ports/lwip-raw.c has all answers for one stack.
 */

#include "../core/core.c"

/*
 * QUESTION 1. What is a connection of this stack: a pointer, a number? Keep it in a table: a handle is its place. The place lives
 * until stack_close or stack_abort, also when the connection has died before.
 */
struct place {
  bool used;
  int end; /* why the connection is no more */
};

enum { PLACES = MAX_SOCKETS + 1 }; /* and as many as may wait to be accepted */

static struct place places[PLACES];

static int take_place(void) {
  for (int i = 0; i < PLACES; i++) {
    if (places[i].used) continue;
    memset(&places[i], 0, sizeof places[i]);
    places[i].used = true;
    return i;
  }
  return STACK_FULL;
}

/*
 * QUESTION 2. Does the stack call back (accepted, received, acknowledged, failed)? A callback notes it in the place, and does not call
 * the core. Does it call from another thread? Then each function below takes the stack's lock.
 */

int stack_open(enum stack_kind kind, uint8_t family, struct stack_peer *local) {
  (void)family, (void)local;
  /* QUESTION 3. Where do requests come from: a UDP socket of this stack, or of the host? Bind it; write the port into local->port. */
  if (kind == STACK_DATAGRAMS) return take_place();
  /* QUESTION 4. How is a port bound, and how does one learn that it is taken (STACK_IN_USE)? Is there IPv6? */
  return STACK_ABSENT;
}

int stack_listen(int handle, struct stack_peer *from) {
  (void)handle;
  /* QUESTION 5. How does one listen (from is NULL), and how does one get the next connection, its address and port? */
  return from == NULL ? STACK_ABSENT : STACK_WAIT;
}

int stack_connect(int handle, const struct stack_peer *to) {
  (void)handle, (void)to;
  /* QUESTION 6. How does one connect without waiting? What says that it succeeded, was refused, or took too long? */
  return STACK_ABSENT;
}

long stack_send(int handle, const struct stack_peer *to, const uint8_t *text, size_t n, bool urgent) {
  (void)handle, (void)text, (void)n, (void)urgent;
  if (to != NULL) return STACK_ABSENT; /* QUESTION 3: a datagram back to the tester */
  /* QUESTION 7. How much does the stack take at once? Must the text stay where it is until it is acknowledged? Is it sent at once? */
  return STACK_ABSENT;
}

long stack_receive(int handle, struct stack_peer *from, uint8_t *text, size_t n) {
  (void)text, (void)n;
  if (from != NULL) return STACK_WAIT; /* QUESTION 3: the next datagram, and who sent it */
  /*
   * QUESTION 8. Where does text lie that nobody has read? Does the window close meanwhile, and what opens it again? What tells the
   * FIN (0, after the text), and what a reset (STACK_RESET)?
   */
  return places[handle].end != STACK_OK ? places[handle].end : STACK_WAIT;
}

int stack_shutdown(int handle, enum stack_direction direction) {
  (void)handle, (void)direction;
  /* QUESTION 9. Is there a close of one direction? Without it, FIN-WAIT-1, FIN-WAIT-2 and CLOSING are reached by CLOSE only. */
  return STACK_ABSENT;
}

void stack_close(int handle) {
  /* QUESTION 10. Does the stack go on with FIN-WAIT, LAST-ACK and TIME-WAIT when its user has forgotten the connection? */
  places[handle].used = false;
}

void stack_abort(int handle) {
  /* QUESTION 11. How does one reset a connection? If that cannot be, close it: the tester sends resets as well. */
  places[handle].used = false;
}

long stack_configure(int handle, uint8_t family, unsigned parameter, uint32_t value) {
  (void)handle, (void)family, (void)value;
  /* QUESTION 12. What of this can be set? What does stack_receive leave closed (STACK_CAN_STOP_READING)? */
  return parameter == STACK_CAN ? 0 : STACK_ABSENT;
}

int stack_poll(struct stack_watch *watches, unsigned count, int ms) {
  int ready = 0;
  (void)ms;
  /* QUESTION 13. Who runs the stack's timers and its network? If nobody else: do it here, for at most so many milliseconds. */
  for (unsigned i = 0; i < count; i++) {
    /* QUESTION 14. What of watches[i].wants is there? It may be more than is true: the core asks then, and gets STACK_WAIT. */
    watches[i].has = 0;
    if (watches[i].has != 0) ready++;
  }
  return ready;
}

/* QUESTION 15. What are the addresses of the stack and of the tester, and who starts the program? */
int main(void) {
  struct upper_tester settings = {.control_port = 10793, .service_id = 0x0105, .tester_count = 1};
  settings.locals[0] = (struct stack_address){.n = 4, .octets = {192, 0, 2, 2}};
  settings.testers[0] = (struct stack_address){.n = 4, .octets = {192, 0, 2, 1}};
  if (upper_tester_open(&settings) != STACK_OK) return 1;
  while (upper_tester_round(100) == STACK_OK) {
  }
  upper_tester_close();
  return 0;
}
