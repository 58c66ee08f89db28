// compare(): language inclusion of two policies, by a breadth-first walk over pairs of their joint
// states. Policies are prefix closed, so the first statecall on which the two differ tells them
// apart, and a pair is followed only along statecalls that both accept.
#include "spl/compare.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace spl {
namespace {

constexpr std::uint32_t kUnknown = 0xffffffffU;

/// One of the two policies, with its statecalls numbered as the comparison numbers them.
class Side {
 public:
  Side(const PolicyView& view, bool strict) : dfas_(view.dfas), strict_(strict) {}

  void number(std::uint32_t statecall, std::optional<StatecallId> own) {
    if (own_.size() <= statecall) own_.resize(statecall + 1);
    own_[statecall] = own;
    users_.resize(own_.size());
    if (!own) return;
    for (std::uint32_t a = 0; a < dfas_.size(); ++a) {
      const auto& alphabet = dfas_[a].alphabet;
      if (std::binary_search(alphabet.begin(), alphabet.end(), *own))
        users_[statecall].push_back(a);
    }
  }

  [[nodiscard]] std::size_t width() const { return dfas_.size(); }

  /// Moves `state` by the statecall; false (state half moved) if the policy refuses it.
  bool tick(std::span<std::uint32_t> state, std::uint32_t statecall) const {
    if (users_[statecall].empty()) return !strict_;
    for (const auto a : users_[statecall]) {
      const auto target = dfas_[a].next(state[a], *own_[statecall]);
      if (!target) return false;
      state[a] = *target;
    }
    return true;
  }

 private:
  std::span<const Dfa> dfas_;
  bool strict_;
  std::vector<std::optional<StatecallId>> own_;
  std::vector<std::vector<std::uint32_t>> users_;
};

class Comparer {
 public:
  Comparer(const PolicyView& old_policy, const PolicyView& new_policy,
           const CompareOptions& options)
      : options_(options), old_(old_policy, options.strict), new_(new_policy, options.strict) {
    number(old_policy, new_policy);
    width_ = old_.width() + new_.width();
  }

  Comparison run() {
    std::vector<std::uint32_t> pair(width_, 0);
    intern(pair, 0, kUnknown);
    result_.complete = true;
    for (std::uint32_t id = 0; id < parents_.size() && !settled(); ++id) {
      if (parents_.size() > options_.max_states) {
        result_.complete = false;
        break;
      }
      expand(id);
    }
    result_.states = parents_.size();
    result_.relation = relation();
    return std::move(result_);
  }

 private:
  struct Parent {
    std::uint32_t pair;
    std::uint32_t by;
  };

  void number(const PolicyView& old_policy, const PolicyView& new_policy) {
    std::map<std::string, std::optional<StatecallId>> olds;
    std::set<std::string> all;
    for (std::uint32_t s = 0; s < old_policy.vocabulary->size(); ++s) {
      const auto& name = old_policy.vocabulary->name(StatecallId{s});
      const auto renamed = options_.rename.find(name);
      const auto& common = renamed == options_.rename.end() ? name : renamed->second;
      olds[common] = StatecallId{s};
      all.insert(common);
    }
    for (const auto& statecall : new_policy.vocabulary->all()) all.insert(statecall.name);
    names_.assign(all.begin(), all.end());
    for (std::uint32_t s = 0; s < names_.size(); ++s) {
      const auto old_id = olds.find(names_[s]);
      old_.number(s, old_id == olds.end() ? std::nullopt : old_id->second);
      new_.number(s, new_policy.vocabulary->find(names_[s]));
    }
  }

  [[nodiscard]] bool settled() const { return result_.only_old && result_.only_new; }

  void expand(std::uint32_t id) {
    const auto here = pairs_[id];
    for (std::uint32_t s = 0; s < names_.size(); ++s) {
      auto next = *here;
      const std::span<std::uint32_t> both(next);
      const bool by_old = old_.tick(both.first(old_.width()), s);
      const bool by_new = new_.tick(both.subspan(old_.width()), s);
      if (by_old && by_new) intern(next, id, s);
      if (by_old && !by_new && !result_.only_old) result_.only_old = trace(id, s);
      if (by_new && !by_old && !result_.only_new) result_.only_new = trace(id, s);
    }
  }

  void intern(const std::vector<std::uint32_t>& pair, std::uint32_t from, std::uint32_t by) {
    const auto id = static_cast<std::uint32_t>(parents_.size());
    const auto [entry, is_new] = ids_.try_emplace(pair, id);
    if (!is_new) return;
    parents_.push_back({from, by});
    pairs_.push_back(&entry->first);
  }

  [[nodiscard]] std::vector<std::string> trace(std::uint32_t id, std::uint32_t last) const {
    std::vector<std::string> result{names_[last]};
    for (; id != 0; id = parents_[id].pair) result.push_back(names_[parents_[id].by]);
    std::reverse(result.begin(), result.end());
    return result;
  }

  [[nodiscard]] Relation relation() const {
    if (settled()) return Relation::incomparable;
    if (!result_.complete) return Relation::unknown;
    if (result_.only_old) return Relation::stricter;
    if (result_.only_new) return Relation::looser;
    return Relation::equal;
  }

  struct Hash {
    std::size_t operator()(const std::vector<std::uint32_t>& pair) const {
      std::uint64_t h = 0;
      for (const auto v : pair) h = (h ^ v) * 0x9e3779b97f4a7c15U + (h >> 31U);
      return h;
    }
  };

  const CompareOptions& options_;
  Side old_;
  Side new_;
  std::size_t width_ = 0;
  std::vector<std::string> names_;
  std::unordered_map<std::vector<std::uint32_t>, std::uint32_t, Hash> ids_;
  std::vector<const std::vector<std::uint32_t>*> pairs_;  // keys of ids_, by number
  std::vector<Parent> parents_;
  Comparison result_;
};

}  // namespace

const char* to_string(Relation relation) {
  switch (relation) {
    case Relation::equal:
      return "equal";
    case Relation::stricter:
      return "stricter";
    case Relation::looser:
      return "looser";
    case Relation::incomparable:
      return "incomparable";
    case Relation::unknown:
      return "unknown";
  }
  return "unknown";
}

Comparison compare(const PolicyView& old_policy, const PolicyView& new_policy,
                   const CompareOptions& options) {
  return Comparer(old_policy, new_policy, options).run();
}

}  // namespace spl
