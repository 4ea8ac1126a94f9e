/*
 * offloads INTERFACE [NAME]
 *
 * Switches off the offloads of a link, or the named one, and waits until the link is up. Without offloads, every segment is
 * one packet, with its checksum, and checksums are verified. `ethtool -K` does the same, but few machines have it.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 3000

static const struct {
  const char *name;
  __u32 get;
  __u32 set;
} offloads[] = {
    {"rx-checksumming", ETHTOOL_GRXCSUM, ETHTOOL_SRXCSUM},
    {"tx-checksumming", ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM},
    {"scatter-gather", ETHTOOL_GSG, ETHTOOL_SSG},
    {"tcp-segmentation-offload", ETHTOOL_GTSO, ETHTOOL_STSO},
    {"generic-segmentation-offload", ETHTOOL_GGSO, ETHTOOL_SGSO},
    {"generic-receive-offload", ETHTOOL_GGRO, ETHTOOL_SGRO},
};

static int ask(int fd, struct ifreq *request, __u32 command, __u32 *value) {
  struct ethtool_value argument = {.cmd = command, .data = *value};
  request->ifr_data = (void *)&argument;
  int result = ioctl(fd, SIOCETHTOOL, request);
  *value = argument.data;
  return result;
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3 || strlen(argv[1]) >= IFNAMSIZ) {
    fprintf(stderr, "usage: offloads INTERFACE [NAME]\n");
    return 2;
  }
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strcpy(request.ifr_name, argv[1]);

  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) {
    fprintf(stderr, "socket: %s\n", strerror(errno));
    return 1;
  }
  for (size_t i = 0; i < sizeof offloads / sizeof *offloads; i++) {
    if (argc == 3 && strcmp(argv[2], offloads[i].name) != 0) continue;
    __u32 off = 0;
    ask(fd, &request, offloads[i].set, &off);
    /* A kernel may refuse to switch off what it does not have. */
    __u32 now = 0;
    if (ask(fd, &request, offloads[i].get, &now) != 0 && errno != EOPNOTSUPP) {
      fprintf(stderr, "%s of %s: %s\n", offloads[i].name, argv[1], strerror(errno));
      return 1;
    }
    if (now != 0) {
      fprintf(stderr, "%s of %s stays on\n", offloads[i].name, argv[1]);
      return 1;
    }
  }

  for (int waited = 0;; waited++) {
    if (ioctl(fd, SIOCGIFFLAGS, &request) != 0) {
      fprintf(stderr, "flags of %s: %s\n", argv[1], strerror(errno));
      return 1;
    }
    if ((request.ifr_flags & IFF_UP) && (request.ifr_flags & IFF_RUNNING)) break;
    if (waited == PATIENCE_MS) {
      fprintf(stderr, "%s does not come up\n", argv[1]);
      return 1;
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  close(fd);
  return 0;
}
