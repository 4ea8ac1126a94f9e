/* ------------------------------------------------------------------------- a program: options, start-up and signals */

/* What the layer below provides. */
static bool host_start(void);
static bool host_address(const char *text, struct stack_address *address);

static bool exit_on_eof;
/* In seconds; 0: never. */
static uint16_t exit_when_idle;
static volatile sig_atomic_t told_to_stop;

/* A signal that arrives just before the wait is noticed after it. */
enum { LONGEST_WAIT_MS = 1000 };

static void stop(int signal_number) {
  (void)signal_number;
  told_to_stop = 1;
}

static int usage(const char *problem) {
  fprintf(stderr, "upper-tester: %s\n", problem);
  fprintf(stderr,
          "usage: upper-tester --bind ADDRESS --port N --tester ADDRESS [--tester ADDRESS]... [--local ADDRESS]\n"
          "                    [--service-id N] [--exit-on-eof] [--exit-when-idle SECONDS]\n");
  return 2;
}

static bool parse_number(const char *text, uint16_t *value) {
  char *end;
  unsigned long number = strtoul(text, &end, 0);
  if (*text < '0' || *text > '9' || *end != '\0' || number > 0xFFFF) return false;
  *value = (uint16_t)number;
  return true;
}

static int parse_options(struct upper_tester *o, int argc, char **argv) {
  struct stack_address *locals = o->locals, *testers = o->testers;
  bool port_given = false, served = false;
  o->service_id = 0x0105;
  for (int i = 1; i < argc; i++) {
    const char *option = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(option, "--exit-on-eof") == 0) {
      exit_on_eof = true;
      continue;
    }
    if (value == NULL) return usage("unknown option, or an option without a value");
    i++;
    if (strcmp(option, "--bind") == 0) {
      if (!host_address(value, &locals[0])) return usage("--bind needs an IPv4 or IPv6 address");
    } else if (strcmp(option, "--local") == 0) {
      if (!host_address(value, &locals[1])) return usage("--local needs an IPv4 or IPv6 address");
    } else if (strcmp(option, "--tester") == 0) {
      if (o->tester_count == UPPER_TESTER_TESTERS) return usage("too many --tester addresses");
      if (!host_address(value, &testers[o->tester_count])) return usage("--tester needs an IPv4 or IPv6 address");
      if (is_any(&testers[o->tester_count])) return usage("--tester needs one host's address");
      o->tester_count++;
    } else if (strcmp(option, "--port") == 0) {
      if (!parse_number(value, &o->control_port)) return usage("--port needs a number from 0 to 65535");
      port_given = true;
    } else if (strcmp(option, "--service-id") == 0) {
      if (!parse_number(value, &o->service_id)) return usage("--service-id needs a number from 0 to 65535");
    } else if (strcmp(option, "--exit-when-idle") == 0) {
      if (!parse_number(value, &exit_when_idle)) return usage("--exit-when-idle needs a number of seconds");
    } else {
      return usage("unknown option");
    }
  }
  if (locals[0].n == 0 || !port_given || o->tester_count == 0) return usage("--bind, --port and --tester are needed");
  if (locals[0].n == locals[1].n) return usage("--local must be of the other family than --bind");
  for (unsigned i = 0; i < o->tester_count; i++) served = served || testers[i].n == locals[0].n;
  if (!served) return usage("one --tester address must be of the family of --bind");
  return 0;
}

/* Whether no tester has asked for anything for too long. A clock that is set meanwhile counts as two seconds at most. */
static bool is_idle(void) {
  static unsigned known;
  static time_t before;
  static double seconds;
  time_t now = time(NULL);
  double since = before == 0 ? 0 : difftime(now, before);
  before = now;
  if (known != requests_taken) seconds = 0;
  else if (since > 0) seconds += since > 2 ? 2 : since;
  known = requests_taken;
  return exit_when_idle != 0 && seconds >= exit_when_idle;
}

static const char *why(int result) {
  switch (result) {
    case STACK_IN_USE:
      return "another program has the port, or the address is not this host's";
    case STACK_DENIED:
      return "not permitted";
    case STACK_FULL:
      return "no socket of that family, or no memory";
    default:
      return "the system refuses it";
  }
}

int upper_tester_main(int argc, char **argv);

int upper_tester_main(int argc, char **argv) {
  static struct upper_tester options;
  int result = parse_options(&options, argc, argv);
  if (result != 0) return result;
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  result = host_start() ? upper_tester_open(&options) : STACK_DENIED;
  if (result != STACK_OK) {
    fprintf(stderr, "upper-tester: cannot open the control port: %s\n", why(result));
    return 1;
  }
  printf("ready %u\n", (unsigned)options.control_port);
  fflush(stdout);
  do {
    result = upper_tester_round(LONGEST_WAIT_MS);
  } while (result == STACK_OK && !is_idle());
  upper_tester_close();
  return result == STACK_STOP || result == STACK_OK ? 0 : 1;
}

#ifndef UPPER_TESTER_NO_MAIN
int main(int argc, char **argv) { return upper_tester_main(argc, argv); }
#endif
