/*
 * Runs the upper tester on lwIP, as a host of its own. The tap interface must exist; the addresses are options.
 *
 *     cc -std=c99 -D_GNU_SOURCE -O2 -DLWIP -DUPPER_TESTER_NO_MAIN -I/usr/include/lwip -o upper-tester-lwip
 *        lwip-netif.c upper-tester.c -llwip -lpthread
 *
 *     upper-tester-lwip --tap lab0 --mac 02:00:00:00:02:02 --address 192.0.2.2 --mask 255.255.255.0
 *        --gateway 192.0.2.1 --address 2001:db8::2 -- UPPER TESTER'S OPTIONS
 *
 * This file has a driver of its own for the tap, because the library's driver takes packets from the pool. Debian's
 * 2.1.3 reserves 592 octets for a packet of the pool and later writes 1536: a system header redefines TCP_MSS while the
 * pool is compiled. A full segment would overwrite the heap.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <netif/ethernet.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

int upper_tester_main(int argc, char **argv);

enum { MTU = 1500, FRAME_MAX = MTU + 18 };

struct settings {
  const char *tap;
  unsigned mac[6];
  ip4_addr_t address4, mask, gateway;
  ip6_addr_t address6;
  bool has_mac, has6;
};

static struct netif wire;
static int tap = -1;

/* ------------------------------------------------------------------------------------------------------- the tap */

static bool open_tap(const char *name) {
  struct ifreq request;
  tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (tap < 0) return false;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  return ioctl(tap, TUNSETIFF, &request) == 0;
}

static err_t send_frame(struct netif *netif, struct pbuf *p) {
  char frame[FRAME_MAX];
  u16_t length = pbuf_copy_partial(p, frame, sizeof frame, 0);
  (void)netif;
  return length == p->tot_len && write(tap, frame, length) == length ? ERR_OK : ERR_IF;
}

/* Handles each frame before it reads the next one. So the tap's queue is the only queue, and nothing is dropped. */
static void *receive_frames(void *unused) {
  char frame[FRAME_MAX];
  (void)unused;
  for (;;) {
    struct pbuf *p;
    ssize_t n = read(tap, frame, sizeof frame);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return NULL;
    p = pbuf_alloc(PBUF_RAW, (u16_t)n, PBUF_RAM);
    if (p == NULL) continue;
    pbuf_take(p, frame, (u16_t)n);
    LOCK_TCPIP_CORE();
    if (wire.input(p, &wire) != ERR_OK) pbuf_free(p);
    UNLOCK_TCPIP_CORE();
  }
}

static err_t init_wire(struct netif *netif) {
  const struct settings *s = netif->state;
  netif->name[0] = 't';
  netif->name[1] = 'p';
  netif->output = etharp_output;
  netif->output_ip6 = ethip6_output;
  netif->linkoutput = send_frame;
  netif->mtu = MTU;
  netif->hwaddr_len = sizeof netif->hwaddr;
  for (unsigned i = 0; i < sizeof netif->hwaddr; i++) netif->hwaddr[i] = (u8_t)s->mac[i];
  /* Without MLD6, nobody would find the IPv6 address. */
  netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
  return ERR_OK;
}

static bool set_up(struct settings *s) {
  if (netif_add(&wire, &s->address4, &s->mask, &s->gateway, s, init_wire, ethernet_input) == NULL) return false;
  netif_set_default(&wire);
  netif_set_up(&wire);
  /* There is no router: send no router solicitations. */
  wire.rs_count = 0;
  if (s->has6) {
    netif_ip6_addr_set(&wire, 0, &s->address6);
    /* No duplicate address detection: nobody else on this link has the address. */
    netif_ip6_addr_set_state(&wire, 0, IP6_ADDR_PREFERRED);
  }
  return true;
}

/* -------------------------------------------------------------------------------------------------------- start-up */

static int usage(const char *problem) {
  fprintf(stderr, "upper-tester-lwip: %s\n", problem);
  fprintf(stderr,
          "usage: upper-tester-lwip --tap NAME --mac MAC [--address IPV4 --mask IPV4 --gateway IPV4]\n"
          "                         [--address IPV6] -- UPPER TESTER'S OPTIONS\n");
  return 2;
}

static bool parse_mac(const char *text, unsigned mac[6]) {
  return sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) == 6;
}

static bool take_option(struct settings *s, const char *option, const char *value) {
  if (strcmp(option, "--tap") == 0) return (s->tap = value) != NULL;
  if (strcmp(option, "--mac") == 0) return s->has_mac = parse_mac(value, s->mac);
  if (strcmp(option, "--mask") == 0) return ip4addr_aton(value, &s->mask);
  if (strcmp(option, "--gateway") == 0) return ip4addr_aton(value, &s->gateway);
  if (strcmp(option, "--address") != 0) return false;
  if (strchr(value, ':') == NULL) return ip4addr_aton(value, &s->address4);
  return s->has6 = ip6addr_aton(value, &s->address6);
}

int main(int argc, char **argv) {
  static struct settings s;
  pthread_t receiver;
  int at = 1;
  bool up;
  for (; at < argc && strcmp(argv[at], "--") != 0; at += 2)
    if (at + 1 == argc || !take_option(&s, argv[at], argv[at + 1])) return usage("unknown option, or no value for it");
  if (at >= argc || s.tap == NULL || !s.has_mac) return usage("--tap, --mac and `--` are needed");
  if (!open_tap(s.tap)) {
    fprintf(stderr, "upper-tester-lwip: cannot open the tap %s: %s\n", s.tap, strerror(errno));
    return 1;
  }

  tcpip_init(NULL, NULL);
  LOCK_TCPIP_CORE();
  up = set_up(&s);
  UNLOCK_TCPIP_CORE();
  if (!up || pthread_create(&receiver, NULL, receive_frames, NULL) != 0) {
    fprintf(stderr, "upper-tester-lwip: cannot set up the interface\n");
    return 1;
  }
  argv[at] = argv[0];
  return upper_tester_main(argc - at, argv + at);
}
