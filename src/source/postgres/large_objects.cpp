// SPDX-License-Identifier: Apache-2.0
#include "source/postgres/large_objects.hpp"

#include "base/error.hpp"
#include "base/result.hpp"
#include "json/json.hpp"
#include "source/postgres/connection.hpp"
#include "source/postgres/definer.hpp"
#include "source/postgres/left_out.hpp"
#include "source/postgres/restore_context.hpp"
#include "source/postgres/script_lexer.hpp"
#include "source/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace starkeep::source::postgres {

namespace {

/// Bytes of a page in the row form of large objects, the last one of an object may be shorter.
constexpr std::uint64_t kPageBytes = 2048;

struct Grant {
    std::string grantee;  ///< empty: PUBLIC
    std::string privilege;
    bool is_grantable = false;
};

/// Large objects of the same owner and rights.
struct Group {
    std::string owner;
    std::vector<Grant> grants;
    std::vector<std::uint64_t> oids;
    std::map<std::uint64_t, std::string> comments;
};

/// "ann=r*w/bob", the grantee in double quotes where SQL would need them.
std::vector<Grant> parse_acl_item(const std::string& item)
{
    const std::size_t equals = item.rfind('=');
    std::vector<Grant> grants;
    if (equals == std::string::npos) {
        return grants;
    }
    const std::vector<Token> name = lex(std::string_view(item).substr(0, equals));
    std::string grantee;
    if (!name.empty()) {
        grantee = name.front().kind == TokenKind::Quoted ? identifier_value(name.front())
                                                         : item.substr(0, equals);
    }
    for (std::size_t i = equals + 1; i < item.size() && item[i] != '/'; ++i) {
        if (item[i] == 'r' || item[i] == 'w') {
            grants.push_back(
                {.grantee = grantee,
                 .privilege = item[i] == 'r' ? "SELECT" : "UPDATE",
                 .is_grantable = i + 1 < item.size() && item[i + 1] == '*'}
            );
        }
    }
    return grants;
}

Result<std::uint64_t> parse_oid(const Json& oid)
{
    if (!oid.is_number_unsigned() || oid.get<std::uint64_t>() == 0 ||
        oid.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max()) {
        return Error{ErrorCode::Corrupt, "facts: no OID of a large object"};
    }
    return oid.get<std::uint64_t>();
}

/// Points of earlier versions have none.
Result<std::map<std::uint64_t, std::string>> parse_comments(const Json& fact)
{
    std::map<std::uint64_t, std::string> comments;
    const auto found = fact.find("comments");
    if (found == fact.end() || !found->is_object()) {
        return comments;
    }
    for (const auto& [key, comment] : found->items()) {
        TRY_LET(const Json number, json::parse(key));
        TRY_LET(const std::uint64_t oid, parse_oid(number));
        TRY_LET(comments[oid], json::get_string(*found, key));
    }
    return comments;
}

Result<Group> parse_group(const Json& fact)
{
    Group group;
    TRY_LET(group.owner, json::get_string(fact, "owner"));
    TRY_LET(const Json oids, json::get_array(fact, "oids"));
    for (const Json& oid : oids) {
        TRY_LET(const std::uint64_t number, parse_oid(oid));
        group.oids.push_back(number);
    }
    TRY_LET(group.comments, parse_comments(fact));
    const auto acl = fact.find("acl");
    if (acl == fact.end() || !acl->is_array()) {
        return group;
    }
    for (const Json& item : *acl) {
        if (!item.is_string()) {
            return Error{ErrorCode::Corrupt, "facts: a grant on a large object is no text"};
        }
        for (Grant& grant : parse_acl_item(item.get<std::string>())) {
            group.grants.push_back(std::move(grant));
        }
    }
    return group;
}

Result<std::vector<Group>> listed(const RestoreContext& context)
{
    std::vector<Group> out;
    const Json& facts = context.request.facts;
    if (!facts.is_object() || !facts.contains("large_objects")) {
        return out;
    }
    TRY_LET(const Json list, json::get_array(facts, "large_objects"));
    for (const Json& one : list) {
        TRY_LET(Group group, parse_group(one));
        out.push_back(std::move(group));
    }
    return out;
}

std::string oid_array(const std::vector<Group>& groups)
{
    std::string list = "{";
    for (const Group& group : groups) {
        for (const std::uint64_t oid : group.oids) {
            list += (list.size() == 1 ? "" : ",") + std::to_string(oid);
        }
    }
    return list + "}";
}

bool has_large_objects(const RestoreContext& context)
{
    for (const Placement& placement : context.request.placements) {
        if (placement.object.kind == "large_objects") {
            return true;
        }
    }
    return false;
}

std::string names_in(const Rows& rows)
{
    std::string names;
    for (int i = 0; i < rows.size(); ++i) {
        names += (names.empty() ? "" : ", ") + std::string(rows.text(i, 0));
    }
    return names;
}

class Annotator {
public:
    Annotator(ServerConnection& connection, const RestoreContext& context, LeftOut& left_out)
        : connection_(connection), context_(context), left_out_(left_out)
    {
    }

    Result<void> run(std::uint64_t oid, const Group& group)
    {
        thing_ = "LARGE OBJECT " + std::to_string(oid);
        if (knows(group.owner, "owner of ")) {
            TRY(try_to("ALTER " + thing_ + " OWNER TO " + quoted_identifier(group.owner)));
        }
        for (const Grant& grant : group.grants) {
            if (grant.grantee == group.owner ||
                (!grant.grantee.empty() && !knows(grant.grantee, "a grant on "))) {
                continue;
            }
            TRY(try_to(
                "GRANT " + grant.privilege + " ON " + thing_ + " TO " +
                (grant.grantee.empty() ? "PUBLIC" : quoted_identifier(grant.grantee)) +
                (grant.is_grantable ? " WITH GRANT OPTION" : "")
            ));
        }
        const auto comment = group.comments.find(oid);
        return comment == group.comments.end()
                   ? Result<void>()
                   : try_to("COMMENT ON " + thing_ + " IS " + quoted_literal(comment->second));
    }

private:
    bool knows(const std::string& role, const std::string& what)
    {
        if (context_.target.roles.contains(role)) {
            return true;
        }
        left_out_.add_role(role, what + "large objects");
        return false;
    }

    Result<void> try_to(const std::string& sql)
    {
        const Result<void> done = attempt(connection_, sql);
        if (!done.ok() && !is_refusal(done.error())) {
            return Error(done.error());
        }
        if (!done.ok()) {
            left_out_.add(thing_ + ": " + done.error().message());
        }
        return {};
    }

    ServerConnection& connection_;
    const RestoreContext& context_;
    LeftOut& left_out_;
    std::string thing_;
};

}  // namespace

Result<std::vector<Error>>
find_large_object_refusals(ServerConnection& connection, const RestoreContext& context)
{
    std::vector<Error> refusals;
    TRY_LET(const std::vector<Group> groups, listed(context));
    const IfExists mode = context.request.if_exists;
    if (groups.empty() || !has_large_objects(context) || mode == IfExists::Skip) {
        return refusals;
    }
    const std::string condition =
        mode == IfExists::Fail ? ""
                               : " and not pg_catalog.pg_has_role(lomowner, 'USAGE') and "
                                 "pg_catalog.current_setting('lo_compat_privileges') = 'off'";
    TRY_LET(
        const Rows there,
        connection.query(
            "select oid from pg_catalog.pg_largeobject_metadata where oid = any($1::oid[])" +
                condition + " order by oid limit 5",
            std::array{oid_array(groups)}
        )
    );
    if (there.size() > 0 && mode == IfExists::Fail) {
        refusals.emplace_back(
            ErrorCode::Exists,
            "the target has already large object " + names_in(there),
            "Choose --if-exists skip or replace, or another database."
        );
    } else if (there.size() > 0) {
        refusals.emplace_back(
            ErrorCode::Denied,
            "the restoring role is not the owner of large object " + names_in(there) +
                ", which is to be replaced",
            "Restore as a superuser or as the owner of the large objects, or leave them out with "
            "--exclude pg_catalog.pg_largeobject."
        );
    }
    return refusals;
}

Result<void> create_large_objects(ServerConnection& connection, const RestoreContext& context)
{
    TRY(connection.query("create table starkeep_restore.kept_large_object (oid oid primary key)"));
    TRY_LET(const std::vector<Group> groups, listed(context));
    if (groups.empty() || !has_large_objects(context)) {
        return {};
    }
    const std::string oids = oid_array(groups);
    switch (context.request.if_exists) {
    case IfExists::Fail:
        break;  // find_large_object_refusals() has refused
    case IfExists::Skip:
        TRY(connection.query(
            "insert into starkeep_restore.kept_large_object "
            "select oid from pg_catalog.pg_largeobject_metadata where oid = any($1::oid[])",
            std::array{oids}
        ));
        break;
    case IfExists::Replace:
    case IfExists::Merge:
        // A large object is one value: merging means that the backup's takes its place.
        TRY(connection.query(
            "select pg_catalog.lo_unlink(oid) from pg_catalog.pg_largeobject_metadata "
            "where oid = any($1::oid[])",
            std::array{oids}
        ));
        break;
    }
    TRY(connection.query(
        "select pg_catalog.lo_create(o) from pg_catalog.unnest($1::oid[]) as o where not exists "
        "(select 1 from starkeep_restore.kept_large_object k where k.oid = o)",
        std::array{oids}
    ));
    return {};
}

std::string move_large_objects_sql()
{
    return "select pg_catalog.count(pg_catalog.lo_put(loid, pageno * " +
           std::to_string(kPageBytes) +
           ", data)) from pg_temp.starkeep_staging s where not exists "
           "(select 1 from starkeep_restore.kept_large_object k where k.oid = s.loid)";
}

Result<void> annotate_large_objects(
    ServerConnection& connection, const RestoreContext& context, LeftOut& left_out
)
{
    TRY_LET(const std::vector<Group> groups, listed(context));
    if (groups.empty() || !has_large_objects(context)) {
        return {};
    }
    TRY_LET(
        const Rows kept, connection.query("select oid from starkeep_restore.kept_large_object")
    );
    std::set<std::uint64_t> kept_oids;
    for (int i = 0; i < kept.size(); ++i) {
        TRY_LET(const std::uint64_t oid, kept.number(i, 0));
        kept_oids.insert(oid);
    }
    Annotator annotator(connection, context, left_out);
    for (const Group& group : groups) {
        for (const std::uint64_t oid : group.oids) {
            if (kept_oids.contains(oid)) {
                continue;
            }
            TRY(annotator.run(oid, group));
        }
    }
    return {};
}

}  // namespace starkeep::source::postgres
