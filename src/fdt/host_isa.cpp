// Reads the names of a host's ISA extensions, and finds what all harts have in common.
#include <hv/fdt/host_isa.hpp>

#include <array>

namespace hv::fdt {
namespace {

/// More than any hart has: a list of more is not looked at to its end.
constexpr size_t max_names = 512;

/// [unpriv] ISA Extension Naming Conventions: what "g" stands for.
constexpr std::array<std::string_view, 7> general_extensions{"i", "m", "a", "f", "d", "zicsr", "zifencei"};

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

constexpr bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/// What can stand in a guest's tree without meaning something else there.
bool is_extension_name(std::string_view name)
{
    constexpr size_t longest = 31;
    if (name.empty() || name.size() > longest || !is_lower(name.front())) {
        return false;
    }
    for (const char c : name) {
        if (!is_lower(c) && !is_digit(c)) {
            return false;
        }
    }
    return true;
}

size_t count_digits(std::string_view text)
{
    size_t count = 0;
    while (count != text.size() && is_digit(text[count])) {
        ++count;
    }
    return count;
}

/// `name` up to the digits that it ends in.
std::string_view without_number(std::string_view name)
{
    while (!name.empty() && is_digit(name.back())) {
        name.remove_suffix(1);
    }
    return name;
}

/// "zba1p0" and "zba1" are zba.
std::string_view without_version(std::string_view name)
{
    const std::string_view major = without_number(name);
    if (major.size() != name.size() && major.ends_with('p')) {
        const std::string_view dotless = major.substr(0, major.size() - 1);
        if (!dotless.empty() && is_digit(dotless.back())) {
            return without_number(dotless);
        }
    }
    return major;
}

}  // namespace

ExtensionReader::ExtensionReader(const Hart& hart)
    : list_{hart.isa_extensions.begin()},
      has_list_{!(list_ == RangeEnd{})},
      left_{max_names}
{
    constexpr std::string_view base = "rv64";
    if (hart.isa.starts_with(base)) {
        text_ = hart.isa.substr(base.size());
    }
}

std::optional<std::string_view> ExtensionReader::next()
{
    while (left_ != 0) {
        --left_;
        const std::optional<std::string_view> name = has_list_ ? next_of_list() : next_of_text();
        if (!name || is_extension_name(*name)) {
            return name;
        }
    }
    return {};
}

std::optional<std::string_view> ExtensionReader::next_of_list()
{
    if (list_ == RangeEnd{}) {
        return {};
    }
    const std::string_view name = *list_;
    ++list_;
    return name;
}

std::optional<std::string_view> ExtensionReader::next_of_text()
{
    if (!general_.empty()) {
        const std::string_view name = general_.front();
        general_ = general_.subspan(1);
        return name;
    }
    // An old spelling of the modes S and U, which are no extensions: "rv64imafdcsu".
    if (text_.starts_with("su")) {
        text_.remove_prefix(2);
    }
    while (text_.starts_with('_')) {
        text_.remove_prefix(1);
    }
    if (text_.empty()) {
        return {};
    }
    const char first = text_.front();
    if (first == 'z' || first == 's' || first == 'x') {
        return take_word();
    }
    const std::string_view letter = take_letter();
    if (first == 'g') {
        general_ = std::span{general_extensions}.subspan(1);
        return general_extensions.front();
    }
    return letter;
}

std::string_view ExtensionReader::take_letter()
{
    const std::string_view letter = text_.substr(0, 1);
    text_.remove_prefix(1);
    const size_t major = count_digits(text_);
    text_.remove_prefix(major);
    if (major != 0 && text_.starts_with('p')) {
        if (const size_t minor = count_digits(text_.substr(1)); minor != 0) {
            text_.remove_prefix(1 + minor);
        }
    }
    return letter;
}

std::string_view ExtensionReader::take_word()
{
    const std::string_view word = before(text_, '_');
    text_.remove_prefix(word.size());
    return without_version(word);
}

bool HostIsa::has(std::string_view extension) const
{
    return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

isa::PagingMode paging_mode_of(std::string_view mmu_type)
{
    if (mmu_type == "riscv,sv39") {
        return isa::PagingMode::sv39;
    }
    if (mmu_type == "riscv,sv48") {
        return isa::PagingMode::sv48;
    }
    return mmu_type == "riscv,sv57" ? isa::PagingMode::sv57 : isa::PagingMode::bare;
}

namespace {

void take_first(const Hart& hart, HostIsa& isa)
{
    ExtensionReader reader{hart};
    while (const auto name = reader.next()) {
        if (!isa.extensions.try_push_back(*name)) {
            break;
        }
    }
    isa.mmu_type = paging_mode_of(hart.mmu_type) != isa::PagingMode::bare ? hart.mmu_type : std::string_view{};
    isa.cache_blocks = hart.cache_blocks;
}

/// Takes away what `hart` has not. Harts mostly say the same in the same order: so the search goes on where the
/// name before was found.
void keep_extensions_of(const Hart& hart, StaticVector<std::string_view, HostIsa::max_extensions>& names)
{
    std::array<bool, HostIsa::max_extensions> kept{};
    size_t at = 0;
    ExtensionReader reader{hart};
    while (const auto name = reader.next()) {
        for (size_t i = 0; i != names.size(); ++i) {
            at = at + 1 < names.size() ? at + 1 : 0;
            if (names[at] == *name) {
                kept[at] = true;
                break;
            }
        }
    }
    size_t count = 0;
    for (size_t i = 0; i != names.size(); ++i) {
        if (kept[i]) {
            names[count++] = names[i];
        }
    }
    while (names.size() != count) {
        names.pop_back();
    }
}

void keep_if_equal(uint32_t& size, uint32_t other)
{
    size = size == other ? size : 0;
}

void keep_what_it_has(const Hart& hart, HostIsa& isa)
{
    keep_extensions_of(hart, isa.extensions);
    if (paging_mode_of(hart.mmu_type) == isa::PagingMode::bare) {
        isa.mmu_type = {};
    } else if (paging_mode_of(hart.mmu_type) < paging_mode_of(isa.mmu_type)) {
        isa.mmu_type = hart.mmu_type;
    }
    keep_if_equal(isa.cache_blocks.management, hart.cache_blocks.management);
    keep_if_equal(isa.cache_blocks.zero, hart.cache_blocks.zero);
    keep_if_equal(isa.cache_blocks.prefetch, hart.cache_blocks.prefetch);
}

}  // namespace

void find_common_isa(std::span<const Hart> harts, HostIsa& isa)
{
    bool first = true;
    for (const Hart& hart : harts) {
        if (!hart.available) {
            continue;
        }
        if (first) {
            take_first(hart, isa);
        } else {
            keep_what_it_has(hart, isa);
        }
        first = false;
    }
}

}  // namespace hv::fdt
