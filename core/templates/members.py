"""Giving members back the roles that they had in a snapshot. Pure.

A member's roles change as a whole, so that nobody has in between what they had neither before nor after (law 6). Roles
that bot and asker cannot give stay with whoever has them.
"""

from collections.abc import Collection, Mapping

from core.actions.scene import Scene, is_owner, rank, top
from core.discord.types import Member, Snowflake


def roles_to_be(
    member: Member,
    kept: Collection[Snowflake],
    ids: Mapping[Snowflake, Snowflake],
    grantable: Collection[Snowflake],
) -> tuple[Snowflake, ...]:
    """By id. `kept` are the roles of the snapshot, `ids` which of them are others now."""
    wanted = {ids.get(role_id, role_id) for role_id in kept} & set(grantable)
    others = set(member.role_ids) - set(grantable)
    return tuple(sorted(wanted | others, key=int))


def grantable_in(scene: Scene) -> frozenset[Snowflake]:
    """What everyone concerned could give by hand: below their highest role, and nobody's but the guild's own."""
    return frozenset(
        role.id
        for role in scene.guild.roles
        if role.id != scene.guild.guild_id
        and not role.managed
        and all(
            is_owner(scene, party.member) or rank(scene, role) < top(scene, party.member)
            for party in scene.parties
        )
    )
