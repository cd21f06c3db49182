// SPDX-License-Identifier: Apache-2.0
#include "localcloud/machinery/dns_message.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "localcloud/machinery/address.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace starkeep::localcloud {

namespace {

// Source: RFC 1035 sections 2.3.4, 4.1.1 and 4.1.4; RFC 6891 section 6.1.
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxLabel = 63;
constexpr std::uint16_t kIsAnswer = 0x8000;
constexpr std::uint16_t kOperation = 0x7800;
constexpr std::uint16_t kIsCutShort = 0x0200;
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kRecursionAvailable = 0x0080;
constexpr std::uint16_t kInternet = 1;
constexpr std::uint16_t kOptionsType = 41;
constexpr unsigned kPointer = 0xC0;
constexpr std::size_t kLeastLimit = 512;
constexpr std::size_t kMostLimit = 4096;
constexpr std::size_t kOptionsBytes = 11;

Error malformed(std::string_view what)
{
    return {ErrorCode::InvalidInput, "DNS message: " + std::string(what)};
}

/// Reads from the front; every read says whether the bytes were there.
class Cursor {
public:
    explicit Cursor(ByteView message) : message_(message) {}

    Result<unsigned> octet()
    {
        if (at_ >= message_.size()) {
            return malformed("ends too early");
        }
        return std::to_integer<unsigned>(message_[at_++]);
    }
    Result<std::uint16_t> number()
    {
        TRY_LET(const unsigned high, octet());
        TRY_LET(const unsigned low, octet());
        return static_cast<std::uint16_t>((high << 8U) | low);
    }
    Result<void> skip(std::size_t count)
    {
        if (count > message_.size() - at_) {
            return malformed("ends too early");
        }
        at_ += count;
        return {};
    }
    Result<std::string> name()
    {
        std::string out;
        std::size_t lowest = at_;
        std::size_t resume = 0;
        for (;;) {
            TRY_LET(const unsigned length, octet());
            if ((length & kPointer) == kPointer) {
                TRY_LET(const unsigned low, octet());
                const std::size_t target = ((length & ~kPointer) << 8U) | low;
                resume = resume == 0 ? at_ : resume;
                // Backwards only: so no name is endless.
                if (target >= lowest) {
                    return malformed("a name points forward");
                }
                lowest = target;
                at_ = target;
                continue;
            }
            if (length == 0) {
                break;
            }
            TRY(label(length, out));
        }
        at_ = resume == 0 ? at_ : resume;
        return out;
    }

private:
    Result<void> label(unsigned length, std::string& out)
    {
        if (length > kMaxLabel || length > message_.size() - at_ ||
            out.size() + length + 2 > kMaxName) {
            return malformed("a name is too long");
        }
        out += out.empty() ? "" : ".";
        for (const char c : as_text(message_.subspan(at_, length))) {
            // A dot inside a label would read as two labels.
            if (c == '.' || c == '\0') {
                return malformed("a label holds a dot");
            }
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        at_ += length;
        return {};
    }

    ByteView message_;
    std::size_t at_ = 0;
};

void put_number(Bytes& out, std::uint64_t number, unsigned bytes)
{
    for (unsigned shift = bytes * 8; shift > 0; shift -= 8) {
        out.push_back(static_cast<std::byte>((number >> (shift - 8)) & 0xFFU));
    }
}

void put_name(Bytes& out, std::string_view name)
{
    while (!name.empty()) {
        const std::size_t dot = std::min(name.find('.'), name.size());
        put_number(out, dot, 1);
        append(out, as_bytes(name.substr(0, dot)));
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    put_number(out, 0, 1);
}

Bytes format_record(const DnsRecord& record)
{
    Bytes out;
    put_name(out, record.name);
    const Address* address = std::get_if<Address>(&record.value);
    put_number(
        out, static_cast<std::uint64_t>(address != nullptr ? DnsType::A : DnsType::CanonicalName), 2
    );
    put_number(out, kInternet, 2);
    put_number(out, record.ttl_seconds, 4);
    Bytes data;
    if (address != nullptr) {
        put_number(data, address->number, 4);
    } else {
        put_name(data, std::get<std::string>(record.value));
    }
    put_number(out, data.size(), 2);
    append(out, data);
    return out;
}

Result<void> parse_options(Cursor& cursor, DnsQuery& query)
{
    TRY_LET(const std::string name, cursor.name());
    TRY_LET(const std::uint16_t type, cursor.number());
    TRY_LET(const std::uint16_t limit, cursor.number());
    TRY(cursor.skip(4));
    TRY_LET(const std::uint16_t length, cursor.number());
    TRY(cursor.skip(length));
    if (type == kOptionsType && name.empty()) {
        query.has_options = true;
        query.answer_limit_bytes = std::clamp<std::size_t>(limit, kLeastLimit, kMostLimit);
    }
    return {};
}

}  // namespace

Result<DnsQuery> parse_dns_query(ByteView message)
{
    Cursor cursor(message);
    DnsQuery query;
    TRY_LET(query.id, cursor.number());
    TRY_LET(const std::uint16_t flags, cursor.number());
    TRY_LET(const std::uint16_t questions, cursor.number());
    TRY_LET(const std::uint16_t answers, cursor.number());
    TRY_LET(const std::uint16_t authorities, cursor.number());
    TRY_LET(const std::uint16_t additional, cursor.number());
    if ((flags & (kIsAnswer | kOperation)) != 0 || questions != 1 || answers != 0 ||
        authorities != 0) {
        return malformed("is no query with one question");
    }
    query.wants_recursion = (flags & kRecursionDesired) != 0;
    TRY_LET(query.name, cursor.name());
    TRY_LET(query.type, cursor.number());
    TRY_LET(const std::uint16_t space, cursor.number());
    query.is_internet = space == kInternet;
    for (std::uint16_t i = 0; i < additional; ++i) {
        TRY(parse_options(cursor, query));
    }
    return query;
}

Bytes format_dns_answer(const DnsQuery& query, const DnsAnswer& answer, std::size_t limit_bytes)
{
    Bytes question;
    put_name(question, query.name);
    put_number(question, query.type, 2);
    put_number(question, kInternet, 2);
    Bytes records;
    std::size_t count = 0;
    const std::size_t fixed =
        kHeaderBytes + question.size() + (query.has_options ? kOptionsBytes : 0);
    for (const DnsRecord& record : answer.records) {
        const Bytes written = format_record(record);
        if (fixed + records.size() + written.size() > limit_bytes) {
            break;
        }
        append(records, written);
        ++count;
    }
    Bytes out;
    put_number(out, query.id, 2);
    unsigned flags = kIsAnswer | kRecursionAvailable | static_cast<unsigned>(answer.status);
    flags |= query.wants_recursion ? kRecursionDesired : 0U;
    flags |= count < answer.records.size() ? kIsCutShort : 0U;
    put_number(out, flags, 2);
    put_number(out, 1, 2);
    put_number(out, count, 2);
    put_number(out, 0, 2);
    put_number(out, query.has_options ? 1 : 0, 2);
    append(out, question);
    append(out, records);
    if (query.has_options) {
        put_name(out, "");
        put_number(out, kOptionsType, 2);
        put_number(out, kMostLimit, 2);
        put_number(out, 0, 4);
        put_number(out, 0, 2);
    }
    return out;
}

Bytes format_dns_refusal(ByteView message)
{
    Cursor cursor(message);
    const Result<std::uint16_t> id = cursor.number();
    const Result<std::uint16_t> flags = cursor.number();
    if (!id.ok() || !flags.ok() || (*flags & kIsAnswer) != 0) {
        return {};
    }
    Bytes out;
    put_number(out, *id, 2);
    put_number(out, kIsAnswer | static_cast<unsigned>(DnsStatus::FormatError), 2);
    put_number(out, 0, 8);
    return out;
}

}  // namespace starkeep::localcloud
