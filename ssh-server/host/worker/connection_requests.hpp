// Requests to the monitor, for the files that connection.hpp's members are in.
#pragma once

#include "worker/connection.hpp"
#include "worker/worker.hpp"

namespace ssh::host {

template <typename Body>
bool Connection::ask(Waiting waiting, Body body) {
  if (ended_) {
    return false;
  }
  waiting.id = next_request_++;
  if (!worker_.request({id_, waiting.id, Request(std::move(body))})) {
    return false;
  }
  waiting_.push_back(std::move(waiting));
  return true;
}

template <typename Body>
void Connection::tell(RequestId id, Body body) {
  if (!ended_) {  // to the monitor it is over then
    worker_.request({id_, id, Request(std::move(body))});
  }
}

}  // namespace ssh::host
