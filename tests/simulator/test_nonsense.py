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
    "contexts integration_types name_localizations description_localizations nsfw required choices autocomplete "
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
        begun = simulator.world.interactions.by_id[int((await sim("POST", "/interactions", asked))["id"])]
        path = route.template.format(
            guild_id=made["id"],
            channel_id=dump["channels"][which]["id"],
            role_id=made["roles"]["r"],
            overwrite_id=made["roles"]["r"],
            user_id=made["members"]["ada"],
            message_id="1",
            application_id=app,
            command_id=command_id,
            interaction_id=begun.id,
            interaction_token=begun.token,
            webhook_id=app,
            webhook_token=begun.token,
        )
        token = simulator.world.oauth2.grant(
            simulator.world.application.owner_id, (str(route.scope),), origin=None
        )
        bearer = {} if route.bots else {"Authorization": f"Bearer {token.text}"}
        answer = await rest(route.method, path, body, **bearer)
        assert answer.status_code < 500
        await rest.ok("GET", f"/guilds/{made['id']}/channels")
        assert (await sim.dump(made["id"]))["guild"]["id"] == made["id"]
