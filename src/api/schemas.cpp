// SPDX-License-Identifier: Apache-2.0
#include "api/schemas.hpp"

#include "base/contract.hpp"
#include "base/result.hpp"
#include "json/json.hpp"

#include <string_view>

namespace starkeep::api {

namespace {

constexpr std::string_view kCommon = R"json({
"Error": {"type": "object", "required": ["error"], "additionalProperties": false, "properties": {"error": {"$ref": "#/components/schemas/Problem"}}},
"Problem": {"type": "object", "required": ["code", "message", "hint", "layer", "owner"], "properties": {
  "code": {"type": "string"}, "message": {"type": "string"}, "hint": {"type": "string"},
  "layer": {"type": "string"}, "owner": {"enum": ["caller", "operator", "administrator", "provider"]},
  "step": {"type": "string"}}},
"Name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$"},
"Time": {"type": "string", "format": "date-time"},
"Id": {"type": "string", "pattern": "^[0-9a-f]{16,32}$"},
"Texts": {"type": "array", "items": {"type": "string"}},
"Health": {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}},
"About": {"type": "object", "required": ["version", "appliance_id", "first_start"], "properties": {
  "version": {"type": "string"}, "appliance_id": {"type": "string"}, "first_start": {"type": "boolean"}}},
"Config": {"type": "object", "additionalProperties": {"type": "string"}},
"ConfigInput": {"type": "object", "additionalProperties": {"type": "string"}},
"Audit": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {
  "type": "object", "required": ["id", "time", "user", "token", "operation", "target", "status", "request_id"], "additionalProperties": false,
  "properties": {"id": {"type": "integer"}, "time": {"$ref": "#/components/schemas/Time"}, "user": {"type": "string"},
    "token": {"type": "string"}, "operation": {"type": "string"}, "target": {"type": "string"},
    "status": {"type": "integer"}, "request_id": {"type": "string"}}}}}}
})json";

constexpr std::string_view kUsers = R"json({
"Role": {"enum": ["viewer", "operator", "administrator"]},
"User": {"type": "object", "required": ["name", "role", "created"], "additionalProperties": false, "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "role": {"$ref": "#/components/schemas/Role"}, "created": {"$ref": "#/components/schemas/Time"}}},
"Users": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}}},
"UserInput": {"type": "object", "required": ["name", "role"], "additionalProperties": false, "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "role": {"$ref": "#/components/schemas/Role"}}},
"RoleInput": {"type": "object", "required": ["role"], "additionalProperties": false, "properties": {"role": {"$ref": "#/components/schemas/Role"}}},
"Me": {"type": "object", "required": ["user", "role", "token_id"], "additionalProperties": false, "properties": {
  "user": {"type": "string"}, "role": {"$ref": "#/components/schemas/Role"}, "token_id": {"$ref": "#/components/schemas/Id"}}},
"Token": {"type": "object", "required": ["id", "user", "label", "created", "expires"], "properties": {
  "id": {"$ref": "#/components/schemas/Id"}, "user": {"type": "string"}, "label": {"type": "string"},
  "created": {"$ref": "#/components/schemas/Time"}, "expires": {"anyOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]}}},
"Tokens": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}}}},
"TokenInput": {"type": "object", "additionalProperties": false, "properties": {
  "user": {"$ref": "#/components/schemas/Name"}, "label": {"type": "string"},
  "lifetime_s": {"type": "integer", "minimum": 1}}},
"NewToken": {"allOf": [{"$ref": "#/components/schemas/Token"}], "type": "object", "required": ["token"], "properties": {"token": {"type": "string"}}},
"FirstInput": {"type": "object", "required": ["token", "name"], "additionalProperties": false, "properties": {
  "token": {"type": "string"}, "name": {"$ref": "#/components/schemas/Name"}}}
})json";

constexpr std::string_view kCatalog = R"json({
"Record": {"type": "object", "required": ["name", "created", "changed", "has_secrets"], "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "created": {"$ref": "#/components/schemas/Time"},
  "changed": {"$ref": "#/components/schemas/Time"}, "has_secrets": {"type": "boolean"}}},
"Account": {"allOf": [{"$ref": "#/components/schemas/Record"}], "type": "object", "required": ["kind", "tenant_id", "client_id", "subscription_id"],
  "properties": {"kind": {"enum": ["client-secret", "managed-identity"]}, "tenant_id": {"type": "string"},
  "client_id": {"type": "string"}, "subscription_id": {"type": "string"}}},
"Accounts": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Account"}}}},
"AccountChanges": {"type": "object", "additionalProperties": false, "properties": {
  "kind": {"enum": ["client-secret", "managed-identity"]}, "tenant_id": {"type": "string"}, "client_id": {"type": "string"},
  "subscription_id": {"type": "string"}, "client_secret": {"type": "string", "writeOnly": true}}},
"AccountInput": {"type": "object", "required": ["name", "subscription_id"], "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "kind": {"enum": ["client-secret", "managed-identity"]},
  "tenant_id": {"type": "string"}, "client_id": {"type": "string"}, "subscription_id": {"type": "string"},
  "client_secret": {"type": "string", "writeOnly": true}}, "additionalProperties": false},
"Source": {"allOf": [{"$ref": "#/components/schemas/Record"}], "type": "object",
  "required": ["kind", "url", "account", "resource_id", "region", "allow_endpoint"], "properties": {
  "kind": {"enum": ["postgres", "postgres-cluster", "cosmos-account"]}, "url": {"type": "string"}, "account": {"type": "string"},
  "resource_id": {"type": "string"}, "region": {"type": "string"}, "allow_endpoint": {"type": "boolean"}}},
"Sources": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Source"}}}},
"SourceChanges": {"type": "object", "additionalProperties": false, "properties": {
  "kind": {"enum": ["postgres", "postgres-cluster", "cosmos-account"]}, "url": {"type": "string"}, "account": {"type": "string"},
  "resource_id": {"type": "string"}, "region": {"type": "string"}, "allow_endpoint": {"type": "boolean"},
  "password": {"type": "string", "writeOnly": true}}},
"SourceInput": {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "kind": {"enum": ["postgres", "postgres-cluster", "cosmos-account"]},
  "url": {"type": "string"}, "account": {"type": "string"}, "resource_id": {"type": "string"}, "region": {"type": "string"},
  "allow_endpoint": {"type": "boolean"}, "password": {"type": "string", "writeOnly": true}}},
"Repository": {"allOf": [{"$ref": "#/components/schemas/Record"}], "type": "object", "required": ["url", "credential", "resource_id"],
  "properties": {"url": {"type": "string"}, "credential": {"enum": ["none", "sas-token", "connection-string", "managed-identity"]},
  "resource_id": {"type": "string"}}},
"Repositories": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Repository"}}}},
"RepositoryChanges": {"type": "object", "additionalProperties": false, "properties": {
  "url": {"type": "string"}, "credential": {"enum": ["none", "sas-token", "connection-string", "managed-identity"]},
  "resource_id": {"type": "string"}, "password": {"type": "string", "writeOnly": true}, "storage_secret": {"type": "string", "writeOnly": true}}},
"RepositoryInput": {"type": "object", "required": ["name", "url"], "additionalProperties": false, "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "url": {"type": "string"},
  "credential": {"enum": ["none", "sas-token", "connection-string", "managed-identity"]}, "resource_id": {"type": "string"},
  "password": {"type": "string", "writeOnly": true}, "storage_secret": {"type": "string", "writeOnly": true},
  "init": {"type": "boolean", "description": "make the repository when the store holds none"}}}
})json";

constexpr std::string_view kPolicies = R"json({
"NativePart": {"type": "object", "additionalProperties": false, "properties": {
  "tier": {"enum": ["continuous-7-days", "continuous-30-days"]}, "allow_shorter": {"type": "boolean"}}},
"RepositoryPart": {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
  "name": {"$ref": "#/components/schemas/Name"}, "jobs": {"type": "integer", "minimum": 1, "maximum": 256},
  "include": {"$ref": "#/components/schemas/Texts"}, "exclude": {"$ref": "#/components/schemas/Texts"}, "full": {"type": "boolean"}}},
"Schedule": {"type": "object", "required": ["every", "at"], "additionalProperties": false, "properties": {
  "every": {"enum": ["day", "week", "month", "year"]}, "at": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
  "weekday": {"enum": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]},
  "day": {"type": "integer", "minimum": 1, "maximum": 31}, "month": {"type": "integer", "minimum": 1, "maximum": 12},
  "timezone": {"type": "string"}}},
"Retention": {"type": "object", "additionalProperties": false, "properties": {
  "keep_last": {"type": "integer", "minimum": 0}, "keep_daily": {"type": "integer", "minimum": 0},
  "keep_weekly": {"type": "integer", "minimum": 0}, "keep_monthly": {"type": "integer", "minimum": 0},
  "keep_yearly": {"type": "integer", "minimum": 0}}},
"PolicyMembers": {"type": "object", "properties": {
  "sources": {"$ref": "#/components/schemas/Texts"}, "enabled": {"type": "boolean"},
  "native": {"anyOf": [{"type": "boolean"}, {"$ref": "#/components/schemas/NativePart"}]},
  "repository": {"anyOf": [{"const": false}, {"$ref": "#/components/schemas/Name"}, {"$ref": "#/components/schemas/RepositoryPart"}]},
  "schedule": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Schedule"}]},
  "retention": {"$ref": "#/components/schemas/Retention"}, "keep_worker": {"type": "boolean"}}},
"PolicyChanges": {"allOf": [{"$ref": "#/components/schemas/PolicyMembers"}]},
"PolicyInput": {"allOf": [{"$ref": "#/components/schemas/PolicyMembers"}], "type": "object", "required": ["name", "sources"],
  "properties": {"name": {"$ref": "#/components/schemas/Name"}}},
"Policy": {"allOf": [{"$ref": "#/components/schemas/Record"}, {"$ref": "#/components/schemas/PolicyMembers"}], "type": "object",
  "required": ["sources", "enabled", "native", "repository", "schedule", "retention", "keep_worker"]},
"Policies": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Policy"}}}},
"AccountCheck": {"type": "object", "required": ["account", "subscription_id", "complete", "actions", "custom_role"], "additionalProperties": false, "properties": {
  "account": {"type": "string"}, "subscription_id": {"type": "string"}, "complete": {"type": "boolean"},
  "actions": {"type": "array", "items": {"type": "object", "required": ["action", "granted"], "properties": {
    "action": {"type": "string"}, "granted": {"type": "boolean"}}}}, "custom_role": {"type": "object"}}},
"Discovered": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"type": "object",
  "required": ["kind", "name", "region", "resource_id", "resource_group", "account"]}}}},
"NetworkInput": {"type": "object", "required": ["account", "region"], "additionalProperties": false, "properties": {
  "account": {"$ref": "#/components/schemas/Name"}, "region": {"type": "string"}}},
"PolicyRun": {"type": "object", "additionalProperties": false, "properties": {"source": {"type": "string"}}}
})json";

constexpr std::string_view kSessions = R"json({
"State": {"enum": ["queued", "running", "done", "warning", "failed", "cancelled"]},
"OrNullTime": {"anyOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
"Step": {"type": "object", "required": ["name", "state", "detail", "started", "ended"], "additionalProperties": false, "properties": {
  "name": {"enum": ["native", "network", "storage", "endpoints", "upload", "worker", "bootstrap", "queue", "transfer", "cleanup"]},
  "state": {"enum": ["pending", "running", "done", "skipped", "failed"]}, "detail": {"type": "string"},
  "started": {"$ref": "#/components/schemas/OrNullTime"}, "ended": {"$ref": "#/components/schemas/OrNullTime"}}},
"Progress": {"type": "object", "required": ["phase", "bytes_done", "bytes_total", "rows"], "properties": {
  "phase": {"type": "string"}, "bytes_done": {"type": "integer"}, "bytes_total": {"type": "integer"}, "rows": {"type": "integer"}}},
"Task": {"type": "object", "required": ["name", "state", "attempts", "progress", "result", "error", "steps"], "additionalProperties": false, "properties": {
  "name": {"type": "string"}, "state": {"$ref": "#/components/schemas/State"}, "attempts": {"type": "integer"},
  "progress": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Progress"}]},
  "result": {"type": ["object", "null"]}, "error": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Problem"}]},
  "steps": {"type": "array", "items": {"$ref": "#/components/schemas/Step"}}}},
"SessionSummary": {"type": "object", "required": ["id", "kind", "policy", "state", "requested_by", "cancel_requested", "created", "started", "ended"], "properties": {
  "id": {"$ref": "#/components/schemas/Id"}, "kind": {"enum": ["backup", "restore", "network"]}, "policy": {"type": "string"},
  "state": {"$ref": "#/components/schemas/State"}, "requested_by": {"type": "string"}, "cancel_requested": {"type": "boolean"},
  "created": {"$ref": "#/components/schemas/Time"}, "started": {"$ref": "#/components/schemas/OrNullTime"}, "ended": {"$ref": "#/components/schemas/OrNullTime"}}},
"Session": {"allOf": [{"$ref": "#/components/schemas/SessionSummary"}], "type": "object", "required": ["request", "tasks"], "properties": {
  "request": {"type": "object"}, "tasks": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}}},
"Sessions": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/SessionSummary"}}}},
"SessionLog": {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": {
  "type": "object", "required": ["id", "time", "task", "level", "text"], "additionalProperties": false, "properties": {
  "id": {"type": "integer"}, "time": {"$ref": "#/components/schemas/Time"}, "task": {"type": "string"},
  "level": {"enum": ["info", "warning", "error"]}, "text": {"type": "string"}}}}}},
"SessionBegun": {"type": "object", "required": ["id"], "additionalProperties": false, "properties": {"id": {"$ref": "#/components/schemas/Id"}}},
"BackupInput": {"type": "object", "required": ["source", "repository"], "additionalProperties": false, "properties": {
  "source": {"$ref": "#/components/schemas/Name"}, "repository": {"$ref": "#/components/schemas/Name"},
  "jobs": {"type": "integer", "minimum": 1, "maximum": 256}, "include": {"$ref": "#/components/schemas/Texts"},
  "exclude": {"$ref": "#/components/schemas/Texts"}, "full": {"type": "boolean"}}},
"RestoreInput": {"type": "object", "required": ["point", "target"], "additionalProperties": false, "properties": {
  "repository": {"type": "string"}, "point": {"type": "string"}, "source": {"type": "string"}, "target": {"type": "string"},
  "target_password": {"type": "string", "writeOnly": true}, "include": {"$ref": "#/components/schemas/Texts"},
  "exclude": {"$ref": "#/components/schemas/Texts"}, "renames": {"$ref": "#/components/schemas/Texts"},
  "if_exists": {"enum": ["fail", "skip", "replace", "merge"]}, "jobs": {"type": "integer", "minimum": 1, "maximum": 256},
  "dry_run": {"type": "boolean"}, "verify": {"type": "boolean"}}},
"Point": {"type": "object", "required": ["id", "source", "time", "kind", "bytes_stored", "consistency"], "properties": {
  "id": {"$ref": "#/components/schemas/Id"}, "source": {"type": "string"}, "time": {"$ref": "#/components/schemas/Time"},
  "kind": {"enum": ["postgres", "mongo"]}, "bytes_stored": {"type": "integer"}, "consistency": {"type": "string"},
  "databases": {"$ref": "#/components/schemas/Texts"}, "labels": {"type": "object"}, "rows": {"type": "integer"},
  "object_count": {"type": "integer"}, "bytes_read": {"type": "integer"}, "bytes_new": {"type": "integer"}}},
"Points": {"type": "object", "required": ["items", "log_gaps"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Point"}}, "log_gaps": {"$ref": "#/components/schemas/Texts"}}},
"PointContents": {"allOf": [{"$ref": "#/components/schemas/Point"}], "type": "object", "required": ["objects", "left_out"], "properties": {
  "objects": {"type": "array", "items": {"type": "object", "required": ["database", "name", "kind", "rows", "bytes", "digest"], "properties": {
    "database": {"type": "string"}, "name": {"type": "string"}, "kind": {"type": "string"}, "rows": {"type": "integer"},
    "bytes": {"type": "integer"}, "digest": {"type": "string"}}}},
  "left_out": {"$ref": "#/components/schemas/Texts"}}}
})json";

}  // namespace

Json schemas()
{
    Json all = Json::object();
    for (const std::string_view part : {kCommon, kUsers, kCatalog, kPolicies, kSessions}) {
        const Result<Json> parsed = json::parse(part);
        ENSURE(parsed.ok());
        all.update(*parsed);
    }
    return all;
}

}  // namespace starkeep::api
