#ifndef IMAGO_INDEX_BOUNDED_QUEUE_H_
#define IMAGO_INDEX_BOUNDED_QUEUE_H_

// Hands values from several threads to others; makers wait while it is full.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace imago {

// Thread-safe.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  // Waits for room; false, and `value` is dropped, once the queue is closed.
  bool Push(T value) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || values_.size() < capacity_; });
    if (closed_) return false;
    values_.push_back(std::move(value));
    ready_.notify_one();
    return true;
  }

  // Waits for a value; nothing once the queue is closed and empty.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return closed_ || !values_.empty(); });
    return First();
  }

  // Nothing where it would have to wait.
  std::optional<T> TryPop() {
    const std::lock_guard lock(mutex_);
    return First();
  }

  // Ends it: what is in it may still be popped.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
    ready_.notify_all();
  }

 private:
  std::optional<T> First() {
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    room_.notify_one();
    return value;
  }

  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  std::deque<T> values_;
  bool closed_ = false;
};

}  // namespace imago

#endif  // IMAGO_INDEX_BOUNDED_QUEUE_H_
