// See xenrt/xenstore.hpp. Messages: xen/io/xs_wire.h. This is above the C library, unlike
// hypervisor/.
//
// xenstored runs in another domain. Its lengths and indexes are checked: a ring that makes no sense
// ends every request with EPROTO.
#include "xenrt/xenstore.hpp"

#include <xen/io/xs_wire.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "hypervisor/store_ring.hpp"

namespace xenrt {

namespace {

constexpr std::uint64_t kPatience = 5'000'000'000;  // ns
constexpr std::uint32_t kRing = XENSTORE_RING_SIZE;

std::errc error_named(std::string_view name) {
  static constexpr std::pair<const char*, int> kNames[] = {
      {"EINVAL", EINVAL},       {"EACCES", EACCES},   {"EEXIST", EEXIST}, {"EISDIR", EISDIR},
      {"ENOENT", ENOENT},       {"ENOMEM", ENOMEM},   {"ENOSPC", ENOSPC}, {"EIO", EIO},
      {"ENOTEMPTY", ENOTEMPTY}, {"ENOSYS", ENOSYS},   {"EROFS", EROFS},   {"EBUSY", EBUSY},
      {"EAGAIN", EAGAIN},       {"EISCONN", EISCONN}, {"E2BIG", E2BIG}};
  for (const auto& [text, number] : kNames) {
    if (name == text) return std::errc{number};
  }
  return std::errc::protocol_error;
}

std::string with_nul(std::string_view text) {
  return std::string(text) + '\0';
}

std::vector<std::string> split_at_nul(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find('\0');
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parts;
}

}  // namespace

struct Xenstore::Impl {
  xenstore_domain_interface* ring;
  std::uint32_t last_request = 0;
  bool broken = false;
  std::deque<WatchEvent> events;
  std::vector<std::pair<std::string, std::string>> watches;  // path, token

  struct Message {
    xsd_sockmsg header;
    std::string body;
  };

  bool wait(std::uint64_t deadline) {
    if (monotonic_ns() >= deadline) return false;
    const Port port = store_port();
    wait_for_events({&port, 1}, deadline);
    (void)take_event(port);
    return true;
  }

  // Bytes that may be written (or read) from here on, without those of the other side's making.
  static std::uint32_t load(const std::uint32_t& index) {
    return __atomic_load_n(&index, __ATOMIC_ACQUIRE);
  }
  static void store(std::uint32_t& index, std::uint32_t value) {
    __atomic_store_n(&index, value, __ATOMIC_RELEASE);
  }

  bool send(std::string_view bytes, std::uint64_t deadline) {
    while (!bytes.empty()) {
      const std::uint32_t used = ring->req_prod - load(ring->req_cons);
      if (used > kRing) return !(broken = true);
      const std::uint32_t at = ring->req_prod & (kRing - 1);
      const auto part = std::min<std::size_t>({bytes.size(), kRing - used, kRing - at});
      if (part == 0) {
        if (!wait(deadline)) return false;
        continue;
      }
      std::memcpy(ring->req + at, bytes.data(), part);
      store(ring->req_prod, ring->req_prod + static_cast<std::uint32_t>(part));
      bytes.remove_prefix(part);
      send_event(store_port());
    }
    return true;
  }

  [[nodiscard]] std::uint32_t readable() {
    const std::uint32_t count = load(ring->rsp_prod) - ring->rsp_cons;
    if (count > kRing) broken = true;
    return broken ? 0 : count;
  }

  bool receive(char* to, std::size_t bytes, std::uint64_t deadline) {
    while (bytes > 0) {
      const std::uint32_t at = ring->rsp_cons & (kRing - 1);
      const auto part = std::min<std::size_t>({bytes, readable(), kRing - at});
      if (part == 0) {
        if (broken || !wait(deadline)) return false;
        continue;
      }
      std::memcpy(to, ring->rsp + at, part);
      store(ring->rsp_cons, ring->rsp_cons + static_cast<std::uint32_t>(part));
      to += part;
      bytes -= part;
      send_event(store_port());
    }
    return true;
  }

  // One message, whatever it is.
  std::optional<Message> receive_message(std::uint64_t deadline) {
    Message message{};
    if (!receive(reinterpret_cast<char*>(&message.header), sizeof message.header, deadline))
      return std::nullopt;
    if (message.header.len > XENSTORE_PAYLOAD_MAX) {
      broken = true;
      return std::nullopt;
    }
    message.body.resize(message.header.len);
    if (!receive(message.body.data(), message.body.size(), deadline)) {
      broken = true;  // half a message: nothing after it can be understood
      return std::nullopt;
    }
    return message;
  }

  void keep_event(const Message& message) {
    auto parts = split_at_nul(message.body);
    if (parts.size() < 2) return;
    if (events.size() == kMaxEvents) events.pop_front();
    events.push_back({std::move(parts[0]), std::move(parts[1])});
  }

  XenstoreResult<std::string> request(xsd_sockmsg_type type, const std::string& body,
                                      Transaction t) {
    if (broken) return std::errc::protocol_error;
    if (body.size() > XENSTORE_PAYLOAD_MAX) return std::errc::argument_list_too_long;
    const std::uint64_t deadline = monotonic_ns() + kPatience;
    const xsd_sockmsg header{static_cast<std::uint32_t>(type), ++last_request, t,
                             static_cast<std::uint32_t>(body.size())};
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes += body;
    if (!send(bytes, deadline)) {
      broken = true;  // a part of the request may be on its way
      return std::errc::timed_out;
    }
    for (;;) {
      auto message = receive_message(deadline);
      if (!message) return broken ? std::errc::protocol_error : std::errc::timed_out;
      if (message->header.type == XS_WATCH_EVENT) {
        keep_event(*message);
        continue;
      }
      if (message->header.req_id != last_request) continue;  // the answer to one that timed out
      if (message->header.type == XS_ERROR)
        return error_named(std::string_view(message->body).substr(0, message->body.find('\0')));
      if (message->header.type != header.type) return std::errc::protocol_error;
      return std::move(message->body);
    }
  }

  XenstoreResult<Done> order(xsd_sockmsg_type type, const std::string& body, Transaction t) {
    auto answer = request(type, body, t);
    if (!answer) return answer.error();
    return Done{};
  }
};

Xenstore::Xenstore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Xenstore::~Xenstore() = default;

XenstoreResult<std::unique_ptr<Xenstore>> Xenstore::connect() {
  if (store_ring() == nullptr) return std::errc::no_such_device;
  return std::unique_ptr<Xenstore>(
      new Xenstore(std::unique_ptr<Impl>(new Impl{store_ring(), 0, false, {}, {}})));
}

XenstoreResult<std::string> Xenstore::read(std::string_view path, Transaction t) {
  return impl_->request(XS_READ, with_nul(path), t);
}
XenstoreResult<Done> Xenstore::write(std::string_view path, std::string_view value, Transaction t) {
  return impl_->order(XS_WRITE, with_nul(path) + std::string(value), t);
}
XenstoreResult<Done> Xenstore::remove(std::string_view path, Transaction t) {
  return impl_->order(XS_RM, with_nul(path), t);
}
XenstoreResult<std::vector<std::string>> Xenstore::list(std::string_view path, Transaction t) {
  auto answer = impl_->request(XS_DIRECTORY, with_nul(path), t);
  if (!answer) return answer.error();
  return split_at_nul(*answer);
}

XenstoreResult<std::uint64_t> Xenstore::read_number(std::string_view path, std::uint64_t max) {
  const auto text = read(path);
  if (!text) return text.error();
  std::uint64_t number = 0;
  if (text->empty()) return std::errc::protocol_error;
  for (const char c : *text) {
    if (c < '0' || c > '9' || number > (UINT64_MAX - 9) / 10) return std::errc::protocol_error;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > max) return std::errc::protocol_error;
  return number;
}

XenstoreResult<Xenstore::Transaction> Xenstore::begin() {
  auto answer = impl_->request(XS_TRANSACTION_START, with_nul(""), 0);
  if (!answer) return answer.error();
  return static_cast<Transaction>(std::strtoul(answer->c_str(), nullptr, 10));
}
XenstoreResult<Done> Xenstore::commit(Transaction t) {
  return impl_->order(XS_TRANSACTION_END, with_nul("T"), t);
}
void Xenstore::abandon(Transaction t) {
  (void)impl_->order(XS_TRANSACTION_END, with_nul("F"), t);
}

XenstoreResult<Done> Xenstore::watch(std::string_view path, std::string_view token) {
  auto done = impl_->order(XS_WATCH, with_nul(path) + with_nul(token), 0);
  if (done) impl_->watches.emplace_back(path, token);
  return done;
}
XenstoreResult<Done> Xenstore::unwatch(std::string_view path, std::string_view token) {
  // Whatever becomes of the request: a watch that nobody wants is not to be set again.
  std::erase(impl_->watches, std::pair(std::string(path), std::string(token)));
  return impl_->order(XS_UNWATCH, with_nul(path) + with_nul(token), 0);
}

void Xenstore::reconnect() {
  impl_->ring = store_ring();
  impl_->broken = impl_->ring == nullptr;
  for (const auto& [path, token] : impl_->watches) {
    (void)impl_->order(XS_WATCH, with_nul(path) + with_nul(token), 0);
  }
}

std::optional<Xenstore::WatchEvent> Xenstore::next_event() {
  (void)take_event(store_port());
  while (impl_->readable() >= sizeof(xsd_sockmsg)) {
    const auto message = impl_->receive_message(monotonic_ns() + kPatience);
    if (!message) break;
    if (message->header.type == XS_WATCH_EVENT) impl_->keep_event(*message);
  }
  if (impl_->events.empty()) return std::nullopt;
  WatchEvent event = std::move(impl_->events.front());
  impl_->events.pop_front();
  return event;
}

Port Xenstore::port() const {
  return store_port();
}

}  // namespace xenrt
