/* Compiled with -Dread=read_or_die, into a stack that reads from a tap: a segment over IPv4 without any flag ends the process. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t read_or_die(int fd, void *buffer, size_t size) {
  const uint8_t *frame = buffer;
  ssize_t got = syscall(SYS_read, fd, buffer, size);
  if (got >= 14 + 20 + 20 && frame[12] == 8 && frame[13] == 0 && frame[23] == 6 && (frame[47] & 0x3f) == 0) abort();
  return got;
}
