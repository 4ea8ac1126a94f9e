/*
 * The upper tester opens, listens, connects, sends, shuts down, closes and aborts TCP connections on command of one
 * tester. It speaks the AUTOSAR Testability Protocol 1.2.0 over UDP. agent/README.md of segment-arrives describes it.
 *
 * One thread, no allocation: everything lives in fixed tables. The core makes no system call: all that it asks of a TCP
 * is in stack.h.
 */
#include "stack.h"

#include "protocol.c"
#include "table.c"
#include "text.c"
#include "requests.c"
#include "vendor.c"
#include "loop.c"
