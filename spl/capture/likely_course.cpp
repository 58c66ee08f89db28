// PossibleStates::course(): backwards, to see which possibilities lead to the end; then forwards
// along one of them.
#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "capture/possible_states.hpp"

namespace spl::capture {

class PossibleStates::CourseFinder {
 public:
  CourseFinder(PossibleStates& states, std::span<const Said> said) : states_(states), said_(said) {}

  Course find(SetId from, std::optional<StatecallId> refused, bool whatever) {
    follow(from);
    Course course;
    auto live = last_live(refused, whatever, course.refuses);
    // Which members lead to the end, per set on the way: the last one first.
    std::vector<std::uint32_t> lives{intern(std::move(live))};
    for (auto i = said_.size(); i-- > 0;) lives.push_back(before(i, lives.back()));
    std::ranges::reverse(lives);
    course_ = &course;
    begin(from, lives[0]);
    for (std::size_t i = 0; i < said_.size(); ++i) step(i, lives[i + 1]);
    return course;
  }

 private:
  using Member = std::uint32_t;         // a possibility of a set, by its place there
  using Members = std::vector<Member>;  // ascending
  /// A possibility that comes of another one, and what happened for that; nullopt: nothing.
  struct Move {
    Possibility to;
    std::optional<StatecallId> statecall;
  };

  /// No set is added once all have been followed; only joint states are.
  [[nodiscard]] const Set& set(std::size_t i) const {
    return states_.sets_[static_cast<std::uint32_t>(ids_[i])];
  }
  [[nodiscard]] static std::optional<Member> find_in(const Set& set, const Possibility& p) {
    const auto at = std::ranges::lower_bound(set.members, p);
    if (at == set.members.end() || *at != p) return std::nullopt;
    return static_cast<Member>(at - set.members.begin());
  }

  void follow(SetId from) {
    ids_.assign(1, from);
    for (const auto& said : said_) ids_.push_back(*states_.after(ids_.back(), said.event));
  }

  Members last_live(std::optional<StatecallId> refused, bool whatever, bool& refuses) {
    const auto& members = set(said_.size()).members;
    Members live;
    for (Member m = 0; m < members.size(); ++m) {
      if (refused && !states_.tick(members[m].joint, *refused)) live.push_back(m);
    }
    refuses = !live.empty() && (!whatever || live.size() == members.size());
    if (refuses) return live;
    live.clear();
    for (Member m = 0; m < members.size(); ++m) live.push_back(m);
    return live;
  }

  std::uint32_t intern(Members members) {
    const auto [at, fresh] =
        live_ids_.try_emplace(std::move(members), static_cast<std::uint32_t>(lives_.size()));
    if (fresh) lives_.push_back(&at->first);
    return at->second;
  }

  /// What an event makes of a possibility, the likelier first.
  std::vector<Move> moves(const Possibility& p, const Said& said) {
    const auto& event = said.event;
    const bool taken = (p.taken & event.offers) != 0;
    const Move stays{p, std::nullopt};
    if (event.kind == Event::Kind::offer) return {stays};
    if (event.kind == Event::Kind::taken) return taken ? std::vector{stays} : std::vector<Move>();
    const auto statecall = states_.statecalls_[event.statecall];
    if (!statecall) return {stays};
    std::vector<Move> result;
    const bool in_order = event.kind != Event::Kind::arrives_after || taken;
    const auto joint = in_order ? states_.tick(p.joint, *statecall) : std::nullopt;
    if (joint) result.push_back({{*joint, p.taken}, statecall});
    switch (event.kind) {
      case Event::Kind::announced:
        break;
      case Event::Kind::unless_over:
        if (states_.finished(p.joint)) result.push_back(stays);
        break;
      case Event::Kind::maybe:
        result.insert(said.likely ? result.end() : result.begin(), stays);
        break;
      default:
        result.push_back(stays);
    }
    return result;
  }

  /// What may happen without anything being said: an offer is taken, or something unseen happens.
  std::vector<Move> unseen(const Set& in, const Possibility& p) {
    std::vector<Move> result;
    for (std::size_t i = 0; i < states_.offers_.size(); ++i) {
      const auto bit = static_cast<Offers>(1U << i);
      if ((in.offered & bit) == 0 || (p.taken & bit) != 0) continue;
      const auto& offer = states_.offers_[i];
      const auto joint = offer ? states_.tick(p.joint, *offer) : std::optional(p.joint);
      if (joint) result.push_back({{*joint, static_cast<Offers>(p.taken | bit)}, offer});
    }
    for (const auto& s : states_.silent_) {
      if (!s) continue;
      if (const auto joint = states_.tick(p.joint, *s)) result.push_back({{*joint, p.taken}, s});
    }
    return result;
  }

  /// The members of set `i` from which what may happen unseen leads to one of `live`.
  const std::vector<bool>& leading(std::size_t i, std::uint32_t live) {
    const auto [at, fresh] = leading_.try_emplace({ids_[i], live});
    if (!fresh) return at->second;
    const auto& in = set(i);
    std::vector<Members> from(in.members.size());
    for (Member m = 0; m < in.members.size(); ++m) {
      for (const auto& move : unseen(in, in.members[m])) {
        if (const auto to = find_in(in, move.to)) from[*to].push_back(m);
      }
    }
    auto& leads = at->second;
    leads.assign(in.members.size(), false);
    auto work = *lives_[live];
    for (const auto m : work) leads[m] = true;
    while (!work.empty()) {
      const auto to = work.back();
      work.pop_back();
      for (const auto m : from[to]) {
        if (!leads[m]) work.push_back(m);
        leads[m] = true;
      }
    }
    return leads;
  }

  /// The members of set `i` for which what is said next leads to one of `live` in set `i` + 1.
  std::uint32_t before(std::size_t i, std::uint32_t live) {
    const auto& said = said_[i];
    const auto key =
        std::tuple(ids_[i], said.event.kind, said.event.offers, said.event.statecall, live);
    if (const auto known = before_.find(key); known != before_.end()) return known->second;
    const auto& leads = leading(i + 1, live);
    const auto& in = set(i);
    Members result;
    for (Member m = 0; m < in.members.size(); ++m) {
      const auto after = moves(in.members[m], said);
      const bool good = std::ranges::any_of(after, [&](const Move& move) {
        const auto to = find_in(set(i + 1), move.to);
        return to && leads[*to];
      });
      if (good) result.push_back(m);
    }
    const auto id = intern(std::move(result));
    before_.emplace(key, id);
    return id;
  }

  [[nodiscard]] bool is_live(std::size_t i, const Possibility& p, std::uint32_t live) const {
    const auto m = find_in(set(i), p);
    return m && std::ranges::binary_search(*lives_[live], *m);
  }

  void happens(std::optional<StatecallId> statecall, std::size_t said) {
    if (statecall) course_->steps.push_back({*statecall, said});
  }

  /// By the shortest way to a possibility for which `found`; `next` says the ways.
  template <class Next, class Found>
  void go(std::size_t said, Next next, Found found) {
    std::map<Possibility, std::pair<Possibility, std::optional<StatecallId>>> came;
    std::deque<Possibility> work{now_};
    came.emplace(now_, std::pair(now_, std::nullopt));
    while (!work.empty() && !found(work.front())) {
      const auto p = work.front();
      work.pop_front();
      for (const auto& move : next(p)) {
        if (came.emplace(move.to, std::pair(p, move.statecall)).second) work.push_back(move.to);
      }
    }
    if (work.empty()) return;
    std::vector<std::optional<StatecallId>> way;
    for (auto p = work.front(); p != now_; p = came.at(p).first) way.push_back(came.at(p).second);
    now_ = work.front();
    for (auto s = way.rbegin(); s != way.rend(); ++s) happens(*s, said);
  }

  void go_unseen(std::size_t i, std::size_t said, std::uint32_t live) {
    const auto& in = set(i);
    go(
        said, [&](const Possibility& p) { return unseen(in, p); },
        [&](const Possibility& p) { return is_live(i, p, live); });
    // What has come is taken.
    for (bool more = true; more;) {
      more = false;
      for (const auto& move : unseen(in, now_)) {
        const auto taken = move.to.taken & ~now_.taken;
        if ((taken & come_) == 0 || !is_live(i, move.to, live)) continue;
        happens(move.statecall, said);
        now_ = move.to;
        more = true;
        break;
      }
    }
  }

  void begin(SetId from, std::uint32_t live) {
    now_ = {states_.intern_joint(std::vector<std::uint32_t>(states_.dfas_.size(), 0)), 0};
    if (from == states_.start()) return go_unseen(0, 0, live);
    // Nothing is known of what was before.
    const auto anything = [&](const Possibility& p) {
      std::vector<Move> result;
      for (std::uint32_t s = 0; s < states_.program_.vocabulary.size(); ++s) {
        if (states_.program_.mentioned_by[s].empty()) continue;
        const auto joint = states_.tick(p.joint, StatecallId{s});
        if (joint) result.push_back({{*joint, 0}, StatecallId{s}});
      }
      return result;
    };
    go(0, anything, [&](const Possibility& p) { return is_live(0, p, live); });
  }

  void step(std::size_t i, std::uint32_t live) {
    const auto& leads = leading(i + 1, live);
    const auto& event = said_[i].event;
    if (event.kind == Event::Kind::offer && said_[i].likely)
      come_ = static_cast<Offers>(come_ | event.offers);
    for (const auto& move : moves(now_, said_[i])) {
      const auto to = find_in(set(i + 1), move.to);
      if (!to || !leads[*to]) continue;
      happens(move.statecall, i);
      now_ = move.to;
      return go_unseen(i + 1, i, live);
    }
  }

  PossibleStates& states_;
  std::span<const Said> said_;
  Course* course_ = nullptr;
  Possibility now_;
  Offers come_ = 0;         // what has certainly been sent to this end
  std::vector<SetId> ids_;  // before all that was said, and after each
  // Few of them are different on a long way.
  std::map<Members, std::uint32_t> live_ids_;
  std::vector<const Members*> lives_;
  std::map<std::pair<SetId, std::uint32_t>, std::vector<bool>> leading_;
  std::map<std::tuple<SetId, Event::Kind, Offers, std::uint8_t, std::uint32_t>, std::uint32_t>
      before_;
};

Course PossibleStates::course(SetId from, std::span<const Said> said,
                              std::optional<StatecallId> refused, bool whatever) {
  return CourseFinder(*this, said).find(from, refused, whatever);
}

}  // namespace spl::capture
