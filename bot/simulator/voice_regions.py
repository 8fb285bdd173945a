"""The voice regions a channel can be bound to (Discord docs: Resources > Voice > Voice Region Object).

Which there are is not documented; these are the ones Discord names when it refuses another as ``rtc_region``. Regions
of VIP guilds are no more, so every guild has the same. The one that is ``optimal`` is where Discord's API stands.
"""

from bot.simulator.shapes import JsonObject

VOICE_REGIONS: dict[str, str] = {
    "brazil": "Brazil",
    "hongkong": "Hong Kong",
    "india": "India",
    "japan": "Japan",
    "rotterdam": "Rotterdam",
    "singapore": "Singapore",
    "south-korea": "South Korea",
    "southafrica": "South Africa",
    "sydney": "Sydney",
    "us-central": "US Central",
    "us-east": "US East",
    "us-south": "US South",
    "us-west": "US West",
}
_OPTIMAL = "us-east"


def voice_regions() -> list[JsonObject]:
    return [
        {"id": each, "name": name, "custom": False, "deprecated": False, "optimal": each == _OPTIMAL}
        for each, name in VOICE_REGIONS.items()
    ]
