"""No body, however wrong, makes the simulator fail instead of refusing."""

from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator import build
from bot.simulator.routes import TABLE
from bot.simulator.shapes import words
from tests.simulator.calls import Control, Rest

KEYS = words(
    "name type topic position parent_id permission_overwrites id allow deny available_tags "
    "default_reaction_emoji flags emoji_name emoji_id bitrate user_limit permissions color colors "
    "primary_color hoist features description nick roles communication_disabled_until content embeds "
    "components allowed_mentions nonce message_reference title fields footer custom_id options style "
    "label value data choices lock_permissions rules_channel_id attachments default_member_permissions "
    "contexts avatar username avatar_url thread_name channel_id webhook_channel_id "
    "enabled mode default_channel_ids prompts title single_select role_ids channel_ids welcome_channels "
    "channel_id default_sort_order rtc_region "
    "image icon banner avatar username bio enabled unicode_emoji secondary_color tertiary_color "
    "trigger_type event_type trigger_metadata actions metadata keyword_filter regex_patterns allow_list presets "
    "mention_total_limit duration_seconds exempt_roles owner_id afk_timeout verification_level "
    "messages user_ids delete_message_seconds delete_message_days parse users replied_user message_id "
    "mute deaf channel_id filename items media file accessory url min_values max_values default_values avatar "
    "integration_types name_localizations description_localizations nsfw required choices autocomplete "
    "scheduled_start_time scheduled_end_time privacy_level entity_type entity_metadata location status recurrence_rule "
    "start frequency interval by_weekday by_n_weekday by_month by_month_day n day "
    "min_value max_value min_length channel_types permission access_token nick mute tags icon install_params scopes "
    "integration_types_config oauth2_install_params max_participants component min_values max_values de 0 1"
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.integers(0, 20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "0", "x", "12345678901234567890", "n" * 101, "9" * 30, "٣", "-", "--5", "2026-01-01T00:00:00Z"]
    ),
)
nonsense = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)
    ),
    max_leaves=25,
)
WRITES = [route for route in TABLE.routes if route.method != "GET"]
SPEC: dict[str, Any] = {
    "features": ["COMMUNITY", "ROLE_ICONS"],
    "roles": [{"name": "r"}],
    "channels": [{"name": "c", "type": kind} for kind in (0, 2, 4, 5, 13, 15, 16)],
    "members": [{"username": "ada"}],
    "emojis": [{"name": "anchor", "roles": ["r"]}],
    "stickers": [{"name": "Wave"}],
    "scheduled_events": [{"name": "Regatta"}],
    "auto_moderation": [
        {
            "name": "No cats",
            "event_type": 1,
            "trigger_type": 1,
            "trigger_metadata": {"keyword_filter": ["cat"]},
            "actions": [{"type": 1}],
        }
    ],
}


@given(route=st.sampled_from(WRITES), body=nonsense, which=st.integers(0, 6))
async def test_nonsense_is_refused_or_taken(route: Any, body: Any, which: int) -> None:
    simulator = build()
    transport = httpx.ASGITransport(app=simulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        sim, rest = Control(http), Rest(http)
        made = await sim.guild(**SPEC)
        dump = await sim.dump(made["id"])
        app = str(simulator.world.application.id)
        command = {"name": "hello", "description": "d"}
        command_id = (await rest.ok("POST", f"/applications/{app}/commands", command))["id"]
        asked = {"guild_id": made["id"], "user": "ada", "type": "command", "name": "hello", "timeout": 0}
        hook = await rest.ok("POST", f"/channels/{made['channels']['c']}/webhooks", {"name": "Gulls"})
        spoken = await rest.ok("POST", f"/webhooks/{hook['id']}/{hook['token']}?wait=1", {"content": "mew"})
        begun = simulator.world.interactions.by_id[int((await sim("POST", "/interactions", asked))["id"])]
        keyed = (app, begun.token) if which % 2 else (hook["id"], hook["token"])
        template = await rest.ok("POST", f"/guilds/{made['id']}/templates", {"name": "t"})
        path = route.template.format(
            guild_id=made["id"],
            channel_id=dump["channels"][which]["id"],
            role_id=made["roles"]["r"],
            overwrite_id=made["roles"]["r"],
            user_id=made["members"]["ada"],
            message_id=spoken["id"],
            application_id=app,
            command_id=command_id,
            interaction_id=begun.id,
            interaction_token=begun.token,
            webhook_id=keyed[0],
            webhook_token=keyed[1],
            code=template["code"],
            sticker_id=made["stickers"]["Wave"],
            guild_scheduled_event_id=made["scheduled_events"]["Regatta"],
            emoji_id=made["emojis"]["anchor"],
            rule_id=made["auto_moderation"]["No cats"],
        )
        token = simulator.world.oauth2.grant(
            simulator.world.application.owner_id, (str(route.scope),), origin=None
        )
        bearer = {} if route.bots else {"Authorization": f"Bearer {token.text}"}
        answer = await rest(route.method, path, body, **bearer)
        assert answer.status_code < 500
        if route.template != "/users/@me/guilds/{guild_id}":
            await rest.ok("GET", f"/guilds/{made['id']}/channels")
        assert (await sim.dump(made["id"]))["guild"]["id"] == made["id"]
