#include <regex>
#include <set>

#include "tests/support/data.h"
#include "tests/web/client.h"
#include "web/service.h"

namespace imago {
namespace {

using nlohmann::json;

const json& Description() {
  static const json description = json::parse(ReadTestFile(SourcePath("web/static/openapi.json")));
  return description;
}

// "GET /v1/imports/{job}", with "{id...}" as the standard writes it.
std::set<std::string> Registered() {
  const auto engine = OpenHashEngine(TestServiceConfig());
  const Service service(*engine);
  std::set<std::string> all;
  for (const Route& route : service.router().routes()) {
    std::string path = route.pattern;
    const size_t dots = path.find("...}");
    if (dots != std::string::npos) path.erase(dots, 3);
    for (const auto& [method, handler] : route.handlers) all.insert(method + " " + path);
  }
  return all;
}

std::set<std::string> Described() {
  std::set<std::string> all;
  for (const auto& [path, operations] : Description()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      all.insert(upper + " " + path);
    }
  }
  return all;
}

TEST(OpenApi, DescribesEveryRouteAndNoOther) { EXPECT_EQ(Registered(), Described()); }

TEST(OpenApi, EveryPathParameterIsDeclared) {
  for (const auto& [path, operations] : Description()["paths"].items()) {
    std::set<std::string> in_path;
    const std::regex name("\\{([a-z]+)\\}");
    for (std::sregex_iterator it(path.begin(), path.end(), name), end; it != end; ++it) {
      in_path.insert((*it)[1]);
    }
    for (const auto& [method, operation] : operations.items()) {
      std::set<std::string> declared;
      for (const json& parameter : operation.value("parameters", json::array())) {
        if (parameter["in"] == "path") declared.insert(parameter["name"]);
      }
      EXPECT_EQ(declared, in_path) << method << " " << path;
    }
  }
}

void CollectReferences(const json& node, std::set<std::string>* all) {
  if (node.is_object() && node.contains("$ref")) all->insert(node["$ref"].get<std::string>());
  for (const json& child : node) {
    if (child.is_structured()) CollectReferences(child, all);
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  std::set<std::string> references;
  CollectReferences(Description(), &references);
  EXPECT_GT(references.size(), 10u);
  for (const std::string& reference : references) {
    EXPECT_TRUE(Description().contains(json::json_pointer(reference.substr(1)))) << reference;
  }
}

TEST(OpenApi, OperationsHaveNamesOfTheirOwn) {
  std::set<std::string> ids;
  size_t operations = 0;
  for (const json& path : Description()["paths"]) {
    for (const json& operation : path) {
      ids.insert(operation.at("operationId").get<std::string>());
      ++operations;
    }
  }
  EXPECT_EQ(ids.size(), operations);
}

TEST(OpenApi, IsServed) {
  RunningServer server;
  EXPECT_EQ(Ask(server.port(), "GET", "/openapi.json").Json(), Description());
}

// Fields of real answers are all described.
TEST(OpenApi, DescribesTheFieldsOfAnAnswer) {
  RunningServer server;
  server.PutColours();
  const json answer =
      Ask(server.port(), "POST", "/v1/collections/main/search", R"({"query":[{"text":"red"}]})")
          .Json();
  const json& schemas = Description()["components"]["schemas"];
  for (const auto& [name, value] : answer.items()) {
    EXPECT_TRUE(schemas["Answer"]["properties"].contains(name)) << name;
  }
  for (const auto& [name, value] : answer["hits"][0].items()) {
    EXPECT_TRUE(schemas["Hit"]["properties"].contains(name)) << name;
  }
}

}  // namespace
}  // namespace imago
