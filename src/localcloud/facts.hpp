// SPDX-License-Identifier: Apache-2.0
// Resources as facts for the machinery.
#pragma once

#include "localcloud/machinery.hpp"
#include "localcloud/resource_store.hpp"

namespace starkeep::localcloud {

NetworkFact network_fact(const Resource& network);
SubnetFact subnet_fact(const Resource& subnet);
InterfaceFact interface_fact(const Resource& network_interface);
EndpointFact endpoint_fact(const Resource& endpoint);
/// With all records and links of the zone.
ZoneFact zone_fact(const ResourceStore& store, const Resource& zone);
StorageFact storage_fact(const Resource& account);
VmFact vm_fact(const Resource& vm);
ClusterFact cluster_fact(const ResourceStore& store, const Resource& cluster);

}  // namespace starkeep::localcloud
