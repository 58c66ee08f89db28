// What a stack says of itself, and whether monitor and lwIP agree.
#include <algorithm>

#include "net/impl.hpp"
#include "tcp_source_map.hpp"

extern "C" {
#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"
#include "lwip/stats.h"
}

namespace xenrt {

/// The monitor is where lwIP is, unless lwIP waits for memory to close.
void Stack::Impl::cross_check(const Owner& owner) {
  if (!kPoliced || owner.pcb == nullptr || owner.record.doomed) return;
  static constexpr std::array<const char*, 11> kNames{
      "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
      "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT"};
  const std::string_view theirs = kNames[owner.pcb->state];
  const std::string_view ours = state_name(owner.record.progress);
  if (ours == theirs || (owner.pcb->flags & TF_CLOSEPEND) != 0) return;
  ++stats_.disagreements;
  host_.log(LogLevel::error, "TCP " + to_string(owner.record.local) + " <-> " +
                                 to_string(owner.record.remote) + ": the monitor is in " +
                                 std::string(ours) + ", the stack in " + std::string(theirs));
}

ConnectionInfo Stack::Impl::info_of(const Connection& c) const {
  ConnectionInfo info;
  info.id = ConnectionId{c.id};
  info.local = c.record.local;
  info.remote = c.record.remote;
  info.state = state_name(c.record.progress);
  info.bytes_in = c.bytes_in;
  info.bytes_out = c.bytes_out;
  info.refused_in = c.record.refused_in;
  info.released = !c.owned;
  return info;
}

std::optional<ConnectionInfo> Stack::Impl::info(ConnectionId id) {
  const auto* c = find(id);
  return c == nullptr || !c->owned ? std::nullopt : std::optional(info_of(*c));
}

std::vector<ConnectionInfo> Stack::Impl::connections() const {
  std::vector<ConnectionInfo> all;
  for (const auto& slot : slots_) {
    if (slot) all.push_back(info_of(*slot));
  }
  std::ranges::sort(all, {}, &ConnectionInfo::id);
  return all;
}

std::vector<std::string_view> Stack::Impl::allowed(ConnectionId id) const {
  std::vector<std::string_view> names;
  const auto* c = find(id);
  if (c == nullptr || !kPoliced) return names;
  for (const auto s : c->record.monitor.allowed()) names.push_back(tcp_policy::to_string(s));
  return names;
}

std::vector<PolicyPlace> Stack::Impl::policy_places(ConnectionId id) const {
  std::vector<PolicyPlace> places;
  const auto* c = find(id);
  if (c == nullptr || !kPoliced) return places;
  for (std::uint32_t a = 0; a < tcp_policy::Policy::automaton_count; ++a) {
    const auto automaton = static_cast<tcp_policy::Automaton>(a);
    each_waiting(c->record.monitor, automaton, [&](const spl::rt::Place& place) {
      places.push_back({to_string(automaton), place.file, place.text, place.line});
    });
  }
  return places;
}

NetStats Stack::Impl::stats() const {
  auto stats = stats_;
  memory_use(stats);
  stats.segments_in = lwip_stats.tcp.recv - start_tcp_in_;
  stats.refused_in = police_.counts().refused_in;
  stats.refused_out = police_.counts().refused_out;
  stats.resets_out = police_.counts().resets_out;
  stats.connections = static_cast<std::uint32_t>(memp_pools[MEMP_TCP_PCB]->stats->used);
  stats.policed = kPoliced;
  return stats;
}

}  // namespace xenrt
