"""How large a document may be once its fragments are spread out, found without spreading them.

Each fragment is measured once, so twenty fragments that double each other cost twenty measurements and not a million.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.serving.faults import FaultCode, refuse_document


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most a document may hold; ``repeats`` bounds one response key within one selection set."""

    characters: int
    tokens: int
    comments: int
    depth: int
    fields: int
    operations: int = 20
    repeats: int = 50
    directives: int = 5


@dataclass(frozen=True, slots=True)
class Extent:
    """How many fields a selection comes to, and how deep they nest."""

    fields: int = 0
    depth: int = 0

    def beside(self, other: "Extent") -> "Extent":
        return Extent(self.fields + other.fields, max(self.depth, other.depth))

    def below_a_field(self) -> "Extent":
        return Extent(self.fields + 1, self.depth + 1)


def check_extent(document: DocumentNode, limits: DocumentLimits) -> None:
    """Raise ``DocumentRefused`` if an operation of ``document`` is larger than ``limits``. Linear in its length."""
    try:
        _check_extent(_Measure(document, limits), document, limits)
    except RecursionError:
        raise _too_deep(limits) from None


def _check_extent(measure: "_Measure", document: DocumentNode, limits: DocumentLimits) -> None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > limits.operations:
        raise _too_much("operations", len(operations), limits.operations)
    # Every fragment, used or not: validation walks them all.
    for name in measure.fragments:
        measure.fragment(name)
    for operation in operations:
        extent = measure.selection(operation.selection_set)
        if extent.depth > limits.depth:
            raise _too_deep(limits)
        if extent.fields > limits.fields:
            raise _too_much("fields", extent.fields, limits.fields)


class _Measure:
    def __init__(self, document: DocumentNode, limits: DocumentLimits) -> None:
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._limits = limits
        self._known: dict[str, Extent] = {}

    def fragment(self, name: str) -> Extent:
        if name not in self._known:
            # A fragment that spreads itself counts as nothing here; validation refuses it.
            self._known[name] = Extent()
            if name in self.fragments:
                self._known[name] = self.selection(self.fragments[name].selection_set)
        return self._known[name]

    def selection(self, selection_set: SelectionSetNode | None) -> Extent:
        extent = Extent()
        if selection_set is None:
            return extent
        seen: dict[str, int] = {}
        for node in selection_set.selections:
            if (directives := len(node.directives or ())) > self._limits.directives:
                raise _too_much("directives on one field", directives, self._limits.directives)
            match node:
                case FieldNode():
                    key = (node.alias or node.name).value
                    part = self.selection(node.selection_set).below_a_field()
                case FragmentSpreadNode():
                    key = f"...{node.name.value}"
                    part = self.fragment(node.name.value)
                case InlineFragmentNode():
                    key = "..."
                    part = self.selection(node.selection_set)
                case _:
                    continue
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > self._limits.repeats:
                raise _too_much(f"times “{key}” in one place", seen[key], self._limits.repeats)
            extent = extent.beside(part)
        return extent


def _too_deep(limits: DocumentLimits) -> Exception:
    return refuse_document(
        FaultCode.DOCUMENT_TOO_COMPLEX,
        f"This document nests its fields more than {limits.depth} levels deep. Ask for less at once.",
    )


def _too_much(what: str, found: int, allowed: int) -> Exception:
    shown = f"{found:,}" if found < 10**9 else "more than a thousand million"
    return refuse_document(
        FaultCode.DOCUMENT_TOO_COMPLEX,
        f"This document comes to {shown} {what}; {allowed:,} are allowed. Ask for less, or ask in several requests.",
    )
