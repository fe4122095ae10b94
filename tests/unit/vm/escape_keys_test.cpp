// Which keys are the operator's, and which the guest's.
#include <hv/vm/escape_keys.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hv::vm {
namespace {

/// What the guest gets, with commands in brackets.
std::string typed(std::string_view keys)
{
    EscapeKeys escape;
    std::string seen;
    for (const char c : keys) {
        const Key key = escape.take(static_cast<uint8_t>(c));
        const std::string text(1, static_cast<char>(key.byte));
        seen += key.kind == Key::Kind::guest ? text : key.kind == Key::Kind::command ? "[" + text + "]" : "";
    }
    return seen;
}

TEST(EscapeKeys, every_byte_but_one_goes_to_the_guest)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        const Key expected = byte == 0x1d ? Key{} : Key{Key::Kind::guest, static_cast<uint8_t>(byte)};
        EXPECT_EQ(EscapeKeys{}.take(static_cast<uint8_t>(byte)), expected) << byte;
    }
}

TEST(EscapeKeys, the_key_behind_it_is_a_command_and_the_next_is_not)
{
    EXPECT_EQ(typed("ab\x1dlcd"), "ab[l]cd");
    EXPECT_EQ(typed("\x1d\r\x1d"
                    "1"),
              "[\r][1]");
}

TEST(EscapeKeys, twice_it_is_one_for_the_guest)
{
    EXPECT_EQ(typed("\x1d\x1dl"), "\x1dl");
    EXPECT_EQ(typed("\x1d\x1d\x1dl"), "\x1d[l]");
}

TEST(EscapeKeys, alone_it_waits)
{
    EXPECT_EQ(typed("\x1d"), "");
}

}  // namespace
}  // namespace hv::vm
