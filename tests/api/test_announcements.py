"""Announcements over HTTP: written, looked at, approved, posted."""

from typing import Any

from tests.api.announcing import announcement_in, channel_in, draft_in, posted
from tests.api.people import ADMIN, MODERATOR, someone
from tests.api.world import Api

MERGE = {"Content-Type": "application/merge-patch+json"}


async def patch(api: Api, path: str, body: dict[str, Any], **headers: str) -> Any:
    return await api.client.patch(f"/api/v1{path}", json=body, headers=MERGE | headers)


async def test_one_is_written_changed_and_deleted_by_its_tag(api: Api) -> None:
    made = await announcement_in(api, await api.guild(), crosspost=True)
    path = f"/announcements/{made['id']}"
    got = await api.get(path)
    assert got.json() == made
    assert (made["revision"], made["approval_state"], made["author"]["name"]) == (1, "not_needed", "owner")
    changes = {"message": {"content": None, "embeds": [{"title": "${guild.name}"}]}, "crosspost": False}
    edited = await patch(api, path, changes, **{"If-Match": got.headers["etag"]})
    assert edited.status_code == 200, edited.text
    assert (edited.json()["message"]["content"], edited.json()["revision"]) == ("", 2)
    stale = await patch(api, path, {"name": "Closing"}, **{"If-Match": got.headers["etag"]})
    assert stale.status_code == 412
    gone = await api.client.delete(f"/api/v1{path}", headers={"If-Match": edited.headers["etag"]})
    assert gone.status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_what_is_wrong_with_it_is_told_at_its_place(api: Api) -> None:
    guild_id = await api.guild()
    draft = await draft_in(api, guild_id, content="Welcome to ${guild.nam}")
    draft["message"]["links"] = [{"label": "x", "url": "https://${guild.name}/"}]
    refused = await api.post(f"/guilds/{guild_id}/announcements", json=draft)
    assert refused.status_code == 422
    errors = {each["pointer"]: each for each in refused.json()["errors"]}
    assert set(errors) == {"/message/content", "/message/links/0/url"}
    assert "character 12" in errors["/message/content"]["message"]
    assert "`guild.name`" in errors["/message/content"]["message"]
    taken = await announcement_in(api, guild_id)
    again = await api.post(
        f"/guilds/{guild_id}/announcements", json=await draft_in(api, guild_id, name="OPENING")
    )
    assert (taken["name"], again.status_code, again.json()["code"]) == ("Opening", 409, "name_taken")


async def test_a_preview_writes_nothing_and_says_what_may_surprise(api: Api) -> None:
    guild_id = await api.guild()
    message = {"content": "@everyone: ${guild.members} in ${channel}"}
    channel_id, before = await channel_in(api, guild_id), await api.rows()
    asked = {"channel_id": channel_id, "message": message, "crosspost": True}
    shown = await api.post(f"/guilds/{guild_id}/announcements/preview", json=asked)
    assert shown.status_code == 200, shown.text
    assert shown.json()["message"]["content"] == f"@everyone: — in <#{channel_id}>"
    assert [each["name"] for each in shown.json()["variables"]] == ["guild.members", "channel"]
    codes = {each["code"] for each in shown.json()["warnings"]}
    assert codes == {"wrong_channel_type", "will_not_ping", "members_unknown"}
    assert await api.rows() == before
    made = await announcement_in(api, guild_id, needs_approval=True)
    preview = (await api.get(f"/announcements/{made['id']}/preview")).json()
    assert (preview["approval_state"], {each["code"] for each in preview["warnings"]}) == (
        "waiting",
        {"no_next", "not_approved"},
    )


async def test_somebody_else_approves_of_the_revision_that_they_have_seen(api: Api) -> None:
    guild_id = await api.guild()
    mia, ada = await someone(api, "mia", guild_id, MODERATOR), await someone(api, "ada", guild_id, ADMIN)
    made = await announcement_in(api, guild_id, author=mia, needs_approval=True)
    path = f"/announcements/{made['id']}"
    waiting = await mia.ask("POST", f"{path}/posts")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not_approved")
    own = await mia.ask("POST", f"{path}/approval", json={"decision": "approve", "revision": 1})
    assert own.status_code == 403
    stale = await ada.ask("POST", f"{path}/approval", json={"decision": "approve", "revision": 2})
    assert (stale.status_code, stale.json()["code"]) == (409, "revision_stale")
    approved = await ada.ask("POST", f"{path}/approval", json={"decision": "approve", "revision": 1})
    assert (approved.status_code, approved.json()["approval"]["by"]["name"]) == (200, "ada")
    asked = await mia.ask("POST", f"{path}/posts")
    assert (asked.status_code, asked.json()["kind"]) == (202, "announcement.post")


async def test_what_was_posted_is_listed_and_asked_to_be_edited_and_deleted(api: Api) -> None:
    made = await announcement_in(api, await api.guild())
    older, newer = await posted(api, made), await posted(api, made, deleted=True)
    path = f"/announcements/{made['id']}/posts"
    listed = (await api.get(path)).json()["items"]
    assert {each["id"]: each["deleted_at"] is None for each in listed} == {older: True, newer: False}
    assert listed[0]["jump_url"].endswith(f"/{made['channel_id']}/{listed[0]['message_id']}")
    for asked, kind in (
        (await api.post(f"{path}/{older}/edit"), "announcement.edit"),
        (await api.client.delete(f"/api/v1{path}/{older}"), "announcement.delete"),
    ):
        assert (asked.status_code, asked.json()["kind"], asked.json()["payload"]["post_id"]) == (
            202,
            kind,
            older,
        )
        assert asked.headers["location"].endswith(asked.json()["id"])
    for gone, code in ((newer, "post_deleted"), (made["id"], "not_found")):
        refused = await api.post(f"{path}/{gone}/edit")
        assert refused.json()["code"] == code


async def test_a_schedule_posts_it_and_is_refused_while_it_is_not_approved(api: Api) -> None:
    guild_id = await api.guild()
    made = await announcement_in(api, guild_id, needs_approval=True)
    wanted = {
        "name": "Hourly",
        "payload": {"kind": "announcement.post", "announcement_id": made["id"]},
        "trigger": {"type": "interval", "every_seconds": 3600},
        "pause_after": 2,
    }
    schedule = await api.post(f"/guilds/{guild_id}/schedules", json=wanted)
    assert schedule.status_code == 201, schedule.text
    assert schedule.json()["payload"] == wanted["payload"]
    named = await api.client.delete(f"/api/v1/announcements/{made['id']}")
    assert (named.status_code, "“Hourly”" in named.json()["detail"]) == (409, True)
    preview = (await api.get(f"/announcements/{made['id']}/preview")).json()
    assert [each["value"][:3] for each in preview["variables"] if each["name"] == "next.relative"] == ["<t:"]
    run = await api.post(f"/schedules/{schedule.json()['id']}/run")
    assert (run.status_code, run.json()["code"]) == (409, "not_approved")
    other = {**wanted, "payload": {"kind": "announcement.post", "announcement_id": schedule.json()["id"]}}
    refused = await api.post(f"/guilds/{guild_id}/schedules", json=other)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/payload/announcement_id")
