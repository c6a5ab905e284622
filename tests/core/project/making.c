#include "tests/core/project/making.h"

struct actor making_admin(struct world *world)
{
    return world_actor(world, world_user(world, "root", USER_ROLE_ADMIN));
}

struct id making_project(struct world *world, const struct actor *by, const char *name,
                         struct id parent)
{
    const union command_fields fields = {.project_create = {.name = bytes_of_string(name),
                                                            .has_parent = parent.kind != ID_NONE,
                                                            .parent = parent}};
    return (struct id){ID_PROJECT, world_must(world, by, COMMAND_PROJECT_CREATE, &fields)};
}

union command_fields making_membership(struct id project, struct id user, enum project_role role)
{
    return (union command_fields){
        .project_add_member = {.project = project, .user = user, .role = role}};
}

void making_member(struct world *world, const struct actor *by, struct id project, struct id user,
                   enum project_role role)
{
    const union command_fields fields = making_membership(project, user, role);
    (void)world_must(world, by, COMMAND_PROJECT_ADD_MEMBER, &fields);
}

void making_restricted(struct world *world, const struct actor *by, const struct membership_row *as)
{
    const union command_fields fields = {
        .project_add_member = {.project = as->project,
                               .user = as->user,
                               .role = as->role,
                               .restrictions = as->restrictions,
                               .restrictions_count = as->restrictions_count,
                               .has_expires = as->has_expires,
                               .expires = as->expires}};
    (void)world_must(world, by, COMMAND_PROJECT_ADD_MEMBER, &fields);
}

void making_pi(struct world *world, const struct actor *by, struct id project, struct id user)
{
    const union command_fields fields = {
        .project_set_pi = {.project = project, .has_user = user.kind != ID_NONE, .user = user}};
    (void)world_must(world, by, COMMAND_PROJECT_SET_PI, &fields);
}

struct id making_requirement(struct world *world, const struct actor *by, const char *name,
                             uint64_t default_life, uint64_t max_life)
{
    const union command_fields fields = {
        .requirement_create = {.name = bytes_of_string(name),
                               .has_default_life = default_life != 0,
                               .default_life = default_life,
                               .has_max_life = max_life != 0,
                               .max_life = max_life}};
    return (struct id){ID_REQUIREMENT, world_must(world, by, COMMAND_REQUIREMENT_CREATE, &fields)};
}

struct id making_level(struct world *world, const struct actor *by, const char *name,
                       const struct id *requirements, size_t count)
{
    const union command_fields fields = {.level_create = {.name = bytes_of_string(name),
                                                          .requirements = requirements,
                                                          .requirements_count = count}};
    return (struct id){ID_LEVEL, world_must(world, by, COMMAND_LEVEL_CREATE, &fields)};
}

void making_set_level(struct world *world, const struct actor *by, struct id project,
                      struct id level)
{
    const union command_fields fields = {.project_set_level = {.project = project,
                                                               .has_level = level.kind != ID_NONE,
                                                               .level = level}};
    (void)world_must(world, by, COMMAND_PROJECT_SET_LEVEL, &fields);
}

struct id making_cert(struct world *world, const struct actor *by, struct id user,
                      struct id requirement, uint64_t expires_utc_us)
{
    const union command_fields fields = {.cert_issue = {.user = user,
                                                        .requirement = requirement,
                                                        .has_expires = expires_utc_us != 0,
                                                        .expires = expires_utc_us}};
    return (struct id){ID_CERT, world_must(world, by, COMMAND_CERT_ISSUE, &fields)};
}

void making_end_of_cert(struct world *world, const struct actor *by, struct id cert)
{
    const union command_fields fields = {
        .cert_expire = {.cert = cert, .reason = LITERAL("a test")}};
    (void)world_must(world, by, COMMAND_CERT_EXPIRE, &fields);
}
