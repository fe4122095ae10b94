// Device trees for tests: from source with dtc, from tests/data/trees, or with libfdt's own writer.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <libfdt.h>
#include <unistd.h>

namespace hv::test {

/// The tree's bytes and not one more, 8-aligned: the sanitizer then sees a read past them.
using Blob = std::vector<std::byte>;

inline Blob read_blob(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    return {bytes, bytes + text.size()};
}

inline std::filesystem::path tree_folder()
{
    return std::filesystem::path{__FILE__}.parent_path() / "../../data/trees";
}

inline Blob compile_file(const std::filesystem::path& source)
{
    const std::string out =
        (std::filesystem::temp_directory_path() / ("hv-tree-" + std::to_string(::getpid()) + ".dtb")).string();
    const std::string command = "dtc -q -I dts -O dtb -o '" + out + "' '" + source.string() + "'";
    if (std::system(command.c_str()) != 0) {
        throw std::runtime_error{"dtc failed: " + command};
    }
    Blob blob = read_blob(out);
    std::filesystem::remove(out);
    return blob;
}

/// One of tests/data/trees.
inline Blob tree_file(const std::string& name)
{
    return compile_file(tree_folder() / (name + ".dts"));
}

/// `body` is what stands behind "/dts-v1/;".
inline Blob compile(const std::string& body)
{
    const std::filesystem::path source =
        std::filesystem::temp_directory_path() / ("hv-tree-" + std::to_string(::getpid()) + ".dts");
    std::ofstream{source} << "/dts-v1/;\n" << body;
    Blob blob = compile_file(source);
    std::filesystem::remove(source);
    return blob;
}

/// What libfdt's sequential writer makes of `fill`, which is called between the reservations and the end.
inline Blob write_tree(const std::function<void(void*)>& reserve, const std::function<void(void*)>& fill)
{
    Blob blob(1024 * 1024);
    void* tree = blob.data();
    fdt_create(tree, static_cast<int>(blob.size()));
    reserve(tree);
    fdt_finish_reservemap(tree);
    fill(tree);
    fdt_finish(tree);
    blob.resize(fdt_totalsize(tree));
    blob.shrink_to_fit();
    return blob;
}

inline Blob write_tree(const std::function<void(void*)>& fill)
{
    return write_tree([](void*) {}, fill);
}

/// What dtc prints when it reads the tree: nothing, if all is well.
inline std::string dtc_complaints_of(const Blob& blob)
{
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("hv-tree-" + std::to_string(::getpid()) + ".dtb");
    const std::filesystem::path said = path.string() + ".said";
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(blob.data()),
                                                static_cast<std::streamsize>(blob.size()));
    const std::string command = "dtc -I dtb -O dts -o /dev/null '" + path.string() + "' 2>'" + said.string() + "'";
    const int status = std::system(command.c_str());
    std::ifstream file{said};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    std::filesystem::remove(path);
    std::filesystem::remove(said);
    return status == 0 ? text : "dtc failed: " + text;
}

/// Overwrites the big-endian word at `offset`.
inline void poke(Blob& blob, size_t offset, uint32_t word)
{
    for (size_t i = 0; i < 4; ++i) {
        blob.at(offset + i) = static_cast<std::byte>(word >> (24 - 8 * i));
    }
}

inline uint32_t peek(const Blob& blob, size_t offset)
{
    uint32_t word = 0;
    for (size_t i = 0; i < 4; ++i) {
        word = word << 8 | std::to_integer<uint32_t>(blob.at(offset + i));
    }
    return word;
}

/// A tree of raw structure words and strings, which need not make sense.
inline Blob raw_tree(const std::vector<uint32_t>& structure, const std::string& strings)
{
    constexpr uint32_t header = 40;
    const auto structure_size = static_cast<uint32_t>(structure.size() * 4);
    const auto strings_size = static_cast<uint32_t>(strings.size());
    const uint32_t structure_at = header + 16;
    Blob blob(structure_at + structure_size + strings_size);
    const uint32_t fields[] = {0xd00dfeed,   static_cast<uint32_t>(blob.size()),
                               structure_at, structure_at + structure_size,
                               header,       17,
                               16,           0,
                               strings_size, structure_size};
    for (size_t i = 0; i < std::size(fields); ++i) {
        poke(blob, 4 * i, fields[i]);
    }
    for (size_t i = 0; i < structure.size(); ++i) {
        poke(blob, structure_at + 4 * i, structure[i]);
    }
    for (size_t i = 0; i < strings.size(); ++i) {
        blob[structure_at + structure_size + i] = static_cast<std::byte>(strings[i]);
    }
    return blob;
}

}  // namespace hv::test
