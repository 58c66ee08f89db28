#include "compose_oracle.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "spl/interpreter.hpp"

namespace spl::test {
namespace {

using Sets = std::vector<ConfigurationSet>;
using Queue = std::vector<std::string>;  // names without Transmit_ or Receive_, oldest first
using Key = std::tuple<Sets, Sets, Queue, Queue>;

Sets sets_of(const Interpreter& interpreter) {
  Sets sets;
  for (const auto& a : interpreter.program().automata) {
    sets.push_back(interpreter.configurations(a.id));
  }
  return sets;
}

/// Both roles and what is under way; queues[r] leads to role r.
struct World {
  std::array<Interpreter, 2> roles;
  std::array<Queue, 2> queues;

  [[nodiscard]] Key key() const {
    return {sets_of(roles[0]), sets_of(roles[1]), queues[0], queues[1]};
  }
};

class Search {
 public:
  Search(const Program& client, const Program& server, const ComposeOptions& options)
      : programs_{&client, &server}, options_(options) {}

  std::optional<ComposeAnswers> run(std::uint64_t max_states) {
    World start{{Interpreter(*programs_[0]), Interpreter(*programs_[1])}, {}};
    std::map<Key, std::uint64_t> depth{{start.key(), 0}};
    std::deque<World> work{start};
    for (; !work.empty(); work.pop_front()) {
      const auto& world = work.front();
      const auto here = depth.at(world.key());
      note(world, here);
      for (auto& next : successors(world)) {
        if (depth.try_emplace(next.key(), here + 1).second) work.push_back(std::move(next));
      }
      if (bad_ || depth.size() > max_states) return std::nullopt;
    }
    answers_.states = depth.size();
    return answers_;
  }

 private:
  static bool sends(const std::string& name) { return name.starts_with("Transmit_"); }
  static bool receives(const std::string& name) { return name.starts_with("Receive_"); }
  static std::string bare(const std::string& name) { return name.substr(name.find('_') + 1); }

  [[nodiscard]] const std::string& name(int role, StatecallId s) const {
    return programs_[static_cast<std::size_t>(role)]->vocabulary.name(s);
  }
  static bool ended(const Interpreter& role) { return role.finished() && role.allowed().empty(); }

  [[nodiscard]] bool mentions(int role, const std::string& statecall) const {
    const auto& program = *programs_[static_cast<std::size_t>(role)];
    const auto id = program.vocabulary.find(statecall);
    return id && !program.mentioned_by[index(*id)].empty();
  }

  [[nodiscard]] bool accepts(const World& world, int role, const std::string& message) const {
    const auto r = static_cast<std::size_t>(role);
    const auto id = programs_[r]->vocabulary.find("Receive_" + message);
    return id && std::ranges::count(world.roles[r].allowed(), *id) != 0;
  }

  [[nodiscard]] bool full(const World& world, int to) const {
    const auto t = static_cast<std::size_t>(to);
    return world.queues[t].size() >= options_.bound && !ended(world.roles[t]);
  }

  std::vector<World> successors(const World& world) {
    std::vector<World> result;
    for (int role = 0; role < 2; ++role) {
      const auto r = static_cast<std::size_t>(role);
      const auto to = 1 - r;
      for (const auto s : world.roles[r].allowed()) {
        const auto& statecall = name(role, s);
        auto next = world;
        if (sends(statecall)) {
          if (!mentions(1 - role, "Receive_" + bare(statecall))) bad_ = true;
          if (full(world, 1 - role)) continue;
          if (world.queues[to].size() < options_.bound) next.queues[to].push_back(bare(statecall));
        } else if (receives(statecall)) {
          if (world.queues[r].empty() || world.queues[r].front() != bare(statecall)) continue;
          next.queues[r].erase(next.queues[r].begin());
        }
        next.roles[r].tick(s);
        result.push_back(std::move(next));
      }
    }
    return result;
  }

  /// The role can come to accept the message by steps that are not receptions.
  [[nodiscard]] bool accepts_later(const World& world, int role, const std::string& message) const {
    const auto r = static_cast<std::size_t>(role);
    std::set<Sets> seen;
    std::vector<World> work{world};
    while (!work.empty()) {
      const auto here = work.back();
      work.pop_back();
      if (!seen.insert(sets_of(here.roles[r])).second) continue;
      if (accepts(here, role, message)) return true;
      for (const auto s : here.roles[r].allowed()) {
        if (receives(name(role, s))) continue;
        work.push_back(here);
        work.back().roles[r].tick(s);
      }
    }
    return false;
  }

  [[nodiscard]] bool unspecified(const World& world, int role) const {
    const auto r = static_cast<std::size_t>(role);
    if (world.queues[r].empty() || ended(world.roles[r])) return false;
    const auto& message = world.queues[r].front();
    return options_.reception == ReceptionRule::now ? !accepts(world, role, message)
                                                    : !accepts_later(world, role, message);
  }

  /// Some role wants to send, and the channel is full.
  [[nodiscard]] bool wants_room(const World& world) const {
    for (int role = 0; role < 2; ++role) {
      if (!full(world, 1 - role)) continue;
      for (const auto s : world.roles[static_cast<std::size_t>(role)].allowed()) {
        if (sends(name(role, s))) return true;
      }
    }
    return false;
  }

  void note(const World& world, std::uint64_t depth) {
    const bool finished = world.roles[0].finished() && world.roles[1].finished();
    bool idle = true;
    bool left = false;
    for (std::size_t r = 0; r < 2; ++r) {
      if (world.queues[r].empty()) continue;
      idle = idle && ended(world.roles[r]);
      left = left || ended(world.roles[r]);
    }
    const bool stuck = successors(world).empty();
    const bool waits = options_.full == FullRule::block && wants_room(world);
    found(0, stuck && !finished && (idle || waits), depth);
    found(1, unspecified(world, 0) || unspecified(world, 1), depth);
    found(2, finished && left, depth);
    found(3, wants_room(world), depth);
  }

  void found(std::size_t failure, bool it_is, std::uint64_t depth) {
    if (it_is && !answers_.shortest[failure]) answers_.shortest[failure] = depth;
  }

  std::array<const Program*, 2> programs_;
  const ComposeOptions& options_;
  ComposeAnswers answers_;
  bool bad_ = false;
};

}  // namespace

std::optional<ComposeAnswers> explore_composition(const Program& client, const Program& server,
                                                  const ComposeOptions& options,
                                                  std::uint64_t max_states) {
  return Search(client, server, options).run(max_states);
}

}  // namespace spl::test
