/* --------------------------------------------------------------------------------------------------- GENERAL group */

static uint8_t *answer; /* the data of the response */
static size_t answer_length;

static void give8(uint8_t v) { answer[answer_length++] = v; }

static void give16(unsigned v) {
  write16(answer + answer_length, v);
  answer_length += 2;
}

static uint8_t get_version(struct request *q, const struct stack_peer *from) {
  (void)from;
  if (malformed(q)) return E_INV;
  give16(VERSION_MAJOR);
  give16(VERSION_MINOR);
  give16(VERSION_PATCH);
  return E_OK;
}

static uint8_t start_test(struct request *q, const struct stack_peer *from) {
  (void)from;
  if (malformed(q)) return E_INV;
  abandon_all();
  return E_OK;
}

static uint8_t end_test(struct request *q, const struct stack_peer *from) {
  uint16_t n;
  (void)from;
  take16(q);
  take_vint8(q, &n);
  if (malformed(q)) return E_INV;
  abandon_all();
  return E_OK;
}

/* ------------------------------------------------------------------------------------------------------- TCP group */

static uint8_t create(struct request *q, enum stack_kind kind) {
  bool do_bind = take8(q) != 0;
  uint16_t port = take16(q);
  struct stack_peer bound;
  const struct stack_address *local;
  struct connection *c;
  int handle;

  take_address(q, &bound.address);
  if (malformed(q)) return E_INV;
  if (vacant_count == 0) return E_UCS;
  if (do_bind) {
    /* Sockets are bound only to the addresses given at the start. */
    local = local_of_family(bound.address.n);
    if (local == NULL) return E_UBS;
    if (!is_any(&bound.address) && !is_any(local) && !same_address(&bound.address, local)) return E_UBS;
    if (is_any(&bound.address) || same_address(&bound.address, local)) bound.address = *local;
  }
  bound.port = port == ANY_PORT ? 0 : port;
  handle = stack_open(kind, bound.address.n, do_bind ? &bound : NULL);
  if (handle == STACK_ABSENT) return E_NTF;
  if (handle == STACK_FULL) return E_UCS;
  if (handle < 0) return E_UBS;
  c = enter(handle, bound.address.n, FRESH);
  c->bound = do_bind;
  give16(id_of(c));
  return E_OK;
}

static uint8_t create_and_bind(struct request *q, const struct stack_peer *from) {
  (void)from;
  return create(q, STACK_CONNECTION);
}

static uint8_t create_and_bind_zero_window(struct request *q, const struct stack_peer *from) {
  (void)from;
  return create(q, STACK_CONNECTION_WITHOUT_WINDOW);
}

static uint8_t close_socket(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  /* Old testers omit `abort`. */
  bool abortive = q->at != q->end && take8(q) != 0;
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (abortive) {
    abandon(c);
  } else if (c->left_to_send > 0) {
    c->closing = true;
    c->text_shut = true;
  } else {
    close_orderly(c);
  }
  return E_OK;
}

static uint8_t send_data(struct request *q, const struct stack_peer *from) {
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

static uint8_t receive_and_forward(struct request *q, const struct stack_peer *from) {
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

static uint8_t listen_and_accept(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  uint16_t most = take16(q);
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role != FRESH && c->role != LISTENING) return E_TCP_CAE;
  if (!c->bound) return E_UBS;
  if (c->role == FRESH) {
    int result = stack_listen(c->handle, NULL);
    if (result != STACK_OK) return result == STACK_IN_USE ? E_UBS : E_NOK;
  }
  c->role = LISTENING;
  c->accept_left = most;
  c->armed_by = *from;
  return E_OK;
}

static uint8_t connect_socket(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  struct stack_peer to;
  const struct stack_address *tester;
  int result;
  (void)from;
  to.port = take16(q);
  take_address(q, &to.address);
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role == LISTENING || c->role == DEAD) return E_TCP_CAE;
  tester = find_tester(&to.address);
  if (tester != NULL) to.address = *tester; /* with its scope */
  if ((tester == NULL && !is_multicast(&to.address)) || to.address.n != c->family || to.port == 0) return E_INV;
  result = stack_connect(c->handle, &to);
  if (c->role != FRESH) {
    /* The TCP itself refuses an OPEN of a connection that exists (RFC 9293 section 3.10.1). */
    /* The first call after the handshake may only report its success. */
    if (result == STACK_OK) result = stack_connect(c->handle, &to);
    return result == STACK_OK ? E_OK : result == STACK_IN_USE ? E_TCP_CAE : E_NOK;
  }
  if (result == STACK_OK) {
    c->role = CONNECTED;
  } else if (result == STACK_WAIT) {
    c->role = CONNECTING;
  } else if (result == STACK_IN_USE) {
    return E_TCP_CAE;
  } else if (result == STACK_REFUSED || result == STACK_RESET) {
    /* The answer to CONNECT says that the SYN was sent, not what became of it. */
    die(c, result);
  } else {
    return E_NOK;
  }
  c->bound = true;
  return E_OK;
}

static uint8_t shut_socket(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  uint8_t what = take8(q);
  (void)from;
  if (malformed(q) || what > 2) return E_INV;
  if (c == NULL) return E_ISD;
  if (c->role == DEAD) return why_dead(c);
  if (c->role != CONNECTED && c->role != CONNECTING) return E_TCP_CNE;
  if (what != 1) {
    if (stack_shutdown(c->handle, STACK_RECEIVING) != STACK_OK) return E_TCP_CNE;
    c->no_more_text = true;
  }
  if (what != 0) {
    if (c->text_shut) return E_OK;
    if (c->left_to_send > 0) {
      c->fin_due = true;
    } else if (stack_shutdown(c->handle, STACK_SENDING) != STACK_OK) {
      /* Winsock closes no direction of what is not established. */
      return c->role == CONNECTING ? E_NTF : E_TCP_CNE;
    }
    c->text_shut = true;
  }
  return E_OK;
}

