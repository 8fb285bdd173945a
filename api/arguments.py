"""What a request may say to a route."""

from collections.abc import Iterator

from litestar.handlers import BaseRouteHandler
from litestar.typing import FieldDefinition
from litestar.utils.signature import ParsedSignature


def arguments_of(handler: BaseRouteHandler) -> dict[str, FieldDefinition]:
    """The route's own, and in their places those of whatever provides some of them."""
    provided = handler.resolve_dependencies()

    def within(signature: ParsedSignature) -> Iterator[tuple[str, FieldDefinition]]:
        for name, field in signature.parameters.items():
            if name in provided:
                yield from within(provided[name].parsed_fn_signature)
            else:
                yield name, field

    return dict(within(handler.parsed_fn_signature))
