// SPDX-License-Identifier: Apache-2.0
// What every store must keep. A driver's own test instantiates the suite with a maker of empty stores.
#pragma once

#include "base/result.hpp"
#include "store/store.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

namespace starkeep::store {

/// One empty store, and what must live as long as it (a temporary folder, a server).
struct StoreFixture {
    std::shared_ptr<void> keeper;  // shared: only this erases the type
    std::unique_ptr<Store> store;
};

struct StoreMaker {
    std::string name;
    std::function<Result<StoreFixture>()> make;
};

class StoreConformance : public testing::TestWithParam<StoreMaker> {
protected:
    void SetUp() override
    {
        Result<StoreFixture> made = GetParam().make();
        ASSERT_TRUE(made.ok()) << made.error().text();
        fixture_ = std::move(made).value();
    }
    Store& store() const { return *fixture_.store; }

private:
    StoreFixture fixture_;
};

inline std::string maker_name(const testing::TestParamInfo<StoreMaker>& info)
{
    return info.param.name;
}

}  // namespace starkeep::store
