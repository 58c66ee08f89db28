// The server: accepts, gathers events into bunches, hands them to readers.
#include "spl/debug/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <stdexcept>

#include "web/connection.hpp"
#include "web/events.hpp"
#include "web/history.hpp"

namespace spl::debug {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kMinToken = 16;
constexpr std::size_t kBunch = 64U << 10U;     // an event of steps does not get much longer
constexpr std::size_t kPending = 512U << 10U;  // what waits for the timer; more does not wait
constexpr std::chrono::milliseconds kAcceptAgain{100};
constexpr std::chrono::milliseconds kLastWords{1000};

bool good_token(std::string_view token) {
  return token.size() >= kMinToken && std::all_of(token.begin(), token.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

tcp protocol_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "the debugger's socket");
  }
  return storage.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

std::vector<std::string> keys(const std::map<std::string, std::string>& map) {
  std::vector<std::string> out;
  for (const auto& [key, value] : map) out.push_back(key);
  return out;
}

}  // namespace

class Server::Impl final : public web::Hub, public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, ServerOptions options,
       std::map<std::string, std::string> descriptions)
      : options_(std::move(options)),
        descriptions_(std::move(descriptions)),
        acceptor_(context, protocol_of(options_.listening), options_.listening),
        flush_timer_(context),
        linger_timer_(context),
        accept_timer_(context),
        router_(options_, acceptor_.local_endpoint().port(), descriptions_),
        hello_(web::hello_event(options_, make_token(), keys(descriptions_))),
        history_(options_.limits) {
    acceptor_.non_blocking(true);
  }

  void start() { accept(); }

  /// The Server has gone.
  void abandon() {
    changed_ = nullptr;
    shut();
    readers_.clear();
    for (const auto& connection : std::exchange(connections_, {})) connection->forget_hub();
  }

  void stop() {
    flush();
    error_code ignored;
    acceptor_.close(ignored);
    accept_timer_.cancel();
    linger_timer_.cancel();
    for (const auto& connection : std::set(connections_)) connection->finish();
    flush_timer_.expires_after(kLastWords);
    flush_timer_.async_wait([weak = weak_from_this()](error_code) {
      if (const auto self = weak.lock()) self->hurry();
    });
    if (connections_.empty()) flush_timer_.cancel();
    stopping_ = true;
  }

  // ---- events ----------------------------------------------------------------------------------

  /// An event that no reader may miss.
  void say(const std::string& json) {
    if (readers_.empty()) return;
    close_bunch();
    pend({web::framed(json), 0});
  }

  void say_step(const Step& step) {
    history_.step(step);
    if (readers_.empty()) return;
    bunch_ += bunch_.empty() ? std::string(web::kStepsBegin) : ",";
    bunch_ += web::step_item(step);
    ++bunch_steps_;
    if (bunch_.size() > kBunch) close_bunch();
    schedule();
  }

  /// The same of something that stays with its subject.
  void say_about(std::uint64_t subject, std::uint64_t number, std::string json) {
    say(json);
    history_.event(subject, number, std::move(json));
  }

  web::History& history() { return history_; }

  // ---- hub -------------------------------------------------------------------------------------

  web::Answer answer(const web::Request& request) override { return router_.route(request); }

  bool join(web::Connection& connection) override {
    if (stopping_ || readers_.size() >= options_.limits.readers) return false;
    flush();
    auto first = history_.replay();
    first.insert(first.begin(),
                 std::make_shared<const web::Chunk>(web::Chunk{web::framed(hello_), 0}));
    connection.queue().begin_with(std::move(first));
    readers_.insert(&connection);
    linger_timer_.cancel();
    set_attached(true);
    return true;
  }

  void gone(web::Connection& connection) override {
    if (readers_.erase(&connection) != 0 && readers_.empty() && !stopping_) {
      drop_pending();
      linger();
    }
    std::erase_if(connections_, [&](const auto& other) { return other.get() == &connection; });
    if (stopping_ && connections_.empty()) flush_timer_.cancel();
  }

  [[nodiscard]] bool attached() const { return attached_; }
  void on_attachment(std::function<void(bool)> changed) { changed_ = std::move(changed); }

 private:
  void accept() {
    acceptor_.async_accept([weak = weak_from_this()](error_code error, tcp::socket socket) {
      const auto self = weak.lock();
      if (!self || error == asio::error::operation_aborted) return;
      self->on_accept(error, std::move(socket));
    });
  }

  void on_accept(const error_code& error, tcp::socket socket) {
    if (!error && connections_.size() < options_.limits.connections) {
      auto connection = web::make_connection(std::move(socket), *this, options_.limits);
      connections_.insert(connection);
      connection->start();
    }
    if (!error || error == asio::error::connection_aborted) {
      accept();
      return;
    }
    // No descriptors, no memory: it would fail again at once.
    accept_timer_.expires_after(kAcceptAgain);
    accept_timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
      const auto self = weak.lock();
      if (self && !cancelled) self->accept();
    });
  }

  void close_bunch() {
    if (bunch_.empty()) return;
    bunch_ += web::kStepsEnd;
    auto text = web::framed(std::exchange(bunch_, {}));
    pend({std::move(text), std::exchange(bunch_steps_, 0)});
  }

  void pend(web::Chunk chunk) {
    pending_bytes_ += chunk.text.size();
    pending_.push_back(std::make_shared<const web::Chunk>(std::move(chunk)));
    if (pending_bytes_ > kPending) {
      hand_out();
    } else {
      schedule();
    }
  }

  void schedule() {
    if (scheduled_ || stopping_) return;
    scheduled_ = true;
    flush_timer_.expires_after(options_.limits.flush);
    flush_timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (self && !error) self->flush();
    });
  }

  void flush() {
    scheduled_ = false;
    close_bunch();
    hand_out();
  }

  void hand_out() {
    const auto chunks = std::exchange(pending_, {});
    pending_bytes_ = 0;
    for (auto* reader : std::set(readers_)) {
      const bool fine = std::all_of(chunks.begin(), chunks.end(), [&](const auto& chunk) {
        return reader->queue().offer(chunk);
      });
      if (fine) {
        reader->wake();
      } else {
        reader->close();
      }
    }
  }

  void drop_pending() {
    bunch_.clear();
    bunch_steps_ = 0;
    pending_.clear();
    pending_bytes_ = 0;
  }

  void linger() {
    linger_timer_.expires_after(options_.limits.linger);
    linger_timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (self && !error && self->readers_.empty()) self->set_attached(false);
    });
  }

  void set_attached(bool attached) {
    if (attached == attached_) return;
    attached_ = attached;
    asio::post(acceptor_.get_executor(), [weak = weak_from_this(), attached] {
      const auto self = weak.lock();
      if (self && self->changed_) self->changed_(attached);
    });
  }

  void shut() {
    error_code ignored;
    acceptor_.close(ignored);
    flush_timer_.cancel();
    linger_timer_.cancel();
    accept_timer_.cancel();
  }

  /// Whoever has not ended by now is ended.
  void hurry() {
    for (const auto& connection : std::set(connections_)) connection->close();
  }

  ServerOptions options_;
  std::map<std::string, std::string> descriptions_;
  tcp::acceptor acceptor_;
  asio::steady_timer flush_timer_;
  asio::steady_timer linger_timer_;
  asio::steady_timer accept_timer_;
  web::Router router_;
  std::string hello_;
  web::History history_;
  std::set<std::shared_ptr<web::Connection>> connections_;
  std::set<web::Connection*> readers_;
  std::string bunch_;  // an event of steps that is being gathered
  std::uint64_t bunch_steps_ = 0;
  std::vector<web::ChunkPtr> pending_;
  std::size_t pending_bytes_ = 0;
  bool scheduled_ = false;
  bool stopping_ = false;
  bool attached_ = false;
  std::function<void(bool)> changed_;
};

Server::Server(asio::io_context& context, ServerOptions options,
               std::map<std::string, std::string> descriptions) {
  if (!good_token(options.token)) {
    throw std::invalid_argument("the debugger's token is too short, or has other characters");
  }
  impl_ = std::make_shared<Impl>(context, std::move(options), std::move(descriptions));
  impl_->start();
}

Server::~Server() {
  impl_->abandon();
}

void Server::begin(Subject subject) {
  impl_->say(web::subject_event(subject));
  impl_->history().begin(std::move(subject));
}

void Server::step(const Step& step) {
  impl_->say_step(step);
}

void Server::refusal(const Refusal& refusal) {
  impl_->say_about(refusal.subject, refusal.number, web::refusal_event(refusal));
}

void Server::unknown_step(const UnknownStep& step) {
  impl_->say_about(step.subject, step.number, web::unknown_step_event(step));
}

void Server::undone(std::uint64_t subject, std::uint64_t number) {
  impl_->say(web::undone_event(subject, number));
  impl_->history().undone(subject, number);
}

void Server::end(std::uint64_t subject, const std::string& reason) {
  auto json = web::end_event(subject, reason);
  impl_->say(json);
  impl_->history().end(subject, std::move(json));
}

void Server::dropped(std::uint64_t count) {
  impl_->say(web::dropped_event(count, "source"));
}

bool Server::situation(const std::string& policy, std::uint32_t automaton, std::uint32_t id,
                       const std::string& json) {
  auto event = web::situation_event(policy, automaton, id, json);
  if (!impl_->history().situation(event)) return false;
  impl_->say(event);
  return true;
}

void Server::disagreement(std::uint64_t subject, std::uint64_t number, const std::string& text) {
  impl_->say_about(subject, number, web::disagreement_event(subject, number, text));
}

void Server::verdict(const PropertyVerdict& verdict) {
  impl_->say_about(verdict.subject, 0, web::verdict_event(verdict));
}

void Server::clear() {
  impl_->history().clear();
}

bool Server::attached() const {
  return impl_->attached();
}

void Server::on_attachment(std::function<void(bool)> changed) {
  impl_->on_attachment(std::move(changed));
}

void Server::stop() {
  impl_->stop();
}

}  // namespace spl::debug
