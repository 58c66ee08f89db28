// The client of the stream: when it takes the other end for gone.
#include "spl/debug/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <vector>

#include "support.hpp"

namespace spl::debug::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

/// What a client has heard, and why that is all; "": it would go on.
struct Heard {
  std::vector<std::string> events;
  std::string end;
};

Heard follow(std::uint16_t port, milliseconds silence, milliseconds at_most) {
  asio::io_context context;
  Heard heard;
  StreamClient client(context, {"127.0.0.1", std::to_string(port), RunningServer::path("")},
                      {[&](std::string_view json) { heard.events.emplace_back(json); },
                       [&](const std::string& why) {
                         EXPECT_EQ(heard.end, "") << "said twice";
                         heard.end = why;
                         context.stop();
                       }},
                      silence);
  context.run_for(at_most);
  return heard;
}

/// Accepts a connection, says this, and then nothing more until the client has closed it.
class Hanging {
 public:
  explicit Hanging(std::string words) : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    thread_ = std::thread([this, words = std::move(words)] {
      tcp::socket socket(context_);
      acceptor_.accept(socket);
      asio::streambuf request;
      asio::read_until(socket, request, "\r\n\r\n");
      asio::write(socket, asio::buffer(words));
      boost::system::error_code closed;
      asio::read(socket, request, closed);
    });
  }
  ~Hanging() { thread_.join(); }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

constexpr milliseconds kShort{300};
constexpr milliseconds kEnough{60'000};

TEST(StreamClient, AServerThatNeverAnswersIsGivenUp) {
  const Hanging server("");
  const auto heard = follow(server.port(), kShort, kEnough);
  EXPECT_EQ(heard.end, "it has said nothing for 300 ms");
  EXPECT_TRUE(heard.events.empty());
}

TEST(StreamClient, AStreamThatFallsSilentIsOver) {
  const Hanging server(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"type\":\"hello\"}\n\n");
  const auto heard = follow(server.port(), kShort, kEnough);
  EXPECT_EQ(heard.events, std::vector<std::string>{R"({"type":"hello"})"});
  EXPECT_EQ(heard.end, "it has said nothing for 300 ms");
}

TEST(StreamClient, CommentsOfTheServerKeepIt) {
  ServerOptions options;
  options.limits.keep_alive = milliseconds(20);
  RunningServer server(std::move(options));
  // Without them it would be over twice in this time.
  const auto heard = follow(server.port(), milliseconds(1500), milliseconds(4000));
  EXPECT_EQ(heard.events.size(), 1U);
  EXPECT_EQ(heard.end, "");
}

}  // namespace
}  // namespace spl::debug::test
