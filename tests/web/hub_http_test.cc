// Addresses, the hub's list of files, and certificates.

#include "web/hub_http.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/data.h"
#include "tests/web/fake_hub.h"
#include "web/hub_listing.h"

namespace imago {
namespace {

using testing::HasSubstr;

// A key and a certificate for 127.0.0.1 that nobody but itself has signed, as files.
class SelfSigned {
 public:
  explicit SelfSigned(const std::string& address) {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>("imago test");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    AddExtension(certificate, NID_subject_alt_name, "IP:" + address);
    AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate, key, EVP_sha256());
    Write(certificate_path, [&](FILE* file) { PEM_write_X509(file, certificate); });
    Write(key_path, [&](FILE* file) {
      PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  const std::string folder = MakeTempDir();
  const std::string certificate_path = folder + "/certificate.pem";
  const std::string key_path = folder + "/key.pem";

 private:
  static void AddExtension(X509* certificate, int id, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <typename Work>
  static void Write(const std::string& path, Work work) {
    FILE* file = std::fopen(path.c_str(), "w");
    work(file);
    std::fclose(file);
  }
};

// Asks a server with this certificate; `trusted` is the file of those that the client trusts.
absl::StatusOr<std::string> AskOverTls(const SelfSigned& certificate, const std::string& trusted) {
  LocalServer server(std::make_unique<httplib::SSLServer>(certificate.certificate_path.c_str(),
                                                          certificate.key_path.c_str()));
  server.routes().Get("/x", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("hello", "text/plain");
  });
  server.Start();
  setenv("SSL_CERT_FILE", trusted.c_str(), 1);
  const HubHttp http(*ParseHubUrl(fmt::format("https://127.0.0.1:{}", server.port())), "secret");
  std::string body;
  const auto reply = http.Get("/x", {},
                              {[](const HubReply&) { return absl::OkStatus(); },
                               [&](std::string_view bytes) {
                                 body += bytes;
                                 return absl::OkStatus();
                               }});
  unsetenv("SSL_CERT_FILE");
  if (!reply.ok()) return reply.status();
  return body;
}

TEST(HubHttp, TrustsCertificatesThatTheSystemTrustsAndNoOthers) {
  const SelfSigned certificate("127.0.0.1");
  const auto trusted = AskOverTls(certificate, certificate.certificate_path);
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  EXPECT_EQ(*trusted, "hello");
  const auto refused = AskOverTls(certificate, certificate.folder + "/none.pem");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied) << refused.status();
}

TEST(HubHttp, RefusesATrustedCertificateOfAnotherHost) {
  const SelfSigned certificate("127.0.0.2");
  const auto refused = AskOverTls(certificate, certificate.certificate_path);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied) << refused.status();
}

TEST(HubUrl, IsAnOriginAndAPath) {
  const auto url = ParseHubUrl("HTTPS://Host.example:443/a/b?c=d%2F");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->origin, "https://host.example");
  EXPECT_EQ(url->path, "/a/b?c=d%2F");
  EXPECT_EQ(ParseHubUrl("http://[::1]:8080")->origin, "http://[::1]:8080");
  EXPECT_EQ(ParseHubUrl("http://h?x")->path, "/?x");
  for (const char* wrong : {"", "host", "ftp://host/", "https://", "https:///x", "http://a@b/",
                            "http://a b/", "http://a/ b", "http://a/\r\nX: y"}) {
    EXPECT_FALSE(ParseHubUrl(wrong).ok()) << wrong;
  }
}

TEST(HubUrl, HasItsPartsEscaped) {
  EXPECT_EQ(EscapeUrlPart("refs/pr 1%-._~"), "refs%2Fpr%201%25-._~");
  EXPECT_EQ(EscapeUrlPart("\xC3\xA9"), "%C3%A9");
}

TEST(HubListing, ReadsSizesAndChecksums) {
  const std::string sha(64, 'b');
  const auto listing = ParseHubListing(
      R"({"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [
          {"rfilename": "a.json", "size": 5, "blobId": "1123456789abcdef0123456789abcdef01234567"},
          {"rfilename": "w.safetensors", "size": 7, "blobId": "2123456789abcdef0123456789abcdef01234567",
           "lfs": {"sha256": ")" +
      sha + R"(", "size": 7, "pointerSize": 130}}, {"rfilename": "c"}]})");
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_EQ(listing->files[0], (HubFile{"a.json", 5, "1123456789abcdef0123456789abcdef01234567"}));
  EXPECT_EQ(listing->files[1], (HubFile{"w.safetensors", 7, sha}));
  EXPECT_EQ(listing->files[2], (HubFile{"c", -1, ""}));
}

TEST(HubListing, RefusesOtherJson) {
  for (const char* json :
       {"", "[]", "{}", R"({"sha": "abc", "siblings": []})",
        R"({"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": {}})",
        R"({"sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [7]})"}) {
    EXPECT_EQ(ParseHubListing(json).status().code(), absl::StatusCode::kDataLoss) << json;
  }
}

TEST(HubListing, ChoosesOneSetOfWeights) {
  const auto chosen = [](const std::vector<std::string>& names) {
    HubListing listing;
    for (const std::string& name : names) listing.files.push_back({name, -1, ""});
    const auto files = ChooseHubFiles(listing);
    std::string all;
    if (files.ok()) {
      for (const HubFile& file : *files) all += file.name + " ";
    }
    return all;
  };
  EXPECT_EQ(chosen({"model.safetensors", "pytorch_model.bin", "open_clip_model.safetensors"}),
            "model.safetensors ");
  EXPECT_EQ(chosen({"pytorch_model.bin", "merges.txt", "vocab.json"}),
            "merges.txt pytorch_model.bin ");
  EXPECT_EQ(chosen({"model.safetensors.index.json", "a.safetensors", "b.safetensors"}),
            "model.safetensors.index.json ");
  EXPECT_EQ(chosen({"only.safetensors", "x.pt"}), "only.safetensors ");
  EXPECT_EQ(chosen({"a.safetensors", "b.safetensors"}), "");
  EXPECT_EQ(chosen({"ViT-B-32.pt"}), "ViT-B-32.pt ");
}

TEST(HubListing, TakesETagsApart) {
  const std::string sha(40, 'c');
  EXPECT_EQ(ParseHubChecksum("\"" + sha + "\""), sha);
  EXPECT_EQ(ParseHubChecksum("W/\"" + std::string(40, 'C') + "\""), sha);
  for (const char* none : {"", "\"", "\"\"", "abc"}) EXPECT_EQ(ParseHubChecksum(none), "");
  EXPECT_EQ(ParseHubChecksum(std::string(40, 'g')), "");
}

}  // namespace
}  // namespace imago
