// Where a client can bring the daemon, by the model of its answers: breadth first, so by the
// shortest way.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "model.hpp"

namespace ssh::test {

struct Place {
  Way way;
  Model model;
  std::string state;
};

/// Which state a place is in.
using StateOf = std::string (*)(const Conversation&);
/// Whether that turn is to be tried there.
using Wanted = std::function<bool(const Conversation&, Turn)>;

/// Throws std::runtime_error if the model does what the policies do not allow.
std::vector<Place> explore(Server server, const Way& start, StateOf state_of, const Wanted& wanted);
/// Every turn of the client that the policies let through there.
std::vector<Turn> accepted_turns(Server server, const Conversation& conversation);

}  // namespace ssh::test
