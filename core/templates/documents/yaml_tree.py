"""YAML text as a tree of its lines, so that a part can be changed and all the rest stays as a person wrote it:
comments, blank lines, quotes, order.

Block mappings and block lists are taken apart; everything else is text that is kept or replaced as a whole. Comments
above an entry belong to it up to the next blank line.
"""

import re
from typing import Any

from core.templates.documents.edits import Drop, Edit, Insert, Move, Path, Put, Take, apply, value_at
from core.templates.documents.text import block_text, flow_text
from core.templates.documents.yaml_source import Event, events_of

_EMPTY_LIST = re.compile(r"\[\s*\]")


class Entry:
    """A member of a mapping or an item of a list. `lead` are whole lines above it, `head` is what stands before its
    value, `tail` the rest of its last line."""

    __slots__ = ("head", "lead", "name", "tail", "value")

    def __init__(self, lead: str, name: str | None, head: str, value: "str | Block", tail: str) -> None:
        self.lead = lead
        self.name = name
        self.head = head
        self.value = value
        self.tail = tail

    def indent(self, by: int) -> None:
        self.lead = _shifted(self.lead, by)
        if isinstance(self.value, Block):
            self.value.indent(by)
        else:
            first, *rest = self.value.split("\n")
            self.value = "\n".join([first, *(_shifted(line, by) for line in rest)])

    @property
    def above(self) -> str:
        """All lines above it, also those of a first member that shares its line."""
        if isinstance(self.value, str) or self.head.endswith("\n"):
            return self.lead
        return self.lead + self.value.entries[0].above

    def render(self) -> str:
        """From its own line on."""
        if isinstance(self.value, str):
            return self.head + self.value + self.tail
        return self.head + self.value.render(inline=not self.head.endswith("\n"))

    def say(self, text: str) -> None:
        """Has this text for its value; what was taken apart before is gone, a comment on its first line stays."""
        if isinstance(self.value, Block):
            cut = 1 if self.name is None else self.head.index(":", len(self.name)) + 1
            rest = self.head[cut:].rstrip()
            self.head, self.tail = self.head[:cut] + " ", f"{rest}\n"
        self.value = text


class Block:
    """A block mapping or a block list; `end` is text below its last entry that belongs to none."""

    __slots__ = ("column", "end", "entries")

    def __init__(self, column: int, entries: list[Entry]) -> None:
        self.column = column
        self.entries = entries
        self.end = ""

    def named(self, name: str | int) -> Entry | None:
        if isinstance(name, int):
            return self.entries[name]
        return next((entry for entry in self.entries if entry.name == name), None)

    def indent(self, by: int) -> None:
        self.column += by
        for entry in self.entries:
            entry.indent(by)

    def render(self, *, inline: bool = False) -> str:
        parts: list[str] = []
        for number, entry in enumerate(self.entries):
            parts.append(
                entry.render()
                if inline and number == 0
                else f"{entry.above}{' ' * self.column}{entry.render()}"
            )
        return "".join(parts) + self.end


class YamlTree:
    """The text of one document and its plain value, edited together."""

    def __init__(self, text: str, value: dict[str, Any]) -> None:
        """The value is changed in place. Raises `InvalidDocument` for what is not YAML, and `ValueError` where the
        root is no block mapping."""
        self._root, self._rest = _read(text)
        self._value = value

    def render(self) -> str:
        """The text as it is now."""
        return self._root.render() + self._rest

    def edit(self, edit: Edit) -> None:
        match edit:
            case Put(path=path):
                apply(self._value, edit)
                self._put(path)
            case Drop(path=path):
                apply(self._value, edit)
                self._drop(path)
            case Insert(path=path, place=place):
                apply(self._value, edit)
                self._insert(path, place)
            case Take(path=path, place=place):
                apply(self._value, edit)
                self._take(path, place)
            case Move(path=path, place=place, to=to, to_place=to_place):
                if (path, place) != (to, to_place):
                    item = value_at(self._value, (*path, place))
                    apply(self._value, Take(path, place))
                    entry = self._take(path, place)
                    apply(self._value, Insert(to, to_place, item))
                    self._insert(to, to_place, entry)

    def _put(self, path: Path) -> None:
        holder, below = self._reach(path[:-1])
        if below or isinstance(holder, str):
            self._rewrite(path[:-1], below)
            return
        name = str(path[-1])
        new, old = _member(name, value_at(self._value, path), holder.column), holder.named(name)
        if old is None:
            _append(holder, new)
            return
        new.lead = old.lead
        if isinstance(new.value, str) and isinstance(old.value, str):
            new.tail = old.tail
        holder.entries[holder.entries.index(old)] = new

    def _drop(self, path: Path) -> None:
        holder, below = self._reach(path[:-1])
        entry = None if below or isinstance(holder, str) else holder.named(path[-1])
        if entry is None or isinstance(holder, str) or len(holder.entries) == 1:
            self._rewrite(path[:-1], below)
        else:
            _remove(holder, entry)

    def _insert(self, path: Path, place: int, moved: Entry | None = None) -> None:
        owner, below = self._reach(path[:-1])
        known = None if below or isinstance(owner, str) else owner.named(path[-1])
        if known is None or (isinstance(known.value, str) and _EMPTY_LIST.fullmatch(known.value)):
            self._put(path)
            known = None if below or isinstance(owner, str) else owner.named(path[-1])
            if moved and known and isinstance(known.value, Block):
                known.value.entries = [moved]
                moved.indent(known.value.column)
        elif isinstance(known.value, str):
            self._rewrite(path, ())
        else:
            _put_in(known.value, place, moved, value_at(self._value, (*path, place)))

    def _take(self, path: Path, place: int) -> Entry | None:
        """The entry with its own comments, not indented; None where it was part of a text that is written anew."""
        holder, below = self._reach(path)
        if below or isinstance(holder, str):
            self._rewrite(path, below)
            return None
        entry = holder.entries[place]
        if len(holder.entries) == 1:
            entry.lead = _parted(entry.lead)[1]
            self._rewrite(path, ())
        else:
            _remove(holder, entry)
        entry.indent(-holder.column)
        return entry

    def _reach(self, path: Path) -> tuple[Block | str, Path]:
        """As deep as the path leads, and what is left of it below text that is not taken apart."""
        holder: Block | str = self._root
        for depth, token in enumerate(path):
            entry = None if isinstance(holder, str) else holder.named(token)
            if entry is None:
                return holder, path[depth:]
            holder = entry.value
        return holder, ()

    def _rewrite(self, path: Path, below: Path) -> None:
        """The text at the end of the reachable path, from the value."""
        path = path[: len(path) - len(below)]
        holder, _ = self._reach(path[:-1])
        entry = holder.named(path[-1]) if path and isinstance(holder, Block) else None
        if entry is None:
            raise ValueError("The root is not written anew.")
        entry.say(flow_text(value_at(self._value, path)))


def _read(text: str) -> tuple[Block, str]:
    if not text.endswith("\n"):
        text += "\n"
    reader = _Reader(text)
    root = reader.root()
    return root, text[reader.cursor :]


class _Reader:
    """`cursor` is how far the text has been taken apart."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events = events_of(text)
        self.cursor = 0

    def root(self) -> Block:
        event = next(self._events, None)
        if event is None or event.flow or event.anchor or event.kind not in ("mapping", "sequence"):
            raise ValueError("The root is no block mapping.")
        return self._block(event)

    def _block(self, opening: Event) -> Block:
        entries: list[Entry] = []
        column = opening.place.column - 1
        while (event := next(self._events)).kind != "end":
            if opening.kind == "mapping":
                start, name, after = event.start, event.text, event.end
                event = next(self._events)
            else:
                start, name = self._dash(), None
                after = start + 1
            line = self._text.rfind("\n", 0, start) + 1
            column = start - line
            lead = self._text[self.cursor : line] if line >= self.cursor else ""
            entries.append(self._entry(lead, name, start, after, event))
        return Block(column, entries)

    def _dash(self) -> int:
        """Where the next item of a list begins."""
        found = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*(?=-)").match(self._text, self.cursor)
        return found.end() if found else self.cursor

    def _entry(self, lead: str, name: str | None, start: int, after: int, event: Event) -> Entry:
        colon = after if name is None else self._text.index(":", after) + 1
        if event.kind in ("mapping", "sequence") and not event.flow and not event.anchor and not event.tag:
            line = self._text.find("\n", colon) + 1
            self.cursor = min(line, event.start)
            head = self._text[start : self.cursor]
            return Entry(lead, name, head, self._block(event), "")
        begin, end = self._extent(event)
        if event.kind == "scalar" and event.plain and not event.text:
            begin = end = colon
        while end > begin and self._text[end - 1] in " \r\n":
            end -= 1
        line = self._text.find("\n", end) + 1
        self.cursor = line
        return Entry(lead, name, self._text[start:begin], self._text[begin:end], self._text[end:line])

    def _extent(self, event: Event) -> tuple[int, int]:
        """From the value's first character to its last, whatever is inside."""
        begin, end = event.start, event.start
        flows: list[bool] = []
        while True:
            if event.kind == "end":
                end = event.end if flows.pop() else end
            elif event.kind in ("mapping", "sequence"):
                flows.append(event.flow)
            elif event.text or not event.plain:
                end = max(end, event.end)
            if not flows:
                return begin, end
            event = next(self._events)


def _shifted(lines: str, by: int) -> str:
    if by >= 0:
        return re.sub(r"(?m)^(?=[^\n])", " " * by, lines)
    return re.sub(rf"(?m)^ {{1,{-by}}}", "", lines)


def _member(name: str, value: object, column: int) -> Entry:
    """A new one, indented."""
    [entry] = _read(block_text({name: value}))[0].entries
    entry.indent(column)
    return entry


def _item(value: object) -> Entry:
    """A new one, not indented."""
    block, _ = _read(block_text([value]))
    block.indent(-block.column)
    return block.entries[0]


def _put_in(block: Block, place: int, moved: Entry | None, value: object) -> None:
    new = moved or _item(value)
    neighbour = block.entries[min(place, len(block.entries) - 1)]
    if moved is None and neighbour.lead.startswith("\n"):
        new.lead = "\n"
    new.indent(block.column)
    block.entries.insert(place, new)


def _append(holder: Block, new: Entry) -> None:
    """At the end, but before the channels of a category: nobody looks below them for its topic. Variables stand above
    all that they may stand in."""
    if holder.column == 0 and new.name == "variables":
        new.lead = "\n"
        holder.entries.insert(1 if holder.entries and holder.entries[0].name == "guildwright" else 0, new)
        return
    place = next((n for n, e in enumerate(holder.entries) if e.name == "channels" and holder.column), None)
    if holder.column == 0 and any(entry.lead.startswith("\n") for entry in holder.entries):
        new.lead = "\n"
    holder.entries.insert(len(holder.entries) if place is None else place, new)


def _remove(holder: Block, entry: Entry) -> None:
    """Leaves behind what stands above its own comments."""
    place = holder.entries.index(entry)
    stays, own = _parted(entry.lead)
    entry.lead = own
    del holder.entries[place]
    if place < len(holder.entries):
        if stays and holder.entries[place].lead.startswith("\n"):
            stays = stays[:-1]  # one of two blank lines
        holder.entries[place].lead = stays + holder.entries[place].lead
    else:
        holder.end = stays + holder.end


def _parted(lead: str) -> tuple[str, str]:
    """Up to the last blank line, and the comments below it."""
    lines = lead.splitlines(keepends=True)
    blank = max((n for n, line in enumerate(lines) if not line.strip()), default=-1) + 1
    return "".join(lines[:blank]), "".join(lines[blank:])
