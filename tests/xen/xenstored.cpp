#include "xenstored.hpp"

#include <algorithm>
#include <cstring>

#include "hypervisor/store_ring.hpp"
#include "hypervisor/suspend.hpp"
#include "xenrt/events.hpp"

namespace xenrt {

namespace {
test::Xenstored* here = nullptr;
}

xenstore_domain_interface* store_ring() {
  return here == nullptr ? nullptr : &here->ring;
}
Port store_port() {
  return here == nullptr ? Port::none : Port{7};
}
std::uint64_t monotonic_ns() noexcept {
  return here->clock;
}
void send_event(Port port) noexcept {
  port == store_port() || test::other_ports == nullptr ? here->run()
                                                       : test::other_ports->rung(port);
}
bool take_event(Port port) noexcept {
  return port == store_port() || test::other_ports == nullptr || test::other_ports->take(port);
}
std::optional<Resumed> suspend_domain() noexcept {
  return here->suspend();
}
// Nothing else happens in this world, so either there is something now, or time passes.
void wait_for_events(std::span<const Port>, std::uint64_t deadline) noexcept {
  const auto before = here->ring.rsp_prod - here->ring.req_cons;
  here->run();
  if (here->ring.rsp_prod - here->ring.req_cons == before) here->clock = deadline;
}

namespace test {

OtherPorts* other_ports = nullptr;

Xenstored::Xenstored() {
  here = this;
}
Xenstored::~Xenstored() {
  here = nullptr;
}

void Xenstored::say(std::string_view bytes) {
  out_ += bytes;
}

void Xenstored::say(std::uint32_t type, std::uint32_t request, std::string_view body) {
  const xsd_sockmsg header{type, request, 0, static_cast<std::uint32_t>(body.size())};
  say({reinterpret_cast<const char*>(&header), sizeof header});
  say(body);
}

void Xenstored::fire(const std::string& path) {
  for (const auto& [watched, token] : watches) {
    if (path == watched) say(XS_WATCH_EVENT, 0, path + '\0' + token + '\0');
  }
}

void Xenstored::run() {
  take();
  while (in_.size() >= sizeof(xsd_sockmsg)) {
    xsd_sockmsg header;
    std::memcpy(&header, in_.data(), sizeof header);
    if (in_.size() < sizeof header + header.len) break;
    const std::string body = in_.substr(sizeof header, header.len);
    in_.erase(0, sizeof header + header.len);
    instead ? instead(header, body) : answer(header, body);
  }
  give();
}

std::optional<Resumed> Xenstored::suspend() {
  if (resumes_in == Resumed::new_domain) {
    ring = {};
    in_.clear();
    out_.clear();
    watches.clear();
  }
  return resumes_in;
}

void Xenstored::take() {
  const auto count = std::min(ring.req_prod - ring.req_cons, piece);
  for (std::uint32_t i = 0; i < count; ++i) in_ += ring.req[ring.req_cons++ % XENSTORE_RING_SIZE];
}

void Xenstored::give() {
  const auto room = XENSTORE_RING_SIZE - (ring.rsp_prod - ring.rsp_cons);
  const auto count = std::min({static_cast<std::uint32_t>(out_.size()), piece, room});
  for (std::uint32_t i = 0; i < count; ++i)
    ring.rsp[ring.rsp_prod++ % XENSTORE_RING_SIZE] = out_[i];
  out_.erase(0, count);
}

void Xenstored::answer(const xsd_sockmsg& request, const std::string& body) {
  const std::string path = body.substr(0, body.find('\0'));
  const auto rest = [&] { return body.substr(path.size() + 1); };
  const auto done = [&] { say(request.type, request.req_id, {"OK", 3}); };
  const auto fail = [&](std::string_view why) {
    say(XS_ERROR, request.req_id, std::string(why) + '\0');
  };
  switch (request.type) {
    case XS_READ:
      return values.contains(path) ? say(XS_READ, request.req_id, values[path]) : fail("ENOENT");
    case XS_WRITE:
      values[path] = rest();
      done();
      return fire(path);
    case XS_RM:
      return values.erase(path) != 0 ? done() : fail("ENOENT");
    case XS_DIRECTORY: {
      std::string names;
      for (const auto& [name, value] : values) {
        if (name.starts_with(path + "/")) names += name.substr(path.size() + 1) + '\0';
      }
      return say(XS_DIRECTORY, request.req_id, names);
    }
    case XS_TRANSACTION_START:
      return say(XS_TRANSACTION_START, request.req_id, {"42", 3});
    case XS_TRANSACTION_END:
      return path == "T" && !commit_error.empty() ? fail(commit_error) : done();
    case XS_WATCH:
      watches.emplace_back(path, rest().substr(0, rest().find('\0')));
      done();
      return fire(path);
    case XS_UNWATCH: {
      const std::pair watch(path, rest().substr(0, rest().find('\0')));
      return std::erase(watches, watch) != 0 ? done() : fail("ENOENT");
    }
    default:
      return fail("ENOSYS");
  }
}

}  // namespace test
}  // namespace xenrt
