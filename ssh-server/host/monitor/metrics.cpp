// See metrics.hpp.
#include "monitor/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ssh::host::monitor {
namespace {

/// Letters, digits and underscores, as statecalls and automata are called; anything else is
/// "other".
std::string label(std::string_view text) {
  const bool plain =
      !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
      });
  return plain ? std::string(text) : "other";
}

class Page {
 public:
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP statecall_sshd_{0} {2}\n# TYPE statecall_sshd_{0} {1}\n", name,
                         type, help);
  }
  void value(std::uint64_t value, std::string_view labels = {}) {
    text_ += labels.empty() ? fmt::format("statecall_sshd_{} {}\n", name_, value)
                            : fmt::format("statecall_sshd_{}{{{}}} {}\n", name_, labels, value);
  }
  void one(std::string_view name, std::string_view type, std::string_view help,
           std::uint64_t number) {
    metric(name, type, help);
    value(number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

}  // namespace

void Metrics::connection_ended(const SessionCounters& counters) {
  total_.bytes_in += counters.bytes_in;
  total_.bytes_out += counters.bytes_out;
  total_.packets_in += counters.packets_in;
  total_.packets_out += counters.packets_out;
  total_.key_exchanges += counters.key_exchanges;
}

void Metrics::refusal(std::string_view automaton, std::string_view statecall) {
  auto key = std::make_pair(label(automaton), label(statecall));
  if (refusals_.size() >= kMostRefusals && !refusals_.contains(key)) {
    key = {"other", "other"};
  }
  ++refusals_[key];
}

std::string Metrics::text(const Now& now) const {
  Page page;
  page.one("connections_total", "counter", "Connections accepted.", accepted_);
  page.one("connections", "gauge", "Connections at this moment.", now.connections);
  page.one("connections_not_logged_in", "gauge", "Those of them that are not logged in yet.",
           now.not_logged_in);
  page.metric("connections_dropped_total", "counter", "Connections turned away, by reason.");
  for (const auto& [reason, count] : dropped_) {
    page.value(count, fmt::format("reason=\"{}\"", reason));
  }
  page.metric("authentications_total", "counter", "Attempts to log in, by method and result.");
  for (const auto& [key, count] : authentications_) {
    page.value(count, fmt::format("method=\"{}\",result=\"{}\"", key.first, key.second));
  }
  page.metric("refusals_total", "counter", "Messages that a policy refused.");
  for (const auto& [key, count] : refusals_) {
    page.value(count, fmt::format("automaton=\"{}\",statecall=\"{}\"", key.first, key.second));
  }
  page.metric("bytes_total", "counter", "Bytes of connections that have ended.");
  page.value(total_.bytes_in, "direction=\"in\"");
  page.value(total_.bytes_out, "direction=\"out\"");
  page.metric("packets_total", "counter", "SSH packets of connections that have ended.");
  page.value(total_.packets_in, "direction=\"in\"");
  page.value(total_.packets_out, "direction=\"out\"");
  page.one("key_exchanges_total", "counter", "Key exchanges of connections that have ended.",
           total_.key_exchanges);
  page.one("programs_total", "counter", "Programs started.", programs_);
  page.one("children", "gauge", "Child processes at this moment.", now.children);
  page.one("workers", "gauge", "Processes that speak SSH.", now.workers);
  page.one("workers_lost_total", "counter", "Workers that ended when they should not have.",
           workers_lost_);
  page.one("penalized_sources", "gauge", "Addresses with penalties.", now.penalized);
  return page.take();
}

}  // namespace ssh::host::monitor
