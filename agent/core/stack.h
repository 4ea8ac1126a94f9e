/*
 * What the upper tester asks of a TCP: ten functions. A port implements them; the core calls them, from one thread only.
 *
 * No function may wait, except stack_poll. A function that returns a number returns a result of the list below when it is
 * negative. A handle is any number from 0 that the port gives to what it has opened.
 */
#ifndef UPPER_TESTER_STACK_H
#define UPPER_TESTER_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef MAX_SOCKETS
#define MAX_SOCKETS 1024 /* in the table; beside them, one handle is for datagrams */
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum stack_result {
  STACK_OK = 0,
  STACK_WAIT = -1, /* nothing has arrived, no room, or not yet: stack_poll tells when to ask again */
  /* Why a connection is no more. */
  STACK_RESET = -2,
  STACK_REFUSED = -3,
  STACK_TIMED_OUT = -4,
  STACK_ENDED = -5, /* anything else */
  /* Why a call was refused. */
  STACK_IN_USE = -6,  /* the port, or the connection */
  STACK_FULL = -7,    /* no handle, no memory */
  STACK_ABSENT = -8,  /* this TCP does not have it */
  STACK_DENIED = -9,  /* not permitted */
  STACK_INVALID = -10, /* this value */
  STACK_STOP = -11,   /* of stack_poll: the program is to end */
  /* Of stack_send and stack_receive: an ICMP error that ends no connection, where its user asked for reports. */
  STACK_SOFT_ERROR = -12
};

struct stack_address {
  uint8_t n; /* 4, 16, or 0 for none */
  uint8_t octets[16];
  uint32_t scope; /* the interface of a link-local address, else 0 */
};

struct stack_peer {
  struct stack_address address;
  uint16_t port;
};

enum stack_kind {
  STACK_DATAGRAMS,  /* UDP, for the tester's requests. It need not be the tested stack's */
  STACK_CONNECTION, /* TCP */
  /* TCP that advertises a window of 0 from its first segment on. Few stacks can: STACK_ABSENT. */
  STACK_CONNECTION_WITHOUT_WINDOW
};

/*
 * A new handle for that family: 4 or 16, the octets of an address. It is bound to `local`, unless that is NULL. Port 0 means
 * any port; the port writes there which one it took.
 */
int stack_open(enum stack_kind kind, uint8_t family, struct stack_peer *local);

/*
 * Passive OPEN. With `from` NULL: the handle listens from now on. Else it takes the next connection that the handle has
 * accepted, writes where it comes from, and returns its handle.
 */
int stack_listen(int handle, struct stack_peer *from);

/*
 * Active OPEN. The SYN is sent when it returns. STACK_WAIT: the connection is not established yet. It is called for a
 * connection that exists, too: STACK_IN_USE is due then (RFC 9293 section 3.10.1).
 */
int stack_connect(int handle, const struct stack_peer *to);

/*
 * SEND as much as there is room for; returns how many octets. `urgent`: the last octet of all is the last urgent one. `to`
 * is for datagrams, which go as a whole, and NULL for connections.
 */
long stack_send(int handle, const struct stack_peer *to, const uint8_t *text, size_t n, bool urgent);

/* RECEIVE at most n octets; returns how many. 0: the peer has closed. `from` is for datagrams, and NULL for connections. */
long stack_receive(int handle, struct stack_peer *from, uint8_t *text, size_t n);

enum stack_direction { STACK_RECEIVING = 1, STACK_SENDING = 2 };

/* STACK_SENDING: a FIN after the text. STACK_RECEIVING: text that arrives is nobody's any more. */
int stack_shutdown(int handle, enum stack_direction direction);

/* CLOSE: a FIN after the text, if none was sent. The handle is free, for a listener too. */
void stack_close(int handle);

/* ABORT: a reset, if the state asks for one (RFC 9293 section 3.10.5). The handle is free. Never called for a listener. */
void stack_abort(int handle);

enum stack_parameter {
  STACK_TTL = 0,
  STACK_PRIORITY = 1,
  STACK_DONT_FRAGMENT = 2,
  STACK_IP_TIMESTAMP = 3,
  STACK_TOS = 4,
  STACK_MSS = 5,
  STACK_NAGLE = 6,
  STACK_ERROR_REPORTS = 0xFFF9, /* 1: soft errors are told */
  STACK_USER_TIMEOUT = 0xFFFA,  /* R2, in seconds */
  STACK_KEEP_ALIVE = 0xFFFB,    /* the idle time and the interval, in seconds; 0: off */
  STACK_RECEIVE_BUFFER = 0xFFFE,
  /* Questions. Of CAN and TELLS, the handle is -1. */
  STACK_STATE = 0x10000,  /* the state of RFC 793, by the stack's own number */
  STACK_CAN = 0x10001,    /* stack_abilities, added up */
  STACK_TELLS = 0x10002,  /* stack_tidings, added up */
  /* How many soft errors wait to be read elsewhere than where text is; they count as read. */
  STACK_SOFT_ERRORS = 0x10003
};

/* What its user can be told. */
enum stack_tidings { STACK_TELLS_URGENT = 1, STACK_TELLS_SOFT_ERRORS = 2 };

enum stack_ability {
  STACK_CAN_STOP_READING = 1, /* when stack_receive is not called, the window closes */
  STACK_CAN_SET_RECEIVE_BUFFER = 2,
  STACK_CAN_ZERO_WINDOW = 4,
  STACK_CAN_TELL_STATE = 8
};

/* Sets a parameter, or answers a question. STACK_ABSENT when the stack does not have it. */
long stack_configure(int handle, uint8_t family, unsigned parameter, uint32_t value);

enum stack_event {
  STACK_TEXT = 1,   /* text, a FIN, a reset, a datagram; on a listener, a connection */
  STACK_SPACE = 2,  /* room for text to send */
  STACK_URGENT = 4, /* urgent text has arrived */
  STACK_OPENED = 8  /* an active OPEN is over: `result` tells how */
};

struct stack_watch {
  int handle;
  uint8_t wants, has; /* stack_events; the port sets `has`, and may set more than is true: the core asks then */
  int result;         /* with STACK_OPENED: STACK_OK or why there is no connection */
};

/*
 * Waits at most so many milliseconds until something that is wanted has happened. Returns how many watches have something, 0,
 * STACK_STOP, or another negative number when the program cannot go on.
 */
int stack_poll(struct stack_watch *watches, unsigned count, int ms);

/* ------------------------------------------------------------------------------------------- what the core offers */

#define UPPER_TESTER_TESTERS 4

struct upper_tester {
  struct stack_address locals[2]; /* of this host; the first has the control port, the second is of the other family */
  struct stack_address testers[UPPER_TESTER_TESTERS]; /* nobody else is answered */
  unsigned tester_count;
  uint16_t control_port; /* 0: any; upper_tester_open writes which one it is */
  uint16_t service_id;   /* 0x0105, if the tester does not say otherwise */
};

/* Opens the control port. Returns a result. */
int upper_tester_open(struct upper_tester *settings);

/*
 * One round: waits at most so many milliseconds for something to do, and does it. Returns STACK_OK or what stack_poll
 * returned. Call it again and again: in a loop, or with 0 from a timer of yours.
 */
int upper_tester_round(int ms);

/* Aborts all connections. */
void upper_tester_close(void);

#ifdef __cplusplus
}
#endif

#endif
