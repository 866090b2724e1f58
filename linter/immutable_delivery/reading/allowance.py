"""How many facts a file may mean: aliases and chains can make a few lines mean more than a machine can judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.budget import SPENT, Budget
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Recipe
from immutable_delivery.source.text import Text

MOST = 20_000
"""Every file may mean so many facts, and one more for every four characters; real ones mean one for twenty."""
MOST_SURPLUS = 50_000
"""So many more are passed over for the sake of other files that are read together with it."""


def within_allowance(
    facts: Iterable[Fact | Build | Recipe], ctx: ParseContext, files: int
) -> Iterator[Fact | Build | Recipe]:
    """Yield what each file may mean; say where one means more, and go on with the others."""
    budgets: dict[str, Budget] = {}
    surplus = Budget(MOST_SURPLUS if files > 1 else 0)
    for fact in facts:
        place = fact.place if isinstance(fact, Build | Recipe) else fact.used_at
        budget = budgets.get(place.file)
        if budget is None:
            budget = budgets[place.file] = _budget(ctx.texts.get(place.file))
        if budget.pays():
            yield fact
            continue
        if not budget.told:
            budget.told = True
            ctx.report(place, SPENT)
        if not surplus.pays():
            return


def _budget(text: Text | None) -> Budget:
    return Budget(MOST + len(text.value if text else "") // 4)
