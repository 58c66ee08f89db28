// What every program that is a guest with a network has in common: xenstore, the network device,
// the stack, and the loop that waits for all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "xenrt/stack.hpp"

namespace xenrt {

/// What a guest does with its stack.
class Application {
 public:
  virtual ~Application() = default;
  /// Once. What went wrong, or empty.
  [[nodiscard]] virtual std::string start(Instant now) = 0;
  virtual void handle(const Event& event, Instant now) = 0;
  /// After the events. Returns whether there is more to do at once.
  virtual bool turn(Instant) { return false; }
  /// The toolstack wants the guest to end: over() says when it may.
  virtual void begin_shutdown(Instant) {}
  [[nodiscard]] virtual bool over() const { return true; }
  /// Somebody has pressed Return at the console; also asked at the end.
  [[nodiscard]] virtual std::string report(Instant) const { return ""; }
};

/// A line on the console.
void print_line(std::string_view text);
/// "NAME: MESSAGE", and a hint; returns the exit status for it.
int fail(std::string_view name, const std::string& message, const std::string& hint = {});

struct GuestProgram {
  std::string name;
  NetConfig net;
  std::function<void(LogLevel, std::string_view)> log;
  std::function<std::unique_ptr<Application>(Stack&)> make;
};
/// Runs until the toolstack asks the guest to go; then powers off or reboots. Returns only if it
/// could not begin, with an exit status; the reason is on the console.
int run_guest(const GuestProgram& program);

}  // namespace xenrt
