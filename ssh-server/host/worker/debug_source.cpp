// See debug_source.hpp.
#include "worker/debug_source.hpp"

#include <boost/asio/post.hpp>

namespace ssh::host {

using boost::system::error_code;

DebugSource::DebugSource(IoContext& io, UniqueFd socket, std::function<void(bool)> look)
    : io_(io),
      reporter_(std::move(socket)),
      watch_(io.get_executor(), reporter_.fd()),
      look_(std::move(look)) {
  reporter_.when_pending([this] { boost::asio::post(io_, [this] { flush(); }); });
  watch();
}

DebugSource::~DebugSource() {
  watch_.release();  // reporter_ closes it
}

void DebugSource::watch() {
  watch_.async_wait(Descriptor::wait_read, [this](const error_code& error) {
    if (!error) {
      heard();
    }
  });
}

void DebugSource::heard() {
  if (reporter_.receive()) {
    if (reporter_.watching()) {
      tell_all();
    } else {
      look_(false);
    }
  }
  if (!reporter_.gone()) {
    watch();
  }
}

void DebugSource::tell_all() {
  reporter_.tell_all([this] { look_(true); });
}

void DebugSource::flush() {
  reporter_.flush();
  if (reporter_.gone()) {
    look_(false);
    return;
  }
  if (reporter_.lost_sight()) {
    tell_all();
  }
  if (reporter_.wants_to_write() && !write_watched_) {
    write_watched_ = true;
    watch_.async_wait(Descriptor::wait_write, [this](const error_code& error) {
      write_watched_ = false;
      if (!error) {
        flush();
      }
    });
  }
}

}  // namespace ssh::host
