"""store: records as DynamoDB items and back, from the annotations of their dataclasses.

An attribute that is absent, because the item is older than the field, takes the field's default; an attribute without a
field is ignored. So records can gain and lose fields on a live table (docs/data-model.md, "Changing a record").
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from sheaf.store.items import Item, Value, flag, number, text


@dataclass(frozen=True)
class Codec[R]:
    """How records of one dataclass become the attributes of an item, under the names of their fields.

    Args:
        kind: the dataclass, whose constructor takes its fields in their order. A field is int, Decimal, str, bool,
            bytes, a StrEnum, a Literal of strings, a frozenset or tuple of one of these, a dataclass of such fields, or
            all that or None.
        sparse: fields whose attribute is left out where the value is None, False or empty.
        renamed: the earlier attribute name of a field, by its present name; read where the present one is absent.
    """

    kind: type[R]
    sparse: Collection[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def to_item(self, record: R) -> Item:
        """The attributes of a record; its key is not among them."""
        return {
            name: write(value)
            for name, write in self._writers.items()
            if (value := getattr(record, name)) or name not in self.sparse
        }

    def from_item(self, item: Item) -> R:
        """The record in an item. Raises ValueError where an attribute is absent whose field has no default."""
        return self.kind(
            *[read(item[name]) if name in item else self._absent(name, item) for name, read in self._readers.items()]
        )

    def _absent(self, name: str, item: Item) -> Any:
        """What a field is whose attribute is not in the item."""
        earlier = self.renamed.get(name)
        if earlier in item:
            return self._readers[name](item[earlier])
        default = self._defaults[name]
        if default is None:
            raise ValueError(f"an item of a {self.kind.__name__} has no {name}, which has no default")
        return default()

    @cached_property
    def _fields(self) -> Mapping[str, tuple[Field[Any], Any]]:
        """Each field with its type, by name."""
        types = get_type_hints(self.kind)
        return {declared.name: (declared, types[declared.name]) for declared in fields(self.kind)}  # type: ignore[arg-type]

    @cached_property
    def _readers(self) -> Mapping[str, Callable[[Value], Any]]:
        return {name: _reader(annotation) for name, (_, annotation) in self._fields.items()}

    @cached_property
    def _defaults(self) -> Mapping[str, Callable[[], Any] | None]:
        return {name: _default(declared, annotation) for name, (declared, annotation) in self._fields.items()}

    @cached_property
    def _writers(self) -> Mapping[str, Callable[[Any], Value]]:
        return {name: _writer(annotation) for name, (_, annotation) in self._fields.items()}


def _default(declared: Field[Any], kind: Any) -> Callable[[], Any] | None:
    """What makes the value of an absent attribute; None where there must be one."""
    if declared.default is not MISSING:
        return lambda: declared.default
    if declared.default_factory is not MISSING:
        return declared.default_factory
    if _plain(kind)[1]:
        return lambda: None
    empty: Callable[[], Any] | None = get_origin(kind)  # of a set or tuple: an empty one
    return empty


def _plain(kind: Any) -> tuple[Any, bool]:
    """A type without its NewType name, a Literal of strings as a string, and whether None may stand for it."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (member for member in get_args(kind) if member is not NoneType)
        return _plain(kind)[0], True
    if get_origin(kind) is Literal:
        return str, False
    return _plain(kind.__supertype__) if isinstance(kind, NewType) else (kind, False)


def _reader(annotation: Any) -> Callable[[Value], Any]:
    kind, is_optional = _plain(annotation)
    read = _read_members(kind) if get_origin(kind) else _read_value(kind)
    return (lambda value: None if "NULL" in value else read(value)) if is_optional else read


def _writer(annotation: Any) -> Callable[[Any], Value]:
    kind, is_optional = _plain(annotation)
    write = _write_members(kind) if get_origin(kind) else _write_value(kind)
    return (lambda value: {"NULL": True} if value is None else write(value)) if is_optional else write


def _read_value(kind: Any) -> Callable[[Value], Any]:
    if is_dataclass(kind):
        codec: Codec[Any] = Codec(kind)  # type: ignore[arg-type]
        return lambda value: codec.from_item(value["M"])
    if kind is bool:
        return itemgetter("BOOL")
    if kind is bytes:
        return lambda value: b64decode(value["S"])
    if kind is str:
        return itemgetter("S")
    letter = "N" if kind in (int, Decimal) else "S"
    return lambda value: kind(value[letter])


def _write_value(kind: Any) -> Callable[[Any], Value]:
    if is_dataclass(kind):
        codec: Codec[Any] = Codec(kind)  # type: ignore[arg-type]
        return lambda value: {"M": codec.to_item(value)}
    if kind is bytes:
        return lambda value: text(b64encode(value).decode())
    if kind is Decimal:
        return _amount
    return flag if kind is bool else number if kind is int else text


def _amount(value: Decimal) -> Value:
    """As DynamoDB keeps it, without zeros at the end: then a transaction that is sent again reads as what is there."""
    return {"N": f"{value.normalize():f}"}


def _read_members(kind: Any) -> Callable[[Value], Any]:
    collection, member = get_origin(kind), _plain(get_args(kind)[0])[0]
    if member is int:
        return lambda value: collection(int(digits) for digits in value["NS"])
    read = _read_value(member)
    return lambda value: collection(map(read, value["L"]))


def _write_members(kind: Any) -> Callable[[Any], Value]:
    """A set of numbers is a DynamoDB set, which is never empty: such a field is sparse. Sets are written sorted."""
    collection, member = get_origin(kind), _plain(get_args(kind)[0])[0]
    if member is int:
        return lambda value: {"NS": [str(member_id) for member_id in sorted(value)]}
    write = _write_value(member)
    ordered: Callable[[Any], Any] = sorted if collection is frozenset else list
    return lambda value: {"L": list(map(write, ordered(value)))}
