/*
 * Has an interface hand up every packet by itself: `single-segments INTERFACE`. The network card of a virtual machine
 * comes without the other offloads; generic receive offload is the kernel's own, and merges what arrives together.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  struct ethtool_value off = {.cmd = ETHTOOL_SGRO, .data = 0};
  struct ifreq request;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (argc != 2 || strlen(argv[1]) >= IFNAMSIZ) {
    fprintf(stderr, "usage: single-segments INTERFACE\n");
    return 2;
  }
  memset(&request, 0, sizeof request);
  strcpy(request.ifr_name, argv[1]);
  request.ifr_data = (void *)&off;
  if (fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0) return 0;
  fprintf(stderr, "generic-receive-offload of %s: %s\n", argv[1], strerror(errno));
  return 1;
}
