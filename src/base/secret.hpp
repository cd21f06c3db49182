// SPDX-License-Identifier: Apache-2.0
// Text that must not be seen: passwords. It wipes itself, is never copied by accident and cannot be formatted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace starkeep {

class Secret {
public:
    explicit Secret(std::string text) : text_(std::move(text)) {}
    ~Secret() { wipe(); }
    // NOLINTNEXTLINE(performance-move-constructor-init): a moved short string leaves its bytes behind, unwiped
    Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept
    {
        wipe();
        text_ = other.text_;
        other.wipe();
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    std::string_view reveal() const { return text_; }

private:
    void wipe() noexcept
    {
        volatile char* bytes = text_.data();
        for (std::size_t i = 0; i < text_.size(); ++i) {
            bytes[i] = 0;
        }
        text_.clear();
    }

    std::string text_;
};

}  // namespace starkeep
