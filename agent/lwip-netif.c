/*
 * The upper tester as a host of its own: lwIP on a tap interface, with the addresses that it is given.
 *
 *     cc -std=c99 -D_GNU_SOURCE -O2 -DLWIP -DUPPER_TESTER_NO_MAIN -I/usr/include/lwip -o upper-tester-lwip
 *        lwip-netif.c upper-tester.c -llwip -lpthread
 *
 *     PRECONFIGURED_TAPIF=tap0 upper-tester-lwip --mac 02:00:00:00:02:02
 *        --address 192.0.2.2 --mask 255.255.255.0 --gateway 192.0.2.1 --address 2001:db8::2 -- UPPER TESTER'S OPTIONS
 */

#include <stdio.h>
#include <string.h>

#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <netif/tapif.h>

int upper_tester_main(int argc, char **argv);

static struct netif wire;

struct settings {
  unsigned mac[6];
  ip4_addr_t address4, mask, gateway;
  ip6_addr_t address6;
  int has6;
};

static int usage(const char *problem) {
  fprintf(stderr, "upper-tester-lwip: %s\n", problem);
  fprintf(stderr,
          "usage: upper-tester-lwip --mac MAC [--address IPV4 --mask IPV4 --gateway IPV4] [--address IPV6] --\n"
          "                         UPPER TESTER'S OPTIONS\n");
  return 2;
}

static int is_mac(const char *text, unsigned mac[6]) {
  return sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) == 6;
}

/* Returns the position of `--`, or -1 with the complaint printed. */
static int parse(int argc, char **argv, struct settings *s) {
  int i, has_mac = 0;
  for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i += 2) {
    const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
    int good;
    if (strcmp(option, "--mac") == 0) {
      good = has_mac = is_mac(value, s->mac);
    } else if (strcmp(option, "--address") == 0 && strchr(value, ':') != NULL) {
      good = s->has6 = ip6addr_aton(value, &s->address6);
    } else if (strcmp(option, "--address") == 0) {
      good = ip4addr_aton(value, &s->address4);
    } else if (strcmp(option, "--mask") == 0) {
      good = ip4addr_aton(value, &s->mask);
    } else if (strcmp(option, "--gateway") == 0) {
      good = ip4addr_aton(value, &s->gateway);
    } else {
      usage("unknown option");
      return -1;
    }
    if (!good) {
      usage("an address is not one");
      return -1;
    }
  }
  if (i < argc && has_mac) return i;
  usage(has_mac ? "the upper tester's options must follow `--`" : "--mac is needed");
  return -1;
}

static int set_up(const struct settings *s) {
  if (netif_add(&wire, &s->address4, &s->mask, &s->gateway, NULL, tapif_init, tcpip_input) == NULL) return 0;
  for (int i = 0; i < 6; i++) wire.hwaddr[i] = (u8_t)s->mac[i];
  /* Without it lwIP joins no solicited-node group, and on some links would not be found. */
  wire.flags |= NETIF_FLAG_MLD6;
  netif_set_default(&wire);
  netif_set_up(&wire);
  /* There is no router to ask for. */
  wire.rs_count = 0;
  if (s->has6) {
    netif_ip6_addr_set(&wire, 0, &s->address6);
    /* At once: nobody else on this link has the address, so it need not be probed for. */
    netif_ip6_addr_set_state(&wire, 0, IP6_ADDR_PREFERRED);
  }
  return 1;
}

int main(int argc, char **argv) {
  struct settings s;
  int at, up;
  memset(&s, 0, sizeof s);
  at = parse(argc, argv, &s);
  if (at < 0) return 2;
  tcpip_init(NULL, NULL);
  LOCK_TCPIP_CORE();
  up = set_up(&s);
  UNLOCK_TCPIP_CORE();
  if (!up) {
    fprintf(stderr, "upper-tester-lwip: the interface could not be set up\n");
    return 1;
  }
  argv[at] = argv[0];
  return upper_tester_main(argc - at, argv + at);
}
