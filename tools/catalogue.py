"""Finds the texts to translate in Python sources, for Babel.

Babel's own reader works on tokens and does not look into f-strings before Python 3.12; this one reads the syntax tree.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO

Found = tuple[int, str, str | tuple[str, ...], list[str]]


def extract(
    file: IO[bytes], keywords: Mapping[str, object], tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """(line, function, text or texts, comments) of every marked text, as Babel's extraction interface wants them."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in keywords:
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if texts:
            yield node.lineno, node.func.id, texts[0] if len(texts) == 1 else tuple(texts), []
