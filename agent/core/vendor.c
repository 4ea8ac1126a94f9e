/* ----------------------------------------------------------------------------------------------- CONFIGURE_SOCKET */

/* How many octets the value has; 0: there is no such parameter. */
static uint16_t size_of(uint16_t parameter) {
  switch (parameter) {
    case STACK_MSS:
    case STACK_KEEP_ALIVE:
    case STACK_USER_TIMEOUT:
      return 2;
    case STACK_RECEIVE_BUFFER:
      return 4;
    case STACK_ERROR_REPORTS:
    case PARAM_READING:
      return 1;
    default:
      return parameter <= STACK_NAGLE ? 1 : 0;
  }
}

static uint8_t configure_socket(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  uint16_t parameter = take16(q), length;
  const uint8_t *value = take_vint8(q, &length);
  uint32_t number = 0;
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (size_of(parameter) == 0) return E_NTF;
  if (length != size_of(parameter)) return E_INV;
  for (unsigned i = 0; i < length; i++) number = number << 8 | value[i];
  if (number > INT32_MAX) return E_INV;
  if (parameter == PARAM_READING) {
    c->reading = number != 0;
    return E_OK;
  }
  switch (stack_configure(c->handle, c->family, parameter, number)) {
    case STACK_OK:
      if (parameter == STACK_ERROR_REPORTS) c->reports_errors = number != 0;
      return E_OK;
    case STACK_ABSENT:
      return E_NTF;
    case STACK_DENIED:
      return E_NOK;
    default:
      return E_INV;
  }
}

/* ---------------------------------------------------------------------------------------------------- vendor group */

static uint8_t capabilities(struct request *q, const struct stack_peer *from) {
  long can;
  (void)from;
  if (malformed(q)) return E_INV;
  can = stack_configure(-1, 0, STACK_CAN, 0);
  give16(0);
  give16(can < 0 ? 0 : (unsigned)can);
  give16(MAX_SOCKETS);
  return E_OK;
}

/* Whether urgent text is still to be read, also where nobody reads. */
static bool has_urgent_text(struct connection *c) {
  struct stack_watch watch = {c->handle, STACK_URGENT, 0, STACK_OK};
  if (c->role != CONNECTED || stack_poll(&watch, 1, 0) <= 0 || (watch.has & STACK_URGENT) == 0) return false;
  c->told_urgent = true;
  return true;
}

/* After the end of the text, a connection waits for nothing: an error that has ended it since is asked for. */
static void look_for_error(struct connection *c) {
  struct stack_watch watch = {c->handle, STACK_OPENED, 0, STACK_OK};
  if (c->role != CONNECTED || !c->no_more_text || stack_poll(&watch, 1, 0) <= 0) return;
  if (watch.result == STACK_RESET || watch.result == STACK_TIMED_OUT) die(c, watch.result);
}

/* What a connection's user is told: by the end of the text, by an error, by urgent text. */
static uint8_t get_told(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  unsigned told = 0, known = TOLD_CLOSING | TOLD_RESET | TOLD_REFUSED | TOLD_TIMEOUT;
  long tells = stack_configure(-1, 0, STACK_TELLS, 0);
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  if (tells < 0) tells = 0;
  if ((tells & STACK_TELLS_URGENT) != 0) known |= TOLD_URGENT | TOLD_URGENT_LEFT;
  if ((tells & STACK_TELLS_SOFT_ERRORS) != 0) known |= TOLD_SOFT_ERROR;
  if ((known & TOLD_URGENT) != 0 && has_urgent_text(c)) told |= TOLD_URGENT_LEFT;
  look_for_error(c);
  if (c->no_more_text) told |= TOLD_CLOSING;
  if (c->role == DEAD && why_dead(c) == E_TCP_COR) told |= TOLD_RESET;
  if (c->role == DEAD && why_dead(c) == E_TCP_CRE) told |= TOLD_REFUSED;
  if (c->role == DEAD && why_dead(c) == E_TCP_CAT) told |= TOLD_TIMEOUT;
  if (c->told_urgent) told |= TOLD_URGENT;
  if (c->reports_errors && stack_configure(c->handle, c->family, STACK_SOFT_ERRORS, 0) > 0)
    c->told_soft_error = true;
  if (c->told_soft_error) told |= TOLD_SOFT_ERROR;
  give16(known);
  give16(told);
  return E_OK;
}

static uint8_t get_state(struct request *q, const struct stack_peer *from) {
  struct connection *c = find(take16(q));
  long state;
  (void)from;
  if (malformed(q)) return E_INV;
  if (c == NULL) return E_ISD;
  state = stack_configure(c->handle, c->family, STACK_STATE, 0);
  if (state < 0) return state == STACK_ABSENT ? E_NTF : E_NOK;
  give8((uint8_t)state);
  return E_OK;
}

