// SPDX-License-Identifier: Apache-2.0
#include "fleet/fault.hpp"

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace starkeep::fleet {

namespace {

std::string hint(Layer layer, std::string_view owner, std::string_view remedy)
{
    return "Layer: " + std::string(name(layer)) + ". Owner: " + std::string(owner) + ". " +
           std::string(remedy);
}

}  // namespace

std::string_view name(Layer layer)
{
    switch (layer) {
    case Layer::Permission:
        return "permission";
    case Layer::Quota:
        return "quota";
    case Layer::AddressSpace:
        return "address space";
    case Layer::Name:
        return "name";
    case Layer::Network:
        return "network";
    case Layer::Endpoint:
        return "private endpoint";
    case Layer::Dns:
        return "dns";
    case Layer::Storage:
        return "storage";
    case Layer::Machine:
        return "machine";
    case Layer::Agent:
        return "machine agent";
    case Layer::RunCommand:
        return "run command";
    case Layer::Script:
        return "bootstrap script";
    case Layer::Worker:
        return "worker";
    }
    return {};
}

Error to_error(const Fault& fault)
{
    return {fault.code, fault.what, hint(fault.layer, fault.owner, fault.remedy)};
}

Error with_remedy(Error error, Layer layer, std::string_view owner, std::string_view remedy)
{
    return std::move(error).with_hint(hint(layer, owner, remedy));
}

}  // namespace starkeep::fleet
