// What lwIP calls when something happens to a control block. No exception may leave these
// functions: there are C frames above them. Memory that is not there ends the program, as anywhere
// else.
#include "net/impl.hpp"

namespace xenrt {

// Before the SYN-ACK leaves: the child gets the SYN that its listener has taken.
err_t Stack::Impl::passive_open(tcp_pcb_listen* listening, tcp_pcb* child) {
  auto* owner =
      static_cast<Owner*>(tcp_ext_arg_get(reinterpret_cast<const tcp_pcb*>(listening), ext_arg_));
  if (owner == nullptr || !syn_) return ERR_ABRT;
  auto& listener = static_cast<Listener&>(*owner);
  auto* connection = make_connection();
  if (connection == nullptr) return ERR_MEM;
  const auto syn = *std::exchange(syn_, std::nullopt);
  connection->record.local = {from_lwip(child->local_ip), child->local_port};
  connection->record.remote = {from_lwip(child->remote_ip), child->remote_port};
  connection->listener = listener.id;
  attach(*connection, child);
  tcp_arg(child, connection);  // the others follow with `accepted`: until then nobody is told
  if (!police_.opens(connection->record, listener.record, syn)) {
    connection->record.doomed = true;
    return ERR_ABRT;  // lwIP frees the control block, and says so
  }
  connection->half_open = true;
  ++listener.pending;
  // lwIP's own count would drop new SYNs when it is full, and so leave the port to whoever floods
  // it; make_room() counts instead.
  tcp_backlog_accepted(child);
  listener.half_open.push_back(connection->id);
  return ERR_OK;
}

void Stack::Impl::destroyed(Owner* owner) {
  if (owner == nullptr) return;
  owner->pcb = nullptr;
  police_.ends(owner->record);
  if (touched_ == owner) touched_ = nullptr;
  if (owner->record.progress.listening && !owner->record.progress.syn_in) return;  // a listener
  not_half_open(static_cast<Connection&>(*owner));
  let_go(static_cast<Connection&>(*owner));
}

err_t Stack::Impl::accepted(Connection& connection) {
  not_half_open(connection);
  connection.owned = true;
  set_callbacks(connection);
  ++stats_.accepted;
  raise(connection, Connection::kAccepted);
  return ERR_OK;
}

err_t Stack::Impl::connected(Connection& connection) {
  ++stats_.connected;
  raise(connection, Connection::kConnected);
  if (connection.ends_writing) attention_.push_back(connection.id);
  return ERR_OK;
}

err_t Stack::Impl::received(Connection& connection, pbuf* text) {
  if (text == nullptr) {
    raise(connection, Connection::kPeerClosed);
    return ERR_OK;
  }
  connection.unread.push_back(text);
  if (!connection.said_readable) {
    connection.said_readable = true;
    raise(connection, Connection::kReadable);
  }
  return ERR_OK;
}

err_t Stack::Impl::room_again(Connection& connection) {
  if (connection.wants_room && connection.pcb != nullptr && tcp_sndbuf(connection.pcb) != 0) {
    connection.wants_room = false;
    raise(connection, Connection::kWritable);
  }
  return ERR_OK;
}

void Stack::Impl::failed(Connection& connection, err_t why) {
  // An orderly end, seen before its user has closed: that was told by `peer_closed`.
  if (why == ERR_CLSD) return;
  if (connection.record.doomed) {
    connection.reason = CloseReason::refused;
  } else if (why == ERR_RST) {
    connection.reason = CloseReason::reset;
  } else {
    connection.reason = CloseReason::timed_out;
  }
  drop_unread(connection);
  raise(connection, Connection::kClosed);
}

namespace {

Stack::Impl& impl() {
  return Stack::Impl::current();
}
Connection& connection_of(void* argument) {
  return *static_cast<Connection*>(argument);
}

err_t on_accept(void*, tcp_pcb* pcb, err_t error) {
  // Without memory for a control block, lwIP calls this without one.
  if (pcb == nullptr || error != ERR_OK) return ERR_MEM;
  return impl().accepted(connection_of(pcb->callback_arg));
}
err_t on_connected(void* argument, tcp_pcb*, err_t) {
  return impl().connected(connection_of(argument));
}
err_t on_received(void* argument, tcp_pcb*, pbuf* text, err_t) {
  return impl().received(connection_of(argument), text);
}
err_t on_sent(void* argument, tcp_pcb*, u16_t) {
  return impl().room_again(connection_of(argument));
}
err_t on_poll(void* argument, tcp_pcb*) {
  return impl().room_again(connection_of(argument));
}
void on_error(void* argument, err_t error) {
  impl().failed(connection_of(argument), error);
}
void on_destroyed(u8_t, void* data) {
  // lwIP's control blocks outlive no stack, but those of a stack that is being destroyed end here.
  if (auto* current = Stack::Impl::current_or_null()) current->destroyed(static_cast<Owner*>(data));
}
err_t on_passive_open(u8_t, tcp_pcb_listen* listener, tcp_pcb* child) {
  return impl().passive_open(listener, child);
}

const tcp_ext_arg_callbacks kCallbacks = {on_destroyed, on_passive_open};

}  // namespace

void Stack::Impl::attach(Owner& owner, tcp_pcb* pcb) {
  owner.pcb = pcb;
  tcp_ext_arg_set(pcb, ext_arg_, &owner);
  tcp_ext_arg_set_callbacks(pcb, ext_arg_, &kCallbacks);
  if (pcb->state == LISTEN) {
    tcp_accept(pcb, on_accept);
    return;
  }
  // RFC 6298 section 2; lwIP begins with three seconds.
  pcb->rto = pcb->sv = 1000 / (2 * TCP_TMR_INTERVAL);
}

void Stack::Impl::set_callbacks(Connection& connection) {
  auto* pcb = connection.pcb;
  tcp_arg(pcb, &connection);
  tcp_recv(pcb, on_received);
  tcp_sent(pcb, on_sent);
  tcp_err(pcb, on_error);
  tcp_poll(pcb, on_poll, 5);
  pcb->connected = on_connected;
  // A flush of ours is what Nagle's algorithm is for.
  tcp_nagle_disable(pcb);
}

/// lwIP's own callbacks from here: what comes is not for anybody.
void Stack::Impl::release(Connection& connection) {
  auto* pcb = connection.pcb;
  tcp_arg(pcb, nullptr);
  tcp_recv(pcb, nullptr);
  tcp_sent(pcb, nullptr);
  tcp_err(pcb, nullptr);
  tcp_poll(pcb, nullptr, 255);
}

}  // namespace xenrt
