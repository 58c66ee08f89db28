// Stack's members, each of which is Impl's.
#include "net/impl.hpp"

namespace xenrt {

const char* to_string(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      break;
  }
  return "info";
}

Stack::Stack(NetDevice& device, const NetConfig& config, NetHost host, Instant now)
    : impl_(std::make_unique<Impl>(device, config, std::move(host), now)) {}
Stack::~Stack() = default;
bool Stack::poll(Instant now) {
  return impl_->poll(now);
}
std::optional<Event> Stack::next_event() {
  return impl_->next_event();
}
void Stack::flush() {
  impl_->flush();
}
Instant Stack::next_timeout() const {
  return impl_->next_timeout();
}
NetResult<ListenerId> Stack::listen(std::uint16_t port, std::uint16_t backlog) {
  return impl_->listen(port, backlog);
}
void Stack::close(ListenerId listener) {
  impl_->close(listener);
}
NetResult<ConnectionId> Stack::connect(const Endpoint& to, std::uint16_t local_port) {
  return impl_->connect(to, local_port);
}
std::size_t Stack::read(ConnectionId id, std::span<std::uint8_t> into) {
  return impl_->read(id, into);
}
std::size_t Stack::write(ConnectionId id, ByteView bytes) {
  return impl_->write(id, bytes);
}
std::size_t Stack::room(ConnectionId id) const {
  return impl_->room(id);
}
void Stack::shutdown(ConnectionId id) {
  impl_->shutdown(id);
}
void Stack::close(ConnectionId id) {
  impl_->close(id);
}
void Stack::abort(ConnectionId id) {
  impl_->abort(id);
}
std::optional<ConnectionInfo> Stack::info(ConnectionId id) const {
  return impl_->info(id);
}
NetResult<QueryId> Stack::resolve(std::string_view name) {
  return impl_->resolve(name);
}
bool Stack::send_datagram(const Endpoint& to, ByteView bytes) {
  return impl_->send_datagram(to, bytes);
}
TimerId Stack::set_timer(Instant at) {
  return impl_->set_timer(at);
}
void Stack::cancel(TimerId timer) {
  impl_->cancel(timer);
}
std::optional<IpAddress> Stack::address(bool v6) const {
  return impl_->address(v6);
}
NetStats Stack::stats() const {
  return impl_->stats();
}
std::vector<std::string_view> Stack::allowed(ConnectionId id) const {
  return impl_->allowed(id);
}
std::vector<PolicyPlace> Stack::policy_places(ConnectionId id) const {
  return impl_->policy_places(id);
}
std::vector<ConnectionInfo> Stack::connections() const {
  return impl_->connections();
}

}  // namespace xenrt
