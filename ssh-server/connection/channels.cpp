// See channels.hpp.
#include "connection/channels.hpp"

#include <algorithm>

namespace ssh::connection {

Channel* Channels::add() {
  auto free = std::ranges::find_if(slots_, [](const auto& slot) { return slot == nullptr; });
  if (free == slots_.end()) {
    if (slots_.size() >= most_) return nullptr;
    free = slots_.insert(slots_.end(), nullptr);
  }
  *free = std::make_unique<Channel>();
  (*free)->id = static_cast<ChannelId>(free - slots_.begin());
  return free->get();
}

void Channels::remove(ChannelId id) {
  if (id < slots_.size()) slots_[id].reset();
}

Channel* Channels::find(ChannelId id) const {
  return id < slots_.size() ? slots_[id].get() : nullptr;
}

ChannelGate* Channels::find_gate(ChannelId id) {
  Channel* channel = find(id);
  return channel != nullptr ? &channel->gate : nullptr;
}

}  // namespace ssh::connection
