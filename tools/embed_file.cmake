# Writes a C++ file with the bytes of FILE:
#   namespace imago { extern const unsigned char NAME[]; extern const size_t NAMESize; }
file(READ "${FILE}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE "${OUT}" "#include <cstddef>\nnamespace imago {\nextern const unsigned char ${NAME}[];\n"
  "extern const size_t ${NAME}Size;\nconst unsigned char ${NAME}[] = {${bytes}0};\n"
  "const size_t ${NAME}Size = sizeof(${NAME}) - 1;\n}  // namespace imago\n")
