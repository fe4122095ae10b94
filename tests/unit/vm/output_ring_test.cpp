// The bytes that are kept of what a guest writes: which are still to be shown, and which can be shown again.
#include <hv/vm/output_ring.hpp>

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <random>
#include <string>
#include <string_view>

namespace hv::vm {
namespace {

class Ring : public testing::Test {
protected:
    std::array<uint8_t, 8> room_{};
    OutputRing ring_;

    Ring() { ring_.use(room_); }
    size_t offer(std::string_view text)
    {
        size_t taken = 0;
        while (taken < text.size() && ring_.offer(static_cast<uint8_t>(text[taken]))) {
            taken++;
        }
        return taken;
    }
    void record(std::string_view text)
    {
        uint8_t* next = ring_.next();
        bool wrapped = false;
        for (const char c : text) {
            *next++ = static_cast<uint8_t>(c);
            if (next == ring_.end()) {
                next = ring_.begin();
                wrapped = true;
            }
        }
        ring_.shown_until(next, wrapped);
    }
    [[nodiscard]] std::string unshown() const
    {
        std::string text;
        for (size_t i = 0; i < ring_.unshown(); i++) {
            text += static_cast<char>(ring_.unshown_at(i));
        }
        return text;
    }
};

TEST_F(Ring, one_that_has_no_room_takes_nothing)
{
    OutputRing none;
    EXPECT_FALSE(none.offer('a'));
    EXPECT_EQ(none.unshown(), 0U);
}

TEST_F(Ring, bytes_are_given_out_in_their_order_and_over_the_end_of_the_room)
{
    EXPECT_EQ(offer("abcde"), 5U);
    ring_.shown(4);
    EXPECT_EQ(offer("fghij"), 5U);
    EXPECT_EQ(unshown(), "efghij");
}

TEST_F(Ring, what_is_not_shown_is_never_written_over)
{
    EXPECT_EQ(offer("abcdefghij"), 7U);
    EXPECT_EQ(unshown(), "abcdefg");
    ring_.shown(1);
    EXPECT_EQ(offer("hi"), 1U);
    EXPECT_EQ(unshown(), "bcdefgh");
}

TEST_F(Ring, the_last_bytes_can_be_shown_again)
{
    record("ab");
    ring_.show_again();
    EXPECT_EQ(unshown(), "ab");
    record("cdefghi");
    EXPECT_EQ(unshown(), "");
    ring_.show_again();
    EXPECT_EQ(unshown(), "cdefghi");
}

TEST_F(Ring, what_is_shown_again_starts_with_a_line_where_there_is_one)
{
    record("abcdef\ngh");
    ring_.show_again();
    EXPECT_EQ(unshown(), "gh");
    record("0123456\n");
    ring_.show_again();
    EXPECT_EQ(unshown(), "123456\n") << "nothing follows the only end of a line";
}

TEST_F(Ring, a_line_without_an_end_that_was_shown_is_known)
{
    EXPECT_FALSE(ring_.shows_part_of_a_line());
    EXPECT_EQ(offer("a"), 1U);
    EXPECT_FALSE(ring_.shows_part_of_a_line());
    ring_.shown(1);
    EXPECT_TRUE(ring_.shows_part_of_a_line());
    record("bcdef\n");
    EXPECT_FALSE(ring_.shows_part_of_a_line());
    record("h");
    EXPECT_TRUE(ring_.shows_part_of_a_line()) << "the last byte is at the end of the room";
}

TEST_F(Ring, agrees_with_a_queue_over_a_long_time)
{
    std::mt19937 random{1};  // NOLINT(cert-msc51-cpp): the same each time
    std::deque<char> queue;
    for (unsigned step = 0; step < 100'000; step++) {
        const char byte = static_cast<char>('a' + step % 26);
        if (random() % 2 == 0) {
            ASSERT_EQ(offer({&byte, 1}), queue.size() < 7 ? 1U : 0U);
            if (queue.size() < 7) {
                queue.push_back(byte);
            }
        } else if (const size_t count = random() % 4; count <= queue.size()) {
            ring_.shown(count);
            queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
        }
        ASSERT_EQ(unshown(), std::string(queue.begin(), queue.end()));
    }
}

}  // namespace
}  // namespace hv::vm
