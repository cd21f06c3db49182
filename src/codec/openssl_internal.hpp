// SPDX-License-Identifier: Apache-2.0
// OpenSSL objects that free themselves, PEM in memory, and views as OpenSSL wants them.
#pragma once

#include "base/bytes.hpp"
#include "base/contract.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace starkeep::codec {

struct OpensslDeleter {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
    void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};

template <typename T>
using OpensslPtr = std::unique_ptr<T, OpensslDeleter>;

inline OpensslPtr<BIO> make_text_reader(std::string_view text)
{
    ENSURE(text.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    OpensslPtr<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    ENSURE(bio != nullptr);
    return bio;
}

inline OpensslPtr<BIO> make_text_writer()
{
    OpensslPtr<BIO> bio(BIO_new(BIO_s_mem()));
    ENSURE(bio != nullptr);
    return bio;
}

inline std::string written_text(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace starkeep::codec
