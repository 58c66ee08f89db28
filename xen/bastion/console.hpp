// The commands of the restricted console: what there is to see, as text. Nothing changes anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bastion {

/// One connection, as far as a list shows it.
struct ConnectionView {
  std::uint32_t id = 0;
  std::string peer;
  std::string user;  // empty: not logged in
  std::string tcp_state;
  std::int64_t seconds = 0;  // since it came
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::vector<std::string> channels;
};

/// Where an automaton waits.
struct PlaceView {
  std::string_view automaton, file, text;
  std::uint32_t line = 0;
  std::string of;  // "", "channel 0"
};

/// What the commands ask. The server answers.
class Observed {
 public:
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> status() const = 0;
  [[nodiscard]] virtual std::vector<ConnectionView> connections() const = 0;
  /// Of the connection with that number; empty: there is none.
  [[nodiscard]] virtual std::vector<PlaceView> places(std::uint32_t id) const = 0;
  /// Prometheus' text format.
  [[nodiscard]] virtual std::string metrics() const = 0;
  /// The last lines, at most so many.
  [[nodiscard]] virtual std::string log(std::size_t lines) const = 0;

 protected:
  ~Observed() = default;
};

struct CommandResult {
  std::string output;  // lines end with \n
  int status = 0;      // 0, 1: there is no such thing, 127: no such command
  bool leaves = false;
};
/// `own`: the connection that asks.
[[nodiscard]] CommandResult run_command(const Observed& observed, std::uint32_t own,
                                        std::string_view line);

}  // namespace bastion
