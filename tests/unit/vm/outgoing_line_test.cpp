// A guest's line as the console shows it: with the name in front, of bounded length, and without what a terminal
// obeys.
#include <hv/vm/outgoing_line.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hv::vm {
namespace {

class Lines : public testing::Test {
protected:
    std::array<uint8_t, 1024> room_{};
    OutputRing ring_;

    Lines() { ring_.use(room_); }
    void write(std::string_view text)
    {
        for (const char c : text) {
            ASSERT_TRUE(ring_.offer(static_cast<uint8_t>(c)));
        }
    }
    std::string take(bool more_may_come = true)
    {
        OutgoingLine line;
        take_line(ring_, "cell", more_may_come, line);
        std::string text;
        for (; !line.empty(); line.pop()) {
            text += static_cast<char>(line.front());
        }
        return text;
    }
};

TEST_F(Lines, each_has_the_name_in_front_and_one_end)
{
    write("one\r\ntwo\n\nfour\r");
    EXPECT_EQ(take(), "cell: one\r\n");
    EXPECT_EQ(take(), "cell: two\r\n");
    EXPECT_EQ(take(), "cell: \r\n");
    EXPECT_EQ(take(), "cell: four\\\r\n");
    EXPECT_EQ(ring_.unshown(), 0U);
}

TEST_F(Lines, what_was_written_last_by_a_guest_that_has_ended_is_no_piece)
{
    write("login: ");
    EXPECT_EQ(take(false), "cell: login: \r\n");
}

TEST_F(Lines, no_byte_of_a_guest_makes_the_terminal_do_anything)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        const char c = static_cast<char>(byte);
        if (c == '\n') {
            continue;
        }
        write({&c, 1});
        write("x\n");
        const std::string line = take();
        ASSERT_TRUE(line.starts_with("cell: ") && line.ends_with("x\r\n")) << byte;
        for (const char shown : line.substr(0, line.size() - 2)) {
            EXPECT_TRUE((shown >= ' ' && shown <= '~') || shown == '\t') << byte;
        }
    }
}

TEST_F(Lines, what_cannot_be_shown_is_told_apart)
{
    using namespace std::string_view_literals;
    write("\x1b[2J\0\a\b\r\t\x7f\x9b\xff\n"sv);
    EXPECT_EQ(take(), "cell: ^[[2J^@^G^H^M\t^?\\x9b\\xff\r\n");
}

TEST_F(Lines, a_long_one_comes_in_pieces_that_say_so)
{
    write(std::string(500, 'a') + "\nb\n");
    EXPECT_EQ(take(), "cell: " + std::string(200, 'a') + "\\\r\n");
    EXPECT_EQ(take(), "cell: " + std::string(200, 'a') + "\\\r\n");
    EXPECT_EQ(take(), "cell: " + std::string(100, 'a') + "\r\n");
    EXPECT_EQ(take(), "cell: b\r\n");
}

TEST_F(Lines, one_that_gets_long_only_in_being_shown_is_not_cut)
{
    write(std::string(100, '\xff') + "\n");
    std::string shown;
    for (std::string piece = take(); ring_.unshown() != 0 || shown.empty(); piece = take()) {
        ASSERT_TRUE(piece.ends_with("\\\r\n")) << piece;
        ASSERT_LE(piece.size(), OutgoingLine::most_bytes);
        shown += piece.substr(6, piece.size() - 9);
        if (ring_.unshown() == 0) {
            break;
        }
    }
    EXPECT_GE(shown.size(), 200U);
}

TEST(OutgoingLine, what_does_not_fit_is_dropped)
{
    OutgoingLine line;
    line.write(std::string(300, 'a'));
    size_t count = 0;
    for (; !line.empty(); line.pop()) {
        count++;
    }
    EXPECT_EQ(count, OutgoingLine::most_bytes);
}

}  // namespace
}  // namespace hv::vm
