# Writes the files of DIRECTORY as arrays to the C++ file OUTPUT: cmake -DDIRECTORY= -DOUTPUT= -P.
file(GLOB_RECURSE files RELATIVE ${DIRECTORY} ${DIRECTORY}/*)
list(SORT files)
set(arrays "")
set(table "")
set(number 0)
foreach(name IN LISTS files)
  file(READ ${DIRECTORY}/${name} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "const unsigned char file_${number}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", file_${number}, sizeof file_${number} - 1},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made of the files in spl/debugger/page.
#include \"web/page.hpp\"

namespace spl::debug::web {
namespace {

${arrays}
const PageFile files[] = {
${table}};

}  // namespace

std::span<const PageFile> page_files() {
  return files;
}

}  // namespace spl::debug::web
")
