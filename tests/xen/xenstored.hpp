// xenstored, as a guest sees it: the other end of the ring, in memory, answering when it is told
// that something is there. What it says can be made wrong. Stands in for hypervisor/ as well: the
// functions of store_ring.hpp and events.hpp that the client calls; events of other ports than
// xenstore's are handed on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "xenrt/events.hpp"
#include "xenrt/shutdown.hpp"

// clang-format off
#include <xen/io/xs_wire.h>  // uses what <cstdint> declares
// clang-format on

namespace xenrt::test {

/// Whom the other ports belong to.
class OtherPorts {
 public:
  virtual void rung(Port port) = 0;
  virtual bool take(Port port) = 0;

 protected:
  ~OtherPorts() = default;
};
extern OtherPorts* other_ports;

class Xenstored {
 public:
  Xenstored();
  ~Xenstored();
  Xenstored(const Xenstored&) = delete;
  Xenstored& operator=(const Xenstored&) = delete;

  std::map<std::string, std::string> values;
  std::vector<std::pair<std::string, std::string>> watches;  // path, token
  xenstore_domain_interface ring{};
  std::uint64_t clock = 1;
  /// At most so many bytes are taken and given at a time.
  std::uint32_t piece = XENSTORE_RING_SIZE;
  /// The answer to a transaction's end: an error, or empty if it is done.
  std::string commit_error = "EAGAIN";
  /// In place of the answer to a request: whatever this does. Empty: the answer.
  std::function<void(const xsd_sockmsg& request, const std::string& body)> instead;

  /// Where a suspended guest goes on. In a new domain the ring is empty, and nobody watches.
  std::optional<Resumed> resumes_in;

  /// Queues bytes for the guest, whatever they are.
  void say(std::string_view bytes);
  void say(std::uint32_t type, std::uint32_t request, std::string_view body);
  void fire(const std::string& path);
  /// As the process would when its turn comes.
  void run();
  std::optional<Resumed> suspend();

 private:
  void take();
  void give();
  void answer(const xsd_sockmsg& request, const std::string& body);

  std::string in_, out_;
};

}  // namespace xenrt::test
