"""GitHub's expression language: ``${{ … }}`` and ``if``. Knows neither workflows nor Tekton.

https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from gha2tekton.expression.evaluation import evaluate, evaluate_tree
from gha2tekton.expression.fold import fold, fold_template
from gha2tekton.expression.json_text import from_json, to_json
from gha2tekton.expression.open_values import UNKNOWN, Partial
from gha2tekton.expression.parser import parse
from gha2tekton.expression.printer import unparse, unparse_template
from gha2tekton.expression.syntax import (
    Call,
    Compare,
    Context,
    Expression,
    ExpressionError,
    Filter,
    Index,
    Literal,
    Logic,
    Not,
    Property,
    calls,
    chain,
    references,
)
from gha2tekton.expression.template import Template, parse_condition, parse_template, whole, with_status_check
from gha2tekton.expression.values import compare, equals, is_truthy, to_number, to_string

__all__ = [
    "UNKNOWN",
    "Call",
    "Compare",
    "Context",
    "Expression",
    "ExpressionError",
    "Filter",
    "Index",
    "Literal",
    "Logic",
    "Not",
    "Partial",
    "Property",
    "Template",
    "calls",
    "chain",
    "compare",
    "equals",
    "evaluate",
    "evaluate_tree",
    "fold",
    "fold_template",
    "from_json",
    "is_truthy",
    "parse",
    "parse_condition",
    "parse_template",
    "references",
    "to_json",
    "to_number",
    "to_string",
    "unparse",
    "unparse_template",
    "whole",
    "with_status_check",
]
