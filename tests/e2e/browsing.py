"""A person with a browser: logs in through Discord's page, and has everything ask that stands for them."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from tests.e2e.road import Road

FOUND = 302
_FORM = re.compile(r'<form method="post" action="([^"]+)">')


class Browser:
    """Keeps the API's cookies itself: httpx takes no secure ones from a plain address, as browsers do on their own
    machine. `asked` is what the API had it ask Discord."""

    def __init__(self, road: Road) -> None:
        self.origin = str(road.http.base_url).removesuffix("/api/v1/")
        self.cookies: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.csrf = ""
        self._http = httpx.AsyncClient(base_url=self.origin, timeout=60, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def log_in(self, user_id: str) -> None:
        """From our login to Discord's page, where that person agrees, and back."""
        begun = await self.go("GET", "/api/v1/auth/discord/login")
        page_url = begun.headers["location"]
        self.asked = dict(parse_qsl(urlsplit(page_url).query))
        async with httpx.AsyncClient(timeout=60, trust_env=False) as discord:
            page = await discord.get(page_url)
            found = _FORM.search(page.text)
            assert found is not None, page.text
            agreed = await discord.post(
                urljoin(page_url, unescape(found[1])), data={"user": user_id, "action": "authorize"}
            )
        assert agreed.status_code == FOUND, agreed.text
        back = await self.go("GET", agreed.headers["location"])
        assert back.status_code == FOUND, back.text
        self.csrf = (await self.go("GET", "/api/v1/me/session")).json()["csrf_token"]

    async def go(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method != "GET":
            headers |= {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": self.csrf}
        answer = await self._http.request(method, path, headers=headers, **options)
        for told in answer.headers.get_list("set-cookie"):
            name, _, value = told.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.cookies = {name: value for name, value in self.cookies.items() if value.strip('"')}
        return answer


class Person:
    """Somebody who is logged in, with a JWT for their session and an API token of theirs."""

    def __init__(self, browser: Browser, bearers: dict[str, str]) -> None:
        self.browser = browser
        self._bearers = bearers

    @classmethod
    async def of(cls, browser: Browser) -> "Person":
        jwt = (await browser.go("POST", "/api/v1/auth/token")).json()["access_token"]
        token = (await browser.go("POST", "/api/v1/me/tokens", json={"name": "mine"})).json()["secret"]
        return cls(browser, {"jwt": jwt, "token": token})

    async def statuses(self, method: str, path: str, **options: Any) -> dict[str, int]:
        """What the same is answered to each of the three."""
        answers = {"session": (await self.browser.go(method, f"/api/v1{path}", **options)).status_code}
        async with httpx.AsyncClient(base_url=self.browser.origin, timeout=60, trust_env=False) as program:
            for name, bearer in self._bearers.items():
                shown = {"Authorization": f"Bearer {bearer}"}
                answer = await program.request(method, f"/api/v1{path}", headers=shown, **options)
                answers[name] = answer.status_code
        return answers
