// A monitor that follows a mode, behind a call, for mode_cost_test.cmake to look at.
#include "ping.hpp"
#include "spl/rt/mode.hpp"

constinit spl::rt::ModeSwitch the_mode_switch;
using Moded = ping::BasicMonitor<spl::rt::ModeOf<the_mode_switch>>;

bool refused(Moded& monitor, ping::Statecall statecall) {
  return spl::rt::is_refusal(monitor.tick(statecall));
}
