#ifndef IMAGO_TESTS_WEB_FAKE_HUB_H_
#define IMAGO_TESTS_WEB_FAKE_HUB_H_

// A local server that speaks the Hugging Face hub's protocol, with a second one that plays the
// store of large files to which it redirects; both misbehave as told.

#include <httplib.h>
#include <openssl/evp.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "storage/sha256.h"

namespace imago {

inline std::string GitSha1(const std::string& bytes) {
  const std::string blob = fmt::format("blob {}", bytes.size()) + '\0' + bytes;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(blob.data(), blob.size(), digest, &size, EVP_sha1(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

// Serves until it goes out of scope.
class LocalServer {
 public:
  explicit LocalServer(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    port_ = server_->bind_to_any_port("127.0.0.1");
  }
  ~LocalServer() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }
  httplib::Server& routes() { return *server_; }
  int port() const { return port_; }
  void Start() {
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    server_->wait_until_ready();
  }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

class FakeHub {
 public:
  static constexpr char kCommit[] = "0123456789abcdef0123456789abcdef01234567";

  struct Seen {
    std::string server;  // "hub", "store"
    std::string path;
    std::string authorization;
    std::string range;
  };

  // With a file of weights, served from the store, and a small one.
  FakeHub()
      : hub_(std::make_unique<httplib::Server>()), store_(std::make_unique<httplib::Server>()) {
    files["config.json"] = R"({"model_type": "clip"})";
    files["model.safetensors"] = std::string(200'000, 'w');
    AddRoutes();
  }

  // Serves from the first call on: what another process is to see is set before it.
  std::string endpoint() {
    std::call_once(started_, [this] {
      hub_.Start();
      store_.Start();
    });
    return fmt::format("http://127.0.0.1:{}", hub_.port());
  }
  std::string store() const { return fmt::format("http://127.0.0.1:{}", store_.port()); }
  std::vector<Seen> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  int CountSeen(const std::string& server, const std::string& part) {
    int count = 0;
    for (const Seen& one : seen())
      count += one.server == server && one.path.find(part) != std::string::npos;
    return count;
  }

  // Set before the pull.
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> wrong_checksums;  // told in place of the true ones
  std::vector<std::string> more_names;                 // in the list, but not there
  std::string needed_token;                            // else 401
  bool tells_sizes = true;
  int cuts = 0;      // bodies of the store that end after 50,000 bytes
  int failures = 0;  // 503 before the store answers
  bool ignores_ranges = false;
  bool endless = false;  // the store never ends
  std::string redirect;  // where large files are, in place of the store

 private:
  static bool IsLarge(const std::string& name) {
    return name.find(".safetensors") != std::string::npos &&
           name.find(".json") == std::string::npos;
  }

  void Note(const std::string& server, const httplib::Request& request) {
    const std::lock_guard lock(mutex_);
    seen_.push_back({server, request.path, request.get_header_value("Authorization"),
                     request.get_header_value("Range")});
  }
  bool MayRead(const httplib::Request& request, httplib::Response& response) {
    if (needed_token.empty() ||
        request.get_header_value("Authorization") == "Bearer " + needed_token)
      return true;
    response.status = 401;
    return false;
  }
  std::string Checksum(const std::string& name) const {
    const auto wrong = wrong_checksums.find(name);
    if (wrong != wrong_checksums.end()) return wrong->second;
    return IsLarge(name) ? Sha256(files.at(name)) : GitSha1(files.at(name));
  }

  void List(httplib::Response& response) const {
    nlohmann::json siblings = nlohmann::json::array();
    for (const auto& [name, bytes] : files) {
      nlohmann::json sibling = {{"rfilename", name}};
      if (tells_sizes) sibling["size"] = bytes.size();
      siblings.push_back(sibling);
    }
    for (const std::string& name : more_names) siblings.push_back({{"rfilename", name}});
    const nlohmann::json root = {{"id", "org/name"}, {"sha", kCommit}, {"siblings", siblings}};
    response.set_content(root.dump(), "application/json");
  }

  void Resolve(const std::string& name, httplib::Response& response) {
    if (files.count(name) == 0) {
      response.status = 404;
      return;
    }
    if (!IsLarge(name)) {
      response.set_header("ETag", "\"" + Checksum(name) + "\"");
      response.set_content(files.at(name), "text/plain");
      return;
    }
    response.status = 302;
    response.set_header("X-Linked-Etag", "\"" + Checksum(name) + "\"");
    if (tells_sizes) response.set_header("X-Linked-Size", std::to_string(files.at(name).size()));
    response.set_header("Location",
                        redirect.empty() ? store() + "/blobs/" + name + "?sign=a%2Fb" : redirect);
  }

  void Serve(const std::string& name, const httplib::Request& request,
             httplib::Response& response) {
    if (failures > 0) {
      --failures;
      response.status = 503;
      return;
    }
    if (request.get_param_value("sign") != "a/b") {
      response.status = 403;
      return;
    }
    response.set_header("ETag", "\"another\"");
    if (endless) {
      response.set_chunked_content_provider("text/plain", [](size_t, httplib::DataSink& sink) {
        const std::string more(100'000, 'x');
        return sink.write(more.data(), more.size());
      });
      return;
    }
    if (ignores_ranges) const_cast<httplib::Request&>(request).ranges.clear();
    if (cuts == 0) {
      response.set_content(files.at(name), "application/octet-stream");
      return;
    }
    --cuts;
    const std::string bytes = files.at(name);
    response.set_content_provider(
        bytes.size(), "application/octet-stream",
        [bytes, sent = size_t{0}](size_t offset, size_t length, httplib::DataSink& sink) mutable {
          if (sent >= 50'000) return false;
          const size_t piece = std::min<size_t>(length, 50'000);
          sent += piece;
          return sink.write(bytes.data() + offset, piece);
        });
  }

  void AddRoutes() {
    hub_.routes().Get(R"(/api/models/org/name/revision/(.+))",
                      [this](const httplib::Request& request, httplib::Response& response) {
                        Note("hub", request);
                        const std::string revision = request.matches[1];
                        if (!MayRead(request, response)) return;
                        if (revision == "main" || revision == "refs/pr/1" || revision == kCommit)
                          return List(response);
                        response.status = 404;
                      });
    hub_.routes().Get(R"(/org/name/resolve/([^/]+)/(.+))",
                      [this](const httplib::Request& request, httplib::Response& response) {
                        Note("hub", request);
                        if (MayRead(request, response)) Resolve(request.matches[2], response);
                      });
    store_.routes().Get(R"(/blobs/(.+))",
                        [this](const httplib::Request& request, httplib::Response& response) {
                          Note("store", request);
                          Serve(request.matches[1], request, response);
                        });
  }

  std::mutex mutex_;
  std::vector<Seen> seen_;
  std::once_flag started_;
  LocalServer hub_;
  LocalServer store_;
};

}  // namespace imago

#endif  // IMAGO_TESTS_WEB_FAKE_HUB_H_
