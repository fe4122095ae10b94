// The sink that keeps text in a buffer.
#include <hv/lib/sink.hpp>

#include <gtest/gtest.h>

namespace hv {
namespace {

TEST(BufferSink, KeepsWhatIsWrittenInOrder)
{
    char buffer[16];
    BufferSink sink{buffer};
    sink.write("boot");
    sink.write("");
    sink.write("ing");
    EXPECT_EQ(sink.text(), "booting");
    EXPECT_FALSE(sink.truncated());
}

TEST(BufferSink, IsNotTruncatedWhenTheTextFitsExactly)
{
    char buffer[4];
    BufferSink sink{buffer};
    sink.write("boot");
    EXPECT_EQ(sink.text(), "boot");
    EXPECT_FALSE(sink.truncated());
}

TEST(BufferSink, KeepsTheBeginningAndSaysSoWhenTheTextDoesNotFit)
{
    char buffer[4];
    BufferSink sink{buffer};
    sink.write("boo");
    sink.write("ting");
    sink.write("x");
    EXPECT_EQ(sink.text(), "boot");
    EXPECT_TRUE(sink.truncated());
}

TEST(BufferSink, TakesNothingIntoAnEmptyBuffer)
{
    BufferSink sink{{}};
    sink.write("x");
    EXPECT_EQ(sink.text(), "");
    EXPECT_TRUE(sink.truncated());
}

TEST(BufferSink, IsAsNewAfterClear)
{
    char buffer[2];
    BufferSink sink{buffer};
    sink.write("long");
    sink.clear();
    EXPECT_EQ(sink.text(), "");
    EXPECT_FALSE(sink.truncated());
    sink.write("ab");
    EXPECT_EQ(sink.text(), "ab");
}

}  // namespace
}  // namespace hv
