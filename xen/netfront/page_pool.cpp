#include "netfront/page_pool.hpp"

namespace xenrt::netfront {

std::optional<LentPage> PagePool::lend(DomainId to, Lend how) {
  if (lent_ >= most_) return std::nullopt;
  void* bytes = allocate_pages(0);
  if (bytes == nullptr) return std::nullopt;
  const auto frame = frame_of(bytes);
  const auto grant = frame ? grant_access(to, *frame, how) : std::nullopt;
  if (!grant) {
    free_pages(bytes, 0);
    return std::nullopt;
  }
  ++lent_;
  return LentPage{static_cast<std::uint8_t*>(bytes), *grant};
}

void PagePool::take_back(const LentPage& page) {
  if (!end_access(page.grant)) {
    held_.push_back(page);
    return;
  }
  free_pages(page.bytes, 0);
  --lent_;
}

std::uint32_t PagePool::retry() {
  std::erase_if(held_, [this](const LentPage& page) {
    if (!end_access(page.grant)) return false;
    free_pages(page.bytes, 0);
    --lent_;
    return true;
  });
  return held();
}

}  // namespace xenrt::netfront
