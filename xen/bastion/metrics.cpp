#include "bastion/metrics.hpp"

namespace bastion {
namespace {

void add(std::string& text, const char* name, const char* type, const char* help,
         std::uint64_t value) {
  const std::string full = std::string("statecall_bastion_") + name;
  text += "# HELP " + full + " " + help + "\n# TYPE " + full + " " + type + "\n";
  text += full + " " + std::to_string(value) + "\n";
}

}  // namespace

std::string to_prometheus(const Metrics& m, const Gauges& g) {
  std::string text;
  const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
    add(text, name, "counter", help, value);
  };
  const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
    add(text, name, "gauge", help, value);
  };
  counter("connections_total", "Connections that came.", m.connections);
  counter("turned_away_total", "Connections refused at a limit or for a penalty.", m.turned_away);
  counter("logins_total", "Logins.", m.logins);
  counter("failed_logins_total", "Failed attempts to log in.", m.failed_logins);
  counter("jumps_total", "Channels opened to other hosts, or from them.", m.jumps);
  counter("jumps_refused_total", "Jumps that the configuration does not allow.", m.jumps_refused);
  counter("jumps_failed_total", "Jumps to where nobody answered.", m.jumps_failed);
  counter("received_bytes_total", "Bytes of SSH received.", m.bytes_in);
  counter("sent_bytes_total", "Bytes of SSH sent.", m.bytes_out);
  counter("key_exchanges_total", "Key exchanges.", m.key_exchanges);
  text +=
      "# HELP statecall_bastion_refusals_total Messages of SSH that a policy refused.\n"
      "# TYPE statecall_bastion_refusals_total counter\n";
  for (const auto& [which, count] : m.refusals) {
    text += "statecall_bastion_refusals_total{automaton=\"" + which.first + "\",statecall=\"" +
            which.second + "\"} " + std::to_string(count) + "\n";
  }
  gauge("connections", "Connections now.", g.connections);
  gauge("logged_in", "Of them, logged in.", g.logged_in);
  gauge("channels", "Open channels.", g.channels);
  gauge("uptime_seconds", "Since the start.", g.uptime_seconds);
  counter("log_lines_lost_total", "Log lines that no remote server got.", g.log_lines_lost);
  gauge("tcp_connections", "Control blocks of TCP in use.", g.tcp_connections);
  counter("tcp_refused_in_total", "Segments received that the policy refused.", g.tcp_refused_in);
  counter("tcp_refused_out_total", "Segments that the policy did not let out.", g.tcp_refused_out);
  counter("tcp_disagreements_total", "Where the stack and its monitor were in different states.",
          g.tcp_disagreements);
  gauge("tcp_memory_bytes", "Packets and queued text.", g.tcp_memory);
  gauge("tcp_memory_limit_bytes", "The most of it.", g.tcp_memory_limit);
  return text;
}

}  // namespace bastion
