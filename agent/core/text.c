/* ---------------------------------------------------------------------------------------------------- datagrams */

static void post(const struct stack_peer *to, uint8_t group, uint8_t primitive, uint8_t type, uint8_t result, size_t n) {
  write16(outbox, settings.service_id);
  outbox[2] = group;
  outbox[3] = primitive;
  write32(outbox + 4, (uint32_t)(LEN_COVERS + n));
  write32(outbox + 8, 0);
  outbox[12] = outbox[13] = 1;
  outbox[14] = type;
  outbox[15] = result;
  stack_send(control, to, outbox, HEADER + n, false);
}

static void tell_accepted(const struct connection *listener, const struct connection *c,
                          const struct stack_peer *peer) {
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
    long n;
    if (c->forwarding && c->forward_left != UNLIMITED) most = c->forward_left;
    n = stack_receive(c->handle, NULL, scratch, most);
    if (n == STACK_WAIT) return;
    if (n == STACK_SOFT_ERROR && c->reports_errors) {
      c->told_soft_error = true;
      continue;
    }
    if (n < 0) {
      die(c, (int)n);
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
    bool urgent = c->urgent && n <= URGENT_TAIL;
    long sent;
    if (c->urgent && !urgent) n -= URGENT_TAIL;
    for (size_t i = 0, at = c->pattern_at; i < n; i++) {
      scratch[i] = pattern[at];
      if (++at == c->pattern_length) at = 0;
    }
    sent = stack_send(c->handle, NULL, scratch, n, urgent);
    if (sent == STACK_WAIT) return;
    if (sent == STACK_SOFT_ERROR && c->reports_errors) {
      c->told_soft_error = true;
      continue;
    }
    if (sent < 0) {
      die(c, (int)sent);
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
    stack_shutdown(c->handle, STACK_SENDING);
    c->fin_due = false;
  }
  if (c->closing) close_orderly(c);
}

