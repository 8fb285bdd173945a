"""Rows to values: models never leave core."""

from typing import Any

import msgspec

from core.callbacks.models import CallbackModel, DeliveryModel
from core.callbacks.schemas import Callback, Delivery


def to_callback(model: CallbackModel) -> Callback:
    return msgspec.convert(_fields(model, Callback), Callback)


def to_delivery(model: DeliveryModel) -> Delivery:
    return msgspec.convert(_fields(model, Delivery), Delivery)


def _fields(model: object, wanted: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: getattr(model, name) for name in wanted.__struct_fields__}
