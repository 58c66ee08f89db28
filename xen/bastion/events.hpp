// Who is told of which event of the stack.
#pragma once

#include <map>

#include "xenrt/stack.hpp"

namespace bastion {

class EventTarget {
 public:
  virtual void handle(const xenrt::Event& event) = 0;

 protected:
  ~EventTarget() = default;
};

/// Of each id there is one target at most; whoever adds it takes it away before he is gone.
class Events {
 public:
  void add(xenrt::ConnectionId id, EventTarget& target) { connections_[id] = &target; }
  void add(xenrt::ListenerId id, EventTarget& target) { listeners_[id] = &target; }
  void add(xenrt::QueryId id, EventTarget& target) { queries_[id] = &target; }
  void add(xenrt::TimerId id, EventTarget& target) { timers_[id] = &target; }
  void remove(xenrt::ConnectionId id) { connections_.erase(id); }
  void remove(xenrt::ListenerId id) { listeners_.erase(id); }
  void remove(xenrt::QueryId id) { queries_.erase(id); }
  void remove(xenrt::TimerId id) { timers_.erase(id); }

  /// Events of nobody are dropped. Queries and timers happen once, and are taken away before.
  void dispatch(const xenrt::Event& event) {
    switch (event.kind) {
      case xenrt::Event::Kind::timer:
        once(timers_, event.timer, event);
        break;
      case xenrt::Event::Kind::resolved:
        once(queries_, event.query, event);
        break;
      case xenrt::Event::Kind::accepted:
        tell(listeners_, event.listener, event);
        break;
      default:
        tell(connections_, event.connection, event);
    }
  }

 private:
  template <typename Map, typename Id>
  static void tell(Map& map, Id id, const xenrt::Event& event) {
    if (const auto found = map.find(id); found != map.end()) found->second->handle(event);
  }
  template <typename Map, typename Id>
  static void once(Map& map, Id id, const xenrt::Event& event) {
    const auto found = map.find(id);
    if (found == map.end()) return;
    auto* target = found->second;
    map.erase(found);
    target->handle(event);
  }

  std::map<xenrt::ConnectionId, EventTarget*> connections_;
  std::map<xenrt::ListenerId, EventTarget*> listeners_;
  std::map<xenrt::QueryId, EventTarget*> queries_;
  std::map<xenrt::TimerId, EventTarget*> timers_;
};

}  // namespace bastion
