// Who writes to the console when: the guest in front as it likes, the others by whole lines, and none for ever.
#include <hv/vm/console_mux.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace hv::vm {
namespace {

constexpr size_t ring_size = 1024;

class Rows final : public ConsoleText {
public:
    size_t rows = 2;

    bool write_row(size_t row, Sink& sink) override
    {
        if (row >= rows) {
            return false;
        }
        sink.write(row == 0 ? "console: first" : "console: second");
        return true;
    }
};

class Console : public testing::Test {
protected:
    std::array<std::array<uint8_t, ring_size>, 3> rooms_{};
    std::array<ConsoleChannel, 3> guests_{};
    ConsoleMux mux_;
    uint64_t now_ = 1'000'000'000;

    Console()
    {
        constexpr std::string_view names[] = {"front", "one", "two"};
        for (size_t i = 0; i < 3; i++) {
            guests_[i].connect(names[i], rooms_[i]);
            mux_.add(guests_[i]);
        }
    }
    size_t offer(size_t guest, std::string_view text)
    {
        const SpinLock::Held held{guests_[guest].lock()};
        return guests_[guest].offer(std::as_bytes(std::span{text}), now_);
    }
    void write(size_t guest, std::string_view text) { ASSERT_EQ(offer(guest, text), text.size()); }
    /// As the guest in front does where nothing else is going on.
    void write_by_itself(std::string_view text)
    {
        ASSERT_TRUE(mux_.is_idle());
        OutputRing& ring = guests_[mux_.front()].ring();
        ASSERT_LT(text.size(), static_cast<size_t>(ring.end() - ring.next()));
        ring.shown_until(std::copy(text.begin(), text.end(), ring.next()), false);
    }
    std::string shown(size_t most = SIZE_MAX)
    {
        std::string text;
        for (; most != 0; most--) {
            const auto byte = mux_.next(now_);
            if (!byte) {
                break;
            }
            mux_.taken();
            text += static_cast<char>(*byte);
        }
        return text;
    }
};

TEST_F(Console, a_line_that_is_in_a_hurry_breaks_that_of_the_guest_in_front)
{
    write(0, "~ # ");
    EXPECT_EQ(shown(), "~ # ");
    write(1, "hello\n");
    EXPECT_EQ(shown(), "");
    mux_.hurry();
    EXPECT_EQ(shown(), "\\\r\none: hello\r\n");
    write(1, "again\n");
    write(0, "ls");
    EXPECT_EQ(shown(), "ls");  // once only
}

TEST_F(Console, the_guest_in_front_is_byte_for_byte)
{
    using namespace std::string_view_literals;
    constexpr std::string_view text = "a\r\n\0\x1b[1m\xff login: "sv;
    write(0, text);
    EXPECT_FALSE(mux_.is_idle());
    EXPECT_EQ(shown(), text);
    EXPECT_TRUE(mux_.is_idle());
}

TEST_F(Console, the_others_are_whole_lines_with_their_names)
{
    write(1, "begun");
    EXPECT_EQ(shown(), "");
    EXPECT_TRUE(mux_.is_idle()) << "a line that is not ended keeps nobody";
    write(1, " and ended\nnext");
    EXPECT_EQ(shown(), "one: begun and ended\r\n");
}

TEST_F(Console, lines_of_the_others_come_by_turns)
{
    write(1, "a\nb\nc\n");
    write(2, "d\ne\n");
    EXPECT_EQ(shown(), "one: a\r\ntwo: d\r\none: b\r\ntwo: e\r\none: c\r\n");
}

TEST_F(Console, the_guest_in_front_comes_first_but_not_alone)
{
    write(0, "A\nB\nC\n");
    write(1, "a\nb\n");
    EXPECT_EQ(shown(), "one: a\r\nA\none: b\r\nB\nC\n");
}

TEST_F(Console, a_line_that_is_going_out_is_not_broken_by_anything)
{
    write(1, "a line\n");
    EXPECT_EQ(shown(6), "one: a");
    EXPECT_TRUE(mux_.is_in_a_line());
    write(0, "front\n");
    write(2, "two\n");
    Rows rows;
    mux_.say(rows);
    mux_.bring_to_front(2);
    EXPECT_EQ(shown(7), " line\r\n");
}

TEST_F(Console, a_line_of_the_guest_in_front_is_waited_for)
{
    write_by_itself("PA");
    mux_.look_at_front(now_);
    write(1, "tick\n");
    EXPECT_EQ(shown(), "");
    EXPECT_FALSE(mux_.is_idle()) << "what it writes next has to come by";
    write(0, "SS\n");
    EXPECT_EQ(shown(), "SS\none: tick\r\n");
}

TEST_F(Console, a_guest_in_front_that_is_quiet_is_not_waited_for)
{
    write_by_itself("prompt # ");
    mux_.look_at_front(now_);
    now_ += ConsoleMux::quiet;
    write(1, "tick\n");
    EXPECT_EQ(shown(), "\\\r\none: tick\r\n") << "and its line is marked";
    write(1, "tock\n");
    EXPECT_EQ(shown(), "one: tock\r\n") << "once";
    write_by_itself("ls\r\n");
    write(1, "tack\n");
    EXPECT_EQ(shown(), "one: tack\r\n");
}

TEST_F(Console, a_line_without_end_in_front_does_not_hold_the_others_up_for_ever)
{
    write(1, "tick\n");
    std::string text;
    for (unsigned i = 0; i < 100 && text.find("tick") == std::string::npos; i++) {
        now_ += ConsoleMux::longest_turn / 10;
        write(0, "x");
        text += shown();
    }
    EXPECT_EQ(text, "one: tick\r\nx") << "it was at a line's start";
    write(1, "tock\n");
    text = "";
    for (unsigned i = 0; i < 100 && text.find("tock") == std::string::npos; i++) {
        write(0, "x");
        text += shown();
        now_ += ConsoleMux::longest_turn / 10;
    }
    EXPECT_EQ(text, std::string(10, 'x') + "\\\r\none: tock\r\nx");
}

TEST_F(Console, a_flood_leaves_the_others_their_turns)
{
    std::string text;
    write(2, "t1\nt2\nt3\n");
    write(0, "f1\nf2\nf3\n");
    for (unsigned i = 0; i < 8; i++) {
        while (offer(1, "flood\n") == 6) {
        }
        text += shown(13);
    }
    for (const char* line : {"two: t1\r\n", "two: t2\r\n", "two: t3\r\n", "f1\n", "f2\n", "f3\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
    }
}

TEST_F(Console, a_guest_that_floods_waits_and_is_told_when_there_is_room)
{
    const std::string flood(2 * ring_size, 'x');
    EXPECT_EQ(offer(1, flood), ring_size - 1);
    EXPECT_EQ(mux_.take_those_with_room(), 0U);
    static_cast<void>(shown());
    EXPECT_EQ(mux_.take_those_with_room(), 2U);
    EXPECT_EQ(mux_.take_those_with_room(), 0U);
}

TEST_F(Console, a_line_that_is_old_is_shown_as_far_as_it_is)
{
    write(1, "login: ");
    now_ += ConsoleChannel::patience - 1;
    EXPECT_EQ(shown(), "");
    now_++;
    EXPECT_EQ(shown(), "one: login: \\\r\n");
    write(1, "root\n");
    EXPECT_EQ(shown(), "one: root\r\n");
}

TEST_F(Console, the_tail_of_a_guest_that_has_ended_is_shown)
{
    write(1, "bye");
    guests_[1].set_ended(true);
    EXPECT_EQ(shown(), "one: bye\r\n");
    EXPECT_FALSE(guests_[1].holds_output());
}

TEST_F(Console, a_guest_that_comes_to_the_front_shows_again_what_it_wrote)
{
    write(1, "boot\r\nlogin: ");
    EXPECT_EQ(shown(), "one: boot\r\n");
    mux_.bring_to_front(1);
    EXPECT_EQ(shown(), "boot\r\nlogin: ");
    write_by_itself("root");
    write(0, "now behind\n");
    now_ += ConsoleMux::quiet;
    EXPECT_EQ(shown(), "");
    now_ += ConsoleMux::quiet;
    EXPECT_EQ(shown(), "\\\r\nfront: now behind\r\n");
    mux_.bring_to_front(0);
    EXPECT_EQ(shown(), "now behind\n");
    mux_.bring_to_front(1);
    EXPECT_EQ(shown(), "boot\r\nlogin: root");
}

TEST_F(Console, the_line_that_a_guest_leaves_the_front_in_is_ended)
{
    write_by_itself("prompt # ");
    Rows rows;
    rows.rows = 1;
    mux_.say(rows);
    mux_.bring_to_front(1);
    EXPECT_EQ(shown(), "\\\r\nconsole: first\r\n");
    write(1, "next\n");
    EXPECT_EQ(shown(), "next\n");
}

TEST_F(Console, what_a_guest_still_had_to_show_becomes_lines_when_it_leaves_the_front)
{
    write(0, "1\n2\n3");
    EXPECT_EQ(shown(1), "1");
    mux_.bring_to_front(1);
    EXPECT_EQ(shown(), "\nfront: 2\r\n");
    write(0, "4\n");
    EXPECT_EQ(shown(), "front: 34\r\n");
}

TEST_F(Console, the_hypervisors_rows_are_lines_of_their_own)
{
    write_by_itself("half a ");
    Rows rows;
    mux_.say(rows);
    write(0, "line\n");
    EXPECT_EQ(shown(), "\\\r\nconsole: first\r\nconsole: second\r\nline\n");
    EXPECT_TRUE(mux_.is_idle());
    rows.rows = 0;
    mux_.say(rows);
    EXPECT_EQ(shown(), "");
    EXPECT_TRUE(mux_.is_idle());
}

TEST_F(Console, whoever_else_writes_a_line_is_told_whether_one_is_begun)
{
    EXPECT_FALSE(mux_.break_line());
    write_by_itself("half");
    EXPECT_TRUE(mux_.break_line());
    EXPECT_FALSE(mux_.break_line());
    write_by_itself(" a line\n");
    EXPECT_FALSE(mux_.break_line());
}

}  // namespace
}  // namespace hv::vm
