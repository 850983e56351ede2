"""Look-ups while a caller waits (row 17): in the records, by HTTP, by a Python function.

A look-up that raises an error or takes longer than look_ups.seconds results in FAILED; row 20 then
offers to call the caller back.
"""

import asyncio
import http.client
import importlib
import inspect
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from ivr import config
from ivr.config import ConfigError
from ivr.dialogue.look_up import CALLER, FAILED, TICKET, Found, Query
from ivr.records import tickets
from ivr.records.database import reading, why
from ivr.records.schema import callers
from ivr.translation import tr

log = structlog.get_logger()

THREADS = 8
"""Upper limit of look-ups that run in threads at the same time; further ones wait. Coroutines need
no thread. A look-up that hangs occupies its thread until its function returns."""
_MOST_OCTETS = 65536
"""Upper limit of octets that are read of an HTTP answer; the rest is left out."""

Function = Callable[[str, str, str], Any]
"""A function of the company that answers look-ups. It takes the name of the look-up, the digits
that the caller gave, and the calling number. It returns ``{"found": …, "values": {…}}``, or a
coroutine that returns that."""


class LookUps:
    """Looks up answers for callers, in the records or in the company's system (``look_ups``)."""

    def __init__(self, settings: config.LookUpSettings, records: Engine) -> None:
        """Prepare look-ups; ``records`` is the database of the records.

        Raise ConfigError when the function that look_ups.python names cannot be imported.
        """
        self._settings, self._records = settings, records
        self._function = _function(settings.python) if settings.python else None
        self._threads = ThreadPoolExecutor(THREADS, "look-up")

    async def find(self, query: Query, caller: str) -> Found:
        """Look up the answer to ``query``, such as the state of a ticket, and return it.

        ``caller`` is the caller's telephone number. Return FAILED if an error occurs, or if there
        is no answer within look_ups.seconds; a warning in the log then names the reason.
        """
        try:
            async with asyncio.timeout(self._settings.seconds):
                return await self._found(query, caller)
        except TimeoutError:
            reason = f"no answer within look_ups.seconds ({self._settings.seconds:g} s)"
        except SQLAlchemyError as error:
            reason = why(error)
        except Exception as error:  # a function of the company may raise anything
            reason = str(error) or repr(error)
        log.warning(
            "look_up_failed", look_up=query.name, reason=reason,
            effect="the call goes on as if nothing were known of the caller's number"
            if query.name == CALLER else
            "the caller does not get the answer now, and is offered to be called back (row 20)",
            remedy="start the database of the records, or find out why it is slow"
            if query.name in (TICKET, CALLER) else
            "check the system behind look_ups.url or look_ups.python; raise look_ups.seconds if "
            "it only needs longer",
        )  # fmt: skip
        return FAILED

    def close(self) -> None:
        """Cancel the look-ups that have not begun, and close the database.

        Running look-ups are not waited for.
        """
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._records.dispose()

    async def _found(self, query: Query, caller: str) -> Found:
        run = asyncio.get_running_loop().run_in_executor
        if query.name == TICKET:
            return await run(self._threads, self._ticket, query.key)
        if query.name == CALLER:
            return await run(self._threads, self._caller, query.key)
        asked = query.name, query.key, caller
        if self._function is not None and inspect.iscoroutinefunction(self._function):
            return _answer(await self._function(*asked))
        if self._function is not None:
            return _answer(await run(self._threads, self._function, *asked))
        if self._settings.url:
            return _answer(await run(self._threads, self._post, *asked))
        raise ValueError("neither look_ups.url nor look_ups.python is set")

    def _ticket(self, number: str) -> Found:
        """Return a Found with the status of the ticket ``number``, such as ``open``.

        Its status is ``unknown`` if there is no such ticket.
        """
        with reading(self._records) as connection:
            try:
                return Found(tickets.one(connection, number)["status"])
            except tickets.TicketError:
                return Found("unknown")

    def _caller(self, number: str) -> Found:
        """Return a Found that says how often the caller with this number was abusive or a nuisance.

        It is ``unknown``, without counts, if the records do not know the number.
        """
        query = select(callers.c.abuse, callers.c.nuisance).where(callers.c.caller == number)
        with reading(self._records) as connection:
            known = connection.execute(query).first()
        if known is None:
            return Found("unknown")
        return Found("known", {"abuse": str(known.abuse), "nuisance": str(known.nuisance)})

    def _post(self, name: str, key: str, caller: str) -> Any:
        """Post a look-up as JSON to look_ups.url, and return the decoded JSON of the answer.

        Raise ValueError for a status other than 200 and for an answer that is not JSON; raise
        OSError or HTTPException when the connection fails.
        """
        place = urlsplit(self._settings.url)
        secure = place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(place.hostname or "", place.port, timeout=self._settings.seconds)
        try:
            path = (place.path or "/") + (f"?{place.query}" if place.query else "")
            body = json.dumps({"look_up": name, "key": key, "caller": caller})
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"HTTP status {response.status}")
            return json.loads(response.read(_MOST_OCTETS))
        finally:
            connection.close()


def _answer(told: Any) -> Found:
    """Turn a look-up's answer, such as ``{"found": "valid", "values": {"N": 3}}``, into a Found.

    Raise ValueError when the answer has another form.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("found"), str):
        raise ValueError("the answer is not an object with a text under found")
    values = told.get("values", {})
    if not isinstance(values, Mapping):
        raise ValueError("the values of the answer are not an object")
    return Found(told["found"], {str(name): str(value) for name, value in values.items()})


def _function(setting: str) -> Function:
    """Return the function that ``module:function`` names; raise ConfigError if there is none."""
    module, _, name = setting.partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            tr(
                "look_ups.python = {setting} cannot be used ({error}): write "
                "module:function, and put the module on PYTHONPATH"
            ).format(setting=setting, error=error)
        ) from None
    if not callable(function):
        raise ConfigError(
            tr("look_ups.python = {setting} is not a function: name one").format(setting=setting)
        )
    return function  # type: ignore[no-any-return]
