// Vector against std::vector over random programs, on a heap that copies, grows blocks in place, or runs out.
#include <hv/lib/vector.hpp>

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "host_heap.hpp"
#include "panic_error.hpp"
#include "vector_elements.hpp"

namespace hv {
namespace {

using test::value_of;

/// Runs one random program on a Vector<T> and, with the same numbers, on a std::vector<int>.
template <typename T>
class Program {
public:
    Program(unsigned seed, size_t room_behind_blocks) : random_{seed}
    {
        test::reset_heap();
        test::heap_script().room_behind_blocks = room_behind_blocks;
    }

    void run(int steps)
    {
        for (int i = 0; i < steps; ++i) {
            step();
            ASSERT_NO_FATAL_FAILURE(compare());
        }
    }

private:
    std::mt19937 random_;
    Vector<T> vector_;
    std::vector<int> model_;

    int below(size_t limit) { return static_cast<int>(random_() % limit); }

    void compare()
    {
        ASSERT_EQ(vector_.size(), model_.size());
        ASSERT_GE(vector_.capacity(), vector_.size());
        ASSERT_EQ(vector_.empty(), model_.empty());
        for (size_t i = 0; i < model_.size(); ++i) {
            ASSERT_EQ(value_of(vector_[i]), model_[i]) << "element " << i;
        }
    }

    void step()
    {
        const int value = below(1 << 20);
        switch (below(16)) {
        case 0:
        case 1:
            vector_.emplace_back(value);
            model_.push_back(value);
            break;
        case 2:
        case 3:
            vector_.push_back(T(value));
            model_.push_back(value);
            break;
        case 4:
        case 5:
            push_own_element();
            break;
        case 6:
        case 7:
            push_on_an_empty_heap(value);
            break;
        case 8:
            reserve_on_an_empty_heap();
            break;
        case 9:
            vector_.reserve(static_cast<size_t>(below(2 * model_.size() + 2)));
            break;
        case 10:
            resize(static_cast<size_t>(below(2 * model_.size() + 2)));
            break;
        case 11:
            insert(value);
            break;
        case 12:
            pass_through_another();
            break;
        default:
            shrink();
            break;
        }
    }

    void push_own_element()
    {
        if constexpr (std::is_copy_constructible_v<T>) {
            if (!model_.empty()) {
                const auto i = static_cast<size_t>(below(model_.size()));
                vector_.push_back(vector_[i]);
                model_.push_back(int{model_[i]});
            }
        }
    }

    void push_on_an_empty_heap(int value)
    {
        const size_t before = std::exchange(test::heap_script().requests_before_empty, 0);
        const bool has_room = vector_.size() < vector_.capacity();
        T element(value);
        EXPECT_EQ(vector_.try_push_back(std::move(element)), has_room);
        if (has_room) {
            model_.push_back(value);
        } else {
            EXPECT_EQ(value_of(element), value);
            EXPECT_NE(test::panic_of([&] { vector_.push_back(std::move(element)); }), "no panic");
            EXPECT_EQ(value_of(element), value);
        }
        test::heap_script().requests_before_empty = before;
    }

    void reserve_on_an_empty_heap()
    {
        const size_t before = std::exchange(test::heap_script().requests_before_empty, 0);
        const size_t capacity = vector_.capacity();
        EXPECT_TRUE(vector_.try_reserve(capacity));
        EXPECT_FALSE(vector_.try_reserve(capacity + 1));
        EXPECT_FALSE(vector_.try_resize(capacity + 1));
        EXPECT_EQ(vector_.capacity(), capacity);
        test::heap_script().requests_before_empty = before;
    }

    void resize(size_t size)
    {
        if (model_.size() > 200) {
            size = 0;
        }
        vector_.resize(size);
        model_.resize(size);
    }

    void insert(int value)
    {
        const auto i = static_cast<size_t>(below(model_.size() + 1));
        T* const at = vector_.insert(vector_.begin() + i, T(value));
        EXPECT_EQ(at, vector_.begin() + i);
        model_.insert(model_.begin() + static_cast<ptrdiff_t>(i), value);
    }

    void pass_through_another()
    {
        Vector<T> other{std::move(vector_)};
        EXPECT_TRUE(vector_.empty());
        EXPECT_EQ(vector_.capacity(), 0U);
        vector_.emplace_back(1);
        if (below(2) == 0) {
            swap(vector_, other);
        } else {
            vector_ = std::move(other);
        }
    }

    void shrink()
    {
        if (model_.empty()) {
            return;
        }
        if (below(64) == 0) {
            vector_.clear();
            model_.clear();
        } else if (below(2) == 0) {
            vector_.pop_back();
            model_.pop_back();
        } else {
            const auto i = static_cast<size_t>(below(model_.size()));
            EXPECT_EQ(vector_.erase(vector_.begin() + i), vector_.begin() + i);
            model_.erase(model_.begin() + static_cast<ptrdiff_t>(i));
        }
    }
};

template <typename T>
class VectorModel : public testing::Test {
protected:
    ~VectorModel() override { test::reset_heap(); }
};

using ElementTypes = testing::Types<int, int64_t, test::Odd, test::Overaligned, test::MoveOnly, test::SelfPointer>;
TYPED_TEST_SUITE(VectorModel, ElementTypes);

TYPED_TEST(VectorModel, BehavesAsStdVectorOnAHeapThatMovesBlocks)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        ASSERT_NO_FATAL_FAILURE((Program<TypeParam>{seed, 0}.run(400))) << "seed " << seed;
        ASSERT_TRUE(test::SelfPointer::living.empty());
    }
}

TYPED_TEST(VectorModel, BehavesAsStdVectorOnAHeapThatGrowsBlocksInPlace)
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        ASSERT_NO_FATAL_FAILURE((Program<TypeParam>{seed, 4096}.run(400))) << "seed " << seed;
        ASSERT_TRUE(test::SelfPointer::living.empty());
    }
}

TYPED_TEST(VectorModel, KeepsItsElementsWhereverTheHeapRunsOut)
{
    for (size_t k = 0; k < 12; ++k) {
        for (const size_t room : {size_t{0}, size_t{1024}}) {
            test::reset_heap();
            test::heap_script().room_behind_blocks = room;
            test::heap_script().requests_before_empty = k;
            Vector<TypeParam> vector;
            int pushed = 0;
            while (pushed < 2000 && vector.try_emplace_back(pushed)) {
                ++pushed;
            }
            ASSERT_EQ(vector.size(), static_cast<size_t>(pushed)) << "k " << k;
            ASSERT_EQ(vector.empty(), k == 0);
            for (int i = 0; i < pushed; ++i) {
                ASSERT_EQ(value_of(vector[static_cast<size_t>(i)]), i) << "k " << k;
            }
        }
    }
}

}  // namespace
}  // namespace hv
