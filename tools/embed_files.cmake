# Writes a C++ file with the contents of every file in DIR:
#   namespace imago { struct StaticFile { const char* name; const unsigned char* data; unsigned long size; };
#                     extern const StaticFile kStaticFiles[]; extern const unsigned long kStaticFileCount; }
file(GLOB files "${DIR}/*")
set(body "#include \"web/static_files.h\"\nnamespace imago {\nnamespace {\n")
set(table "")
set(count 0)
foreach(file ${files})
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND body "const unsigned char kFile${count}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", kFile${count}, sizeof(kFile${count}) - 1},\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND body "}  // namespace\nconst StaticFile kStaticFiles[] = {\n${table}    {nullptr, nullptr, 0}};\n")
string(APPEND body "const size_t kStaticFileCount = ${count};\n}  // namespace imago\n")
file(WRITE "${OUT}" "${body}")
