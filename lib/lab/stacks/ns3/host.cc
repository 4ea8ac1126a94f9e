/*
 * ns-3 as a TCP under test: one node with an FdNetDevice on a tap, in real time.
 *
 *     ns3 TAP MAC ADDRESS TESTER PORT [NAME=VALUE]...
 *
 * The upper tester takes its requests over the same node, by UDP. PORT 0 is 10793. NAME=VALUE is a default attribute of ns-3, e.g.
 * ns3::TcpSocketBase::Timestamp=false.
 */
#include <ns3/fd-net-device-module.h>

#include "port.cc"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const uint16_t USUAL_PORT = 10793;
static const char *const MASK = "255.255.255.0";
/*
 * Some segments send ns-3 into an endless loop. SIGXCPU ends it when it has computed for so long without a turn of the
 * application, and the suite learns of it at once. Only processor time counts: on a busy machine it may wait for long.
 */
static const long HANGS_AFTER_MS = 500;

static volatile sig_atomic_t told_to_stop = 0;
static timer_t hang;

static void stop(int) { told_to_stop = 1; }

static int open_tap(const char *name) {
  struct ifreq request = {};
  const int fd = open("/dev/net/tun", O_RDWR);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
    perror(name);
    exit(2);
  }
  return fd;
}

static void watch_for_hangs() {
  struct sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGXCPU;
  if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &hang) != 0) {
    perror("timer_create");
    exit(2);
  }
}

static void is_alive() {
  struct itimerspec left = {};
  left.it_value.tv_nsec = HANGS_AFTER_MS * 1000 * 1000;
  timer_settime(hang, 0, &left, nullptr);
}

/* The application's turn, each millisecond. It takes one request in each round; several may wait. */
static void turn() {
  is_alive();
  for (int rounds = 0; rounds < 8; rounds++) upper_tester_round(0);
  if (!told_to_stop) {
    Simulator::Schedule(MilliSeconds(1), &turn);
    return;
  }
  upper_tester_close();
  Simulator::Stop(MilliSeconds(5)); /* the resets go out */
}

static void set_defaults(int count, char **words) {
  GlobalValue::Bind("SimulatorImplementationType", StringValue("ns3::RealtimeSimulatorImpl"));
  GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
  /* By default, an address is asked for again after two minutes, and no more than three packets wait meanwhile. */
  Config::SetDefault("ns3::ArpCache::AliveTimeout", TimeValue(Days(1)));
  Config::SetDefault("ns3::ArpCache::PendingQueueSize", UintegerValue(1000));
  for (int i = 0; i < count; i++) {
    const std::string word = words[i];
    const size_t at = word.find('=');
    if (at == std::string::npos) {
      fprintf(stderr, "%s: NAME=VALUE is due\n", words[i]);
      exit(2);
    }
    Config::SetDefault(word.substr(0, at), StringValue(word.substr(at + 1)));
  }
}

static Ptr<Node> make_node(int tap, const char *mac, Ipv4Address address, Ipv4Address tester) {
  Ptr<Node> made = CreateObject<Node>();
  InternetStackHelper internet;
  internet.SetIpv6StackInstall(false);
  internet.Install(made);
  Ptr<FdNetDevice> device = CreateObject<FdNetDevice>();
  device->SetAddress(Mac48Address(mac));
  device->SetEncapsulationMode(FdNetDevice::DIX);
  device->SetFileDescriptor(tap);
  made->AddDevice(device);
  /* By hand: Ipv4AddressHelper would install a queueing discipline, too. */
  Ptr<Ipv4> ip = made->GetObject<Ipv4>();
  const uint32_t interface = ip->AddInterface(device);
  ip->AddAddress(interface, Ipv4InterfaceAddress(address, Ipv4Mask(MASK)));
  ip->SetMetric(interface, 1);
  ip->SetUp(interface);
  Ipv4StaticRoutingHelper().GetStaticRouting(ip)->SetDefaultRoute(tester, interface);
  return made;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: ns3 TAP MAC ADDRESS TESTER PORT [NAME=VALUE]...\n");
    return 2;
  }
  const Ipv4Address address(argv[3]), tester(argv[4]);
  const uint16_t port = atoi(argv[5]);
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  set_defaults(argc - 6, argv + 6);
  node = make_node(open_tap(argv[1]), argv[2], address, tester);
  upper_tester settings = {};
  settings.locals[0] = to_stack(address);
  settings.testers[0] = to_stack(tester);
  settings.tester_count = 1;
  settings.control_port = port == 0 ? USUAL_PORT : port;
  settings.service_id = 0x0105;
  if (upper_tester_open(&settings) != STACK_OK) {
    fprintf(stderr, "no control port\n");
    return 1;
  }
  watch_for_hangs();
  printf("ready %u\n", settings.control_port);
  fflush(stdout);
  Simulator::ScheduleWithContext(node->GetId(), MilliSeconds(1), &turn);
  Simulator::Run();
  Simulator::Destroy();
  return 0;
}
