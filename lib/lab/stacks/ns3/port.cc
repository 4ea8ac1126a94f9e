/*
 * The ten functions of stack.h on ns-3's sockets. ns-3 calls back when something has happened to a connection; a callback only
 * notes it, mostly by the trace source "State". Nothing here calls the core.
 */
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>

#include <map>
#include <queue>

#include "../../../../agent/core/stack.h"

using namespace ns3;

using State = TcpSocket::TcpStates_t;

/* ns-3's user has no ABORT. These two are what ns-3 itself does when it gives a connection up. */
struct Protected : TcpSocketBase {
  static void reset(Ptr<TcpSocketBase> s) { (PeekPointer(s)->*(&Protected::SendRST))(); }
  static void forget(Ptr<TcpSocketBase> s) { (PeekPointer(s)->*(&Protected::CloseAndNotify))(); }
};

struct User {
  Ptr<Socket> datagrams;
  Ptr<TcpSocketBase> tcp;
  State state = TcpSocket::CLOSED;
  bool active = false;      /* opened by stack_connect */
  bool opened = false;      /* has been ESTABLISHED */
  bool peer_closed = false; /* a FIN has come */
  bool unanswered = false;  /* ns-3 gave up to connect */
  bool given_up = false;    /* ns-3 gave the connection up, after a reset or too many retransmissions */
  std::queue<std::pair<int, stack_peer>> accepted;
};

static Ptr<Node> node;
/* By handle. A handle is never used twice, so a late callback finds nobody. */
static std::map<int, User> users;
static int next_handle = 0;

static User *find(int handle) {
  auto at = users.find(handle);
  return at == users.end() ? nullptr : &at->second;
}

static InetSocketAddress from_stack(const stack_peer &peer) {
  return InetSocketAddress(Ipv4Address::Deserialize(peer.address.octets), peer.port);
}

static stack_address to_stack(Ipv4Address address) {
  stack_address a = {};
  a.n = 4;
  address.Serialize(a.octets);
  return a;
}

static stack_peer to_stack(const Address &address) {
  InetSocketAddress inet = InetSocketAddress::ConvertFrom(address);
  return {to_stack(inet.GetIpv4()), inet.GetPort()};
}

/* ------------------------------------------------------------------------------------------------------- callbacks */

static void state_changed(int handle, State, State after) {
  User *u = find(handle);
  if (u == nullptr) return;
  u->state = after;
  switch (after) {
    case TcpSocket::CLOSE_WAIT:
    case TcpSocket::LAST_ACK:
    case TcpSocket::CLOSING:
    case TcpSocket::TIME_WAIT:
      u->peer_closed = true;
      /* fall through */
    case TcpSocket::ESTABLISHED:
    case TcpSocket::FIN_WAIT_1:
    case TcpSocket::FIN_WAIT_2:
      u->opened = true;
      break;
    default:
      break;
  }
}

static void connect_failed(int handle, Ptr<Socket>) {
  if (User *u = find(handle)) u->unanswered = true;
}

static void closed_by_error(int handle, Ptr<Socket>) {
  if (User *u = find(handle)) u->given_up = true;
}

static int enter(Ptr<TcpSocketBase> tcp, State state) {
  const int handle = next_handle++;
  User &u = users[handle];
  u.tcp = tcp;
  u.state = state;
  u.opened = state == TcpSocket::ESTABLISHED;
  tcp->TraceConnectWithoutContext("State", MakeBoundCallback(&state_changed, handle));
  /* The state tells more of success and of an orderly close: ns-3 calls back for a FIN as for a reset. */
  tcp->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(), MakeBoundCallback(&connect_failed, handle));
  tcp->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(), MakeBoundCallback(&closed_by_error, handle));
  return handle;
}

static void accepted(int listener, Ptr<Socket> socket, const Address &from) {
  const int handle = enter(DynamicCast<TcpSocketBase>(socket), TcpSocket::ESTABLISHED);
  if (User *u = find(listener)) {
    u->accepted.push({handle, to_stack(from)});
  } else {
    /* The listener was closed during the handshake. ns-3 has not done with the segment yet. */
    Simulator::ScheduleNow(&stack_abort, handle);
  }
}

/* Why the connection is no more; STACK_OK while it is, or before. */
static int end_of(const User &u) {
  if (u.active && !u.opened) {
    if (u.unanswered) return STACK_TIMED_OUT;
    return u.state == TcpSocket::CLOSED ? STACK_REFUSED : STACK_OK;
  }
  if (!u.opened) return STACK_OK;
  if (u.state == TcpSocket::CLOSED) return u.given_up ? STACK_ENDED : STACK_RESET;
  /* Out of retransmissions, ns-3 leaves the state as it is. */
  return u.given_up ? STACK_TIMED_OUT : STACK_OK;
}

/* ----------------------------------------------------------------------------------------------- the ten functions */

int stack_open(stack_kind kind, uint8_t family, stack_peer *local) {
  if (family != 4) return STACK_ABSENT;
  if (kind == STACK_DATAGRAMS) {
    Ptr<Socket> s = Socket::CreateSocket(node, UdpSocketFactory::GetTypeId());
    if (s->Bind(from_stack(*local)) != 0) return STACK_IN_USE;
    users[next_handle].datagrams = s;
    return next_handle++;
  }
  auto tcp = DynamicCast<TcpSocketBase>(Socket::CreateSocket(node, TcpSocketFactory::GetTypeId()));
  if (kind == STACK_CONNECTION_WITHOUT_WINDOW) tcp->SetAttribute("RcvBufSize", UintegerValue(0));
  const int handle = enter(tcp, TcpSocket::CLOSED);
  if (local == nullptr) return handle;
  if (tcp->Bind(from_stack(*local)) != 0) {
    users.erase(handle);
    return STACK_IN_USE;
  }
  Address name;
  tcp->GetSockName(name);
  local->port = InetSocketAddress::ConvertFrom(name).GetPort();
  return handle;
}

int stack_listen(int handle, stack_peer *from) {
  User *u = find(handle);
  if (from == nullptr) {
    u->tcp->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address &>(), MakeBoundCallback(&accepted, handle));
    return u->tcp->Listen() == 0 ? STACK_OK : STACK_INVALID;
  }
  if (u->accepted.empty()) return STACK_WAIT;
  const auto [connection, peer] = u->accepted.front();
  u->accepted.pop();
  *from = peer;
  return connection;
}

int stack_connect(int handle, const stack_peer *to) {
  User *u = find(handle);
  const bool again = u->active || u->opened;
  u->active = u->active || !u->opened;
  InetSocketAddress peer = from_stack(*to);
  /* A connection takes the type of service that its peer's address names, in place of its own. */
  peer.SetTos(u->tcp->GetIpTos());
  if (u->tcp->Connect(peer) != 0) return STACK_INVALID;
  if (!again) return STACK_WAIT;
  /* ns-3 does not refuse to open a connection that exists: it sends a second SYN, or resets the connection. */
  return u->state == TcpSocket::CLOSED ? STACK_ENDED : STACK_OK;
}

/* ns-3 has no urgent text: it goes as any other. */
long stack_send(int handle, const stack_peer *to, const uint8_t *text, size_t n, bool) {
  User *u = find(handle);
  if (to != nullptr) return u->datagrams->SendTo(text, n, 0, from_stack(*to));
  const int end = end_of(*u);
  if (end != STACK_OK) return end;
  const size_t room = u->tcp->GetTxAvailable();
  if (room == 0) return STACK_WAIT;
  const int sent = u->tcp->Send(Create<Packet>(text, n < room ? n : room), 0);
  return sent < 0 ? STACK_ENDED : sent;
}

long stack_receive(int handle, stack_peer *from, uint8_t *text, size_t n) {
  User *u = find(handle);
  if (u->datagrams) {
    Address address;
    Ptr<Packet> packet = u->datagrams->RecvFrom(n, 0, address);
    if (!packet) return STACK_WAIT;
    *from = to_stack(address);
    return packet->CopyData(text, n);
  }
  if (u->tcp->GetRxAvailable() > 0) {
    Ptr<Packet> packet = u->tcp->Recv(n, 0);
    if (packet && packet->GetSize() > 0) return packet->CopyData(text, n);
  }
  if (u->peer_closed) return 0;
  const int end = end_of(*u);
  return end == STACK_OK ? STACK_WAIT : end;
}

int stack_shutdown(int handle, stack_direction direction) {
  User *u = find(handle);
  const int result = direction == STACK_SENDING ? u->tcp->ShutdownSend() : u->tcp->ShutdownRecv();
  return result == 0 ? STACK_OK : STACK_ENDED;
}

/* In these states an ABORT sends a reset (RFC 9293 section 3.10.5). */
static bool is_reset_due(State state) {
  return state == TcpSocket::SYN_RCVD || state == TcpSocket::ESTABLISHED || state == TcpSocket::FIN_WAIT_1 ||
         state == TcpSocket::FIN_WAIT_2 || state == TcpSocket::CLOSE_WAIT;
}

void stack_abort(int handle) {
  auto at = users.find(handle);
  if (at == users.end()) return;
  User u = at->second;
  users.erase(at);
  if (is_reset_due(u.state)) Protected::reset(u.tcp);
  /* What is only bound keeps its port until it is forgotten. */
  Protected::forget(u.tcp);
}

void stack_close(int handle) {
  auto at = users.find(handle);
  User u = at->second;
  if (u.tcp && u.state == TcpSocket::CLOSED) {
    stack_abort(handle);
    return;
  }
  users.erase(at);
  /* Nobody will take them. */
  for (; !u.accepted.empty(); u.accepted.pop()) stack_abort(u.accepted.front().first);
  if (u.datagrams) {
    u.datagrams->Close();
  } else {
    u.tcp->Close();
  }
}

static long set_parameter(User &u, unsigned parameter, uint32_t value) {
  switch (parameter) {
    case STACK_TTL:
      if (value < 1 || value > 255) return STACK_INVALID;
      u.tcp->SetIpTtl(value);
      return STACK_OK;
    case STACK_PRIORITY:
      u.tcp->SetPriority(value);
      return STACK_OK;
    case STACK_TOS:
      u.tcp->SetIpTos(value);
      return STACK_OK;
    case STACK_MSS: /* of what ns-3 sends: it has no MSS option */
      if (u.state != TcpSocket::CLOSED || value < 1) return STACK_INVALID;
      u.tcp->SetAttribute("SegmentSize", UintegerValue(value));
      return STACK_OK;
    case STACK_NAGLE:
      u.tcp->SetAttribute("TcpNoDelay", BooleanValue(value == 0));
      return STACK_OK;
    case STACK_RECEIVE_BUFFER:
      u.tcp->SetAttribute("RcvBufSize", UintegerValue(value));
      return STACK_OK;
    case STACK_STATE:
      return u.state;
    default:
      return STACK_ABSENT;
  }
}

long stack_configure(int handle, uint8_t, unsigned parameter, uint32_t value) {
  if (parameter == STACK_CAN)
    return STACK_CAN_STOP_READING | STACK_CAN_SET_RECEIVE_BUFFER | STACK_CAN_ZERO_WINDOW | STACK_CAN_TELL_STATE;
  User *u = find(handle);
  if (u == nullptr || !u->tcp) return STACK_ABSENT;
  return set_parameter(*u, parameter, value);
}

static uint8_t has_now(const User &u, int *result) {
  if (u.datagrams) return u.datagrams->GetRxAvailable() > 0 ? STACK_TEXT : 0;
  const int end = end_of(u);
  const bool over = end != STACK_OK;
  uint8_t has = 0;
  if (over || u.peer_closed || !u.accepted.empty() || u.tcp->GetRxAvailable() > 0) has |= STACK_TEXT;
  if (over || (u.opened && u.tcp->GetTxAvailable() > 0)) has |= STACK_SPACE;
  if (over || u.opened) has |= STACK_OPENED;
  *result = u.opened ? STACK_OK : end;
  return has;
}

/* Never waits: a timer of the simulator calls the core. */
int stack_poll(stack_watch *watches, unsigned count, int) {
  int ready = 0;
  for (stack_watch *w = watches; w < watches + count; w++) {
    const User *u = find(w->handle);
    w->has = u == nullptr ? 0 : has_now(*u, &w->result) & w->wants;
    if (w->has != 0) ready++;
  }
  return ready;
}
