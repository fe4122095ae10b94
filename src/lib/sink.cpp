// Where formatted text goes: the sink that keeps it in memory.
#include <hv/lib/sink.hpp>

#include <algorithm>

namespace hv {

void BufferSink::write(std::string_view text)
{
    const size_t fits = std::min(text.size(), buffer_.size() - used_);
    std::copy_n(text.data(), fits, buffer_.data() + used_);
    used_ += fits;
    truncated_ = truncated_ || fits < text.size();
}

void BufferSink::clear()
{
    used_ = 0;
    truncated_ = false;
}

}  // namespace hv
