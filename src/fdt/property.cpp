// The readings of a property's bytes: numbers and strings.
#include <hv/fdt/property.hpp>

namespace hv::fdt {

void StringList::Iterator::measure()
{
    size_ = 0;
    while (size_ < rest_.size() && rest_[size_] != std::byte{0}) {
        ++size_;
    }
    if (size_ == rest_.size()) {
        // No NUL: what is left is no string, and the list ends here.
        rest_ = {};
        size_ = 0;
    }
}

bool StringList::contains(std::string_view wanted) const
{
    if (value_.size() <= wanted.size()) {
        return false;
    }
    for (std::string_view each : *this) {
        if (each == wanted) {
            return true;
        }
    }
    return false;
}

std::optional<uint32_t> Property::u32() const
{
    if (value.size() != 4) {
        return {};
    }
    return read_be32(value.data());
}

std::optional<uint64_t> Property::u64() const
{
    if (value.size() != 8) {
        return {};
    }
    return read_be64(value.data());
}

std::optional<uint64_t> Property::number() const
{
    if (value.size() == 4) {
        return read_be32(value.data());
    }
    return u64();
}

std::optional<std::string_view> Property::string() const
{
    const StringList list{value};
    const StringList::Iterator first = list.begin();
    if (first == list.end()) {
        return {};
    }
    return *first;
}

}  // namespace hv::fdt
