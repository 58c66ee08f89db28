#include "domain.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "xenrt/memory.hpp"

namespace xenrt {

namespace {

test::Domain* here = nullptr;
std::uint32_t next_grant = 8, next_port = 20;

void insist(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", law);
  std::abort();
}

}  // namespace

void* allocate_pages(unsigned order) noexcept {
  insist(order == 0, "one page at a time");
  if (here->pages.size() >= here->most_pages) return nullptr;
  void* page = std::aligned_alloc(kPageSize, kPageSize);
  std::memset(page, 0, kPageSize);
  here->pages.insert(page);
  return page;
}

void free_pages(void* page, unsigned) noexcept {
  insist(here->pages.erase(page) == 1, "freed what is not allocated");
  for (const auto& [ref, grant] : here->grants) insist(grant.page != page, "freed a lent page");
  std::free(page);
}

std::optional<Frame> frame_of(const void* address) noexcept {
  return Frame{reinterpret_cast<std::uintptr_t>(address) / kPageSize};
}

std::optional<GrantRef> grant_access(DomainId to, Frame frame, Lend how) noexcept {
  if (here->grants.size() >= here->most_grants) return std::nullopt;
  const auto address = static_cast<std::uint64_t>(frame) * kPageSize;
  here->grants[next_grant] = {reinterpret_cast<std::uint8_t*>(address), to, how};
  return GrantRef{next_grant++};
}

bool end_access(GrantRef grant) noexcept {
  const auto found = here->grants.find(static_cast<std::uint32_t>(grant));
  insist(found != here->grants.end(), "ended a grant that is none");
  if (found->second.mapped != 0) return false;
  here->grants.erase(found);
  return true;
}

std::optional<Port> allocate_unbound_port(DomainId) noexcept {
  if (here->ports.size() >= here->most_ports) return std::nullopt;
  here->ports[next_port] = false;
  return Port{next_port++};
}

void close_port(Port port) noexcept {
  insist(here->ports.erase(static_cast<std::uint32_t>(port)) == 1, "closed what is no port");
}

namespace test {

Domain::Domain() {
  here = this;
  other_ports = this;
}

Domain::~Domain() {
  if (!may_leak) {
    insist(grants.empty(), "grants are left");
    insist(pages.empty(), "pages are left");
    insist(ports.empty(), "ports are left");
  }
  for (void* page : pages) std::free(page);
  other_ports = nullptr;
  here = nullptr;
}

std::uint8_t* Domain::reach(std::uint32_t grant, bool for_writing) {
  const auto found = grants.find(grant);
  if (found == grants.end() || (for_writing && found->second.how == Lend::read_only))
    return nullptr;
  return found->second.page;
}

std::uint8_t* Domain::map(std::uint32_t grant) {
  auto* page = reach(grant, true);
  if (page != nullptr) ++grants.at(grant).mapped;
  return page;
}

void Domain::unmap(std::uint32_t grant) {
  insist(grants.at(grant).mapped-- != 0, "unmapped twice");
}

void Domain::raise(std::uint32_t port) {
  if (const auto found = ports.find(port); found != ports.end()) found->second = true;
}

void Domain::rung(Port port) {
  insist(ports.contains(static_cast<std::uint32_t>(port)), "rung a port that is closed");
  ++rung_count;
}

bool Domain::take(Port port) {
  const auto found = ports.find(static_cast<std::uint32_t>(port));
  insist(found != ports.end(), "took an event of a port that is closed");
  return std::exchange(found->second, false);
}

}  // namespace test
}  // namespace xenrt
