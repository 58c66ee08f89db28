// A guest's memory, grants and event channels, as the platform gives them, in memory; and how the
// domain at the other end sees them. Stands in for memory.hpp, grants.hpp and the ports of
// events.hpp. What is done with a page that is lent, or not lent any more, ends the test.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "xenrt/grants.hpp"
#include "xenstored.hpp"

namespace xenrt::test {

class Domain final : public OtherPorts {
 public:
  Domain();
  /// Everything must have been given back, unless it `may_leak`.
  ~Domain();
  Domain(const Domain&) = delete;
  Domain& operator=(const Domain&) = delete;

  /// What there is; more is refused.
  std::size_t most_pages = 5000, most_grants = 5000, most_ports = 8;
  bool may_leak = false;

  struct Grant {
    std::uint8_t* page;
    DomainId to;
    Lend how;
    unsigned mapped = 0;
  };
  std::map<std::uint32_t, Grant> grants;
  std::set<void*> pages;
  std::map<std::uint32_t, bool> ports;  // whether an event waits to be taken
  std::uint64_t rung_count = 0;         // events that the guest has sent

  /// The page behind a grant, for the other domain; null if there is none, or not for writing.
  [[nodiscard]] std::uint8_t* reach(std::uint32_t grant, bool for_writing);
  /// The same, and it stays reachable until unmap().
  [[nodiscard]] std::uint8_t* map(std::uint32_t grant);
  void unmap(std::uint32_t grant);
  void raise(std::uint32_t port);

  void rung(Port port) override;
  bool take(Port port) override;
};

}  // namespace xenrt::test
