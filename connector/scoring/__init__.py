"""The scoring model: its language, the score with its receipt, and who qualifies. Pure, but for reading the file."""

from connector.scoring.compile import compile_model, load_model
from connector.scoring.compiled import Model, Recycle, Track
from connector.scoring.engine import score, sort
from connector.scoring.evidence import newest_counting_at
from connector.scoring.language import ScoringModel, schema
from connector.scoring.model_tests import TestResult, run_tests
from connector.scoring.oddities import oddities
from connector.scoring.qualify import Verdict, qualify
from connector.scoring.usage import unknown_names

__all__ = [
    "Model",
    "Recycle",
    "ScoringModel",
    "TestResult",
    "Track",
    "Verdict",
    "compile_model",
    "load_model",
    "newest_counting_at",
    "oddities",
    "qualify",
    "run_tests",
    "schema",
    "score",
    "sort",
    "unknown_names",
]
