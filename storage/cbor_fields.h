#ifndef IMAGO_STORAGE_CBOR_FIELDS_H_
#define IMAGO_STORAGE_CBOR_FIELDS_H_

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "storage/cbor_reader.h"

namespace imago {

// Takes typed fields out of a map; the first fault is kept and later calls do nothing. `fields`
// outlives this.
class FieldTaker {
 public:
  explicit FieldTaker(const CborFields& fields) : fields_(fields) {}

  void Text(const char* name, std::string& out) {
    if (const CborField* field = Find(name)) {
      const auto* text = std::get_if<std::string_view>(field);
      if (text == nullptr) return Fault(fmt::format("the field '{}' is no text", name));
      out = *text;
    }
  }

  // A whole number in [low, high].
  template <typename T>
  void Number(const char* name, T low, T high, T& out) {
    if (const CborField* field = Find(name)) {
      const std::optional<T> value = InRange(*field, low, high);
      if (!value)
        return Fault(fmt::format("the field '{}' is no number in {} .. {}", name, low, high));
      out = *value;
    }
  }

  void Real(const char* name, double& out) {
    if (const CborField* field = Find(name)) {
      const std::optional<double> value = RealOf(*field);
      if (!value) return Fault(fmt::format("the field '{}' is no number", name));
      out = *value;
    }
  }

  void List(const char* name, std::vector<CborField>& out) {
    if (const CborField* field = Find(name)) {
      const Nested* nested = std::get_if<Nested>(field);
      auto list = nested == nullptr ? absl::DataLossError("") : ReadCborList(nested->bytes);
      if (!list.ok()) return Fault(fmt::format("the field '{}' is no list", name));
      out = *std::move(list);
    }
  }

  bool Has(const char* name) const { return fields_.Find(name) != nullptr; }

  void Fault(std::string fault) {
    if (fault_.empty()) fault_ = std::move(fault);
  }
  const std::string& fault() const { return fault_; }

  static std::optional<double> RealOf(const CborField& field) {
    if (const auto* value = std::get_if<double>(&field)) return *value;
    if (const auto* value = std::get_if<uint64_t>(&field)) return static_cast<double>(*value);
    return std::nullopt;
  }

  template <typename T>
  static std::optional<T> InRange(const CborField& field, T low, T high) {
    if (const auto* value = std::get_if<uint64_t>(&field)) {
      if (std::cmp_greater_equal(*value, low) && std::cmp_less_equal(*value, high)) {
        return static_cast<T>(*value);
      }
    }
    if (const auto* value = std::get_if<int64_t>(&field)) {
      if (std::cmp_greater_equal(*value, low) && std::cmp_less_equal(*value, high)) {
        return static_cast<T>(*value);
      }
    }
    return std::nullopt;
  }

 private:
  const CborField* Find(const char* name) {
    if (!fault_.empty()) return nullptr;
    if (const CborField* found = fields_.Find(name)) return found;
    Fault(fmt::format("the field '{}' is missing", name));
    return nullptr;
  }

  const CborFields& fields_;
  std::string fault_;
};

}  // namespace imago

#endif  // IMAGO_STORAGE_CBOR_FIELDS_H_
