"""Documents made ready once: parsed within limits, measured, validated, and kept by their exact text."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)

from api.serving.faults import DocumentRefused, FaultCode, refuse_document
from api.serving.limits import DocumentLimits, check_extent

KEPT_DOCUMENTS = 512
MOST_VALIDATION_ERRORS = 20


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A valid document; ``hash`` is the SHA-256 of its text, which is what logs may name."""

    node: DocumentNode
    hash: str
    operations: tuple[OperationDefinitionNode, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation to run. Raises ``DocumentRefused`` if that is not clear."""
        if name is None:
            if len(self.operations) == 1:
                return self.operations[0]
            raise refuse_document(
                FaultCode.OPERATION_RESOLUTION_FAILED,
                "This document has no operation to run."
                if not self.operations
                else "This document has several operations; name one in operationName.",
            )
        for operation in self.operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise refuse_document(
            FaultCode.OPERATION_RESOLUTION_FAILED, f"There is no operation “{name}” in this document."
        )

    def kind(self, name: str | None) -> OperationType:
        """Return whether the operation is a query, a mutation or a subscription."""
        return self.operation(name).operation


class Documents:
    """The documents of one schema, the most recently used kept ready."""

    def __init__(self, schema: GraphQLSchema, limits: DocumentLimits) -> None:
        self._schema = schema
        self._limits = limits
        self._kept: OrderedDict[str, PreparedDocument | DocumentRefused] = OrderedDict()

    def prepare(self, text: str) -> PreparedDocument:
        """Return the document of ``text``. Raises ``DocumentRefused``; a refusal is kept like any other answer."""
        kept = self._kept.get(text)
        if kept is None:
            try:
                kept = self._prepare(text)
            except DocumentRefused as refusal:
                kept = refusal
            # An oversized text is refused at a glance and not worth its place.
            if len(text) <= self._limits.characters:
                self._kept[text] = kept
                if len(self._kept) > KEPT_DOCUMENTS:
                    self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(text)
        if isinstance(kept, DocumentRefused):
            raise DocumentRefused(kept.code, kept.errors)
        return kept

    def _prepare(self, text: str) -> PreparedDocument:
        if len(text) > self._limits.characters:
            raise refuse_document(
                FaultCode.DOCUMENT_TOO_COMPLEX,
                f"This document is {len(text):,} characters long; {self._limits.characters:,} are allowed.",
            )
        try:
            node = parse(text, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.comments)
        except GraphQLError as error:
            raise DocumentRefused(FaultCode.GRAPHQL_PARSE_FAILED, [error]) from None
        check_extent(node, self._limits)
        if errors := validate(self._schema, node, specified_rules, max_errors=MOST_VALIDATION_ERRORS):
            raise DocumentRefused(FaultCode.GRAPHQL_VALIDATION_FAILED, errors)
        operations = tuple(held for held in node.definitions if isinstance(held, OperationDefinitionNode))
        return PreparedDocument(node, sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), operations)
