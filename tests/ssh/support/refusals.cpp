#include "support/refusals.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ssh::test {

template <typename Policy>
RefusalTable read_refusals(const std::string& path) {
  RefusalTable table;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find('\t');
    typename Policy::Monitor monitor;
    std::istringstream way(line.substr(0, tab)), refused(line.substr(tab + 1));
    for (std::string name; way >> name;) {
      const auto statecall = Policy::parse(name);
      if (!statecall || spl::rt::is_refusal(monitor.tick(*statecall))) {
        throw std::runtime_error(path + ": not allowed: " + line);
      }
    }
    auto& refusals = table[state_of(monitor)];
    for (std::string entry; refused >> entry;) {
      const auto colon = entry.find(':');
      const auto statecall = policy::parse_statecall(entry.substr(0, colon));
      if (!statecall) throw std::runtime_error(path + ": unknown: " + entry);
      refusals.emplace_back(*statecall, entry.substr(colon + 1));
    }
  }
  if (table.empty()) throw std::runtime_error(path + ": no refusals");
  return table;
}

template RefusalTable read_refusals<OfConnection>(const std::string& path);
template RefusalTable read_refusals<OfChannel>(const std::string& path);

bool whole_pack() {
  const char* wanted = std::getenv("SSH_PACK");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

bool is_in_sample(std::uint32_t place, Statecall said, std::uint32_t one_in) {
  if (whole_pack()) return true;
  std::uint32_t hash = place * 2654435761U + static_cast<std::uint32_t>(said) * 40503U;
  hash ^= hash >> 15;
  hash *= 2246822519U;
  hash ^= hash >> 13;
  return hash % one_in == 0;
}

}  // namespace ssh::test
