// The Asio types that the worker is built on. The executor is the io_context's own, for the
// type-erased one costs a virtual call and two words per object.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>

#include "ssh/session.hpp"

namespace ssh::host {

using IoContext = boost::asio::io_context;
using Descriptor = boost::asio::posix::basic_stream_descriptor<IoContext::executor_type>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                IoContext::executor_type>;

/// The session's clock is the steady one.
inline Time time_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // clang 14 does not do without

}  // namespace ssh::host
