#include <string.h>

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

enum { PARAM_READING = 0xFFFF };

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

static void take_address(struct request *q, struct stack_address *a) {
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

