/* -------------------------------------------------------------------------------------------------------- requests */

static const struct {
  uint8_t group, primitive;
  uint8_t (*serve)(struct request *, const struct stack_peer *);
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

static uint8_t serve(const uint8_t *message, size_t n, const struct stack_peer *from) {
  struct request q = {message + HEADER, message + n, false};
  if (message[12] != 1 || message[13] != 1) return E_INV;
  if (read32(message + 4) != n - HEADER + LEN_COVERS) return E_INV;
  for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
    if (primitives[i].group == message[2] && primitives[i].primitive == message[3]) return primitives[i].serve(&q, from);
  return E_NTF;
}

/* Datagrams from a tester, whatever is in them. */
static unsigned requests_taken;

static void take_request(const uint8_t *message, size_t n, const struct stack_peer *from) {
  uint8_t response[16], result;
  /* Only a request to this service gets an answer, so that two upper testers never answer each other. */
  if (n < HEADER || read16(message) != settings.service_id) return;
  if (message[14] != TYPE_REQUEST || (message[2] & EVENT_BIT) != 0) return;
  answer = response; /* serving a request may send events, which use the outbox */
  answer_length = 0;
  result = serve(message, n, from);
  if (result != E_OK) answer_length = 0;
  memcpy(outbox + HEADER, response, answer_length);
  post(from, message[2], message[3], TYPE_RESPONSE, result, answer_length);
}

/*
 * One in each round, so that what had arrived before a request was read before its answer: the tester asks twice to know that
 * its text was read. Others wait for the next round.
 */
static void take_next_request(void) {
  struct stack_peer from;
  long n = stack_receive(control, &from, inbox, sizeof inbox);
  if (n < 0 || find_tester(&from.address) == NULL) return;
  requests_taken++;
  take_request(inbox, (size_t)n, &from);
}

/* ---------------------------------------------------------------------------------------------------- the sockets */

static void accept_waiting(struct connection *listener) {
  for (int rounds = 1024; rounds > 0 && listener->accept_left > 0 && vacant_count > 0; rounds--) {
    struct connection *c;
    struct stack_peer peer;
    int handle = stack_listen(listener->handle, &peer);
    if (handle == STACK_WAIT) return;
    if (handle == STACK_FULL) {
      /* The listener stays ready. Without a pause the loop would spin until there is room. */
      accept_paused = true;
      return;
    }
    if (handle < 0) continue; /* an error of that one connection */
    if (find_tester(&peer.address) == NULL) {
      stack_abort(handle);
      continue;
    }
    c = enter(handle, listener->family, CONNECTED);
    c->bound = true;
    c->reading = listener->reading;
    if (listener->accept_left != UNLIMITED) listener->accept_left--;
    tell_accepted(listener, c, &peer);
    if (c->reading) drain(c, 1);
  }
}

static uint8_t wanted(const struct connection *c) {
  uint8_t events = 0;
  if (c->role == LISTENING && c->accept_left > 0 && vacant_count > 0 && !accept_paused) events = STACK_TEXT;
  if (c->role == CONNECTING) events = STACK_OPENED;
  if (c->role == CONNECTED && c->reading && !c->no_more_text) {
    events |= STACK_TEXT;
    if (!c->told_urgent) events |= STACK_URGENT;
  }
  if (c->role == CONNECTED && c->left_to_send > 0) events |= STACK_SPACE;
  return events;
}

static void attend(struct connection *c, const struct stack_watch *watch) {
  if ((watch->has & STACK_URGENT) != 0) c->told_urgent = true;
  if (c->role == LISTENING) {
    accept_waiting(c);
    return;
  }
  if (c->role == CONNECTING) {
    if (watch->result != STACK_OK) {
      die(c, watch->result);
      return;
    }
    c->role = CONNECTED;
  }
  if (c->role == CONNECTED && c->reading && !c->no_more_text) drain(c, 16);
  if (c->role == CONNECTED && (c->left_to_send > 0 || c->fin_due || c->closing)) go_on_sending(c);
}

int upper_tester_round(int ms) {
  static struct stack_watch watches[MAX_SOCKETS + 1];
  static struct connection *whose[MAX_SOCKETS + 1];
  unsigned count = 1;
  int ready;
  watches[0] = (struct stack_watch){control, STACK_TEXT, 0, STACK_OK};
  /* A connection that waits for nothing is left out: its end would be reported again and again. */
  for (unsigned i = 0; i < MAX_SOCKETS; i++) {
    uint8_t events = wanted(&table[i]);
    if (events == 0) continue;
    watches[count] = (struct stack_watch){table[i].handle, events, 0, STACK_OK};
    whose[count++] = &table[i];
  }
  ready = stack_poll(watches, count, ms);
  if (ready < 0) return ready;
  if (ready == 0) {
    accept_paused = false;
    return STACK_OK;
  }
  /* Connections before requests: the tester's segments precede the requests that it sends after them. */
  for (unsigned i = 1; i < count; i++)
    if (watches[i].has != 0) attend(whose[i], &watches[i]);
  if (watches[0].has != 0) take_next_request();
  return STACK_OK;
}

int upper_tester_open(struct upper_tester *wanted_settings) {
  struct stack_peer local;
  settings = *wanted_settings;
  for (unsigned i = 0; i < MAX_SOCKETS; i++) vacant[i] = (uint16_t)i;
  vacant_head = 0;
  vacant_count = MAX_SOCKETS;
  local.address = settings.locals[0];
  local.port = settings.control_port;
  control = stack_open(STACK_DATAGRAMS, local.address.n, &local);
  if (control < 0) return control;
  settings.control_port = wanted_settings->control_port = local.port;
  return STACK_OK;
}

void upper_tester_close(void) {
  abandon_all();
  stack_close(control);
  control = -1;
}
