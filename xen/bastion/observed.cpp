// What the server shows of itself: the console's commands, sftp, metrics.
#include <algorithm>

#include "bastion/server.hpp"

namespace bastion {

std::vector<ConnectionView> Server::connections() const {
  std::vector<ConnectionView> views;
  for (const auto& [id, guest] : connections_) views.push_back(guest.connection->view(now_));
  return views;
}

std::vector<PlaceView> Server::places(std::uint32_t id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? std::vector<PlaceView>()
                                     : found->second.connection->places();
}

Gauges Server::gauges() const {
  Gauges gauges;
  gauges.connections = connections_.size();
  for (const auto& [id, guest] : connections_) {
    gauges.logged_in += guest.connection->logged_in() ? 1U : 0U;
    gauges.channels += guest.connection->channels();
  }
  for (const auto& logger : remote_) gauges.log_lines_lost += logger->lost();
  gauges.uptime_seconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now_ - started_).count());
  const auto stats = stack_.stats();
  gauges.tcp_connections = stats.connections;
  gauges.tcp_refused_in = stats.refused_in;
  gauges.tcp_refused_out = stats.refused_out;
  gauges.tcp_memory = stats.memory;
  gauges.tcp_memory_limit = stats.memory_limit;
  gauges.tcp_disagreements = stats.disagreements;
  return gauges;
}

std::vector<std::pair<std::string, std::string>> Server::status() const {
  const auto g = gauges();
  std::string addresses;
  for (const bool v6 : {false, true}) {
    const auto address = stack_.address(v6);
    if (address) addresses += (addresses.empty() ? "" : ", ") + to_string(*address);
  }
  std::uint64_t refused = 0;
  for (const auto& [which, count] : metrics_.refusals) refused += count;
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  return {{"host", config_.net.hostname},
          {"up", number(g.uptime_seconds) + " s"},
          {"addresses", addresses.empty() ? "none" : addresses},
          {"connections", number(g.connections) + " of " + number(config_.max_connections) + ", " +
                              number(g.logged_in) + " logged in"},
          {"channels", number(g.channels)},
          {"logins",
           number(metrics_.logins) + ", " + number(metrics_.failed_logins) + " attempts failed"},
          {"jumps", number(metrics_.jumps) + ", " + number(metrics_.jumps_refused) +
                        " not allowed, " + number(metrics_.jumps_failed) + " not answered"},
          {"turned away", number(metrics_.turned_away)},
          {"refused by the policies of SSH", number(refused) + " messages"},
          {"refused by the policies of TCP",
           number(g.tcp_refused_in) + " segments in, " + number(g.tcp_refused_out) + " out"},
          {"memory of TCP",
           number(g.tcp_memory / 1024) + " of " + number(g.tcp_memory_limit / 1024) + " KiB"}};
}

std::string Server::metrics() const {
  auto counted = metrics_;
  for (const auto& [id, guest] : connections_) {
    const auto view = guest.connection->view(now_);
    counted.bytes_in += view.bytes_in;
    counted.bytes_out += view.bytes_out;
  }
  return to_prometheus(counted, gauges());
}

std::string Server::log(std::size_t lines) const {
  const auto& all = log_.lines();
  const auto count = std::min(lines, all.size());
  std::string text;
  for (auto at = all.size() - count; at < all.size(); ++at) text += to_string(all[at]) + "\n";
  return text;
}

}  // namespace bastion
