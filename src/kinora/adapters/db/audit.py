"""Proves the books: every rule is tried on everything, at one moment."""

from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, JobId
from kinora.domain.proof import Check, Finding, Proof

MOST_FINDINGS = 100
"""How many breaches of one rule are named."""

RULES = {
    "sums": "the books of every entry sum to zero",
    "movements": "every movement touches the books that are its own; credits: all issued",
    "balances": "every balance is the sum of its entries",
    "holds": "what is held is what the jobs that have not ended cost",
    "places": "every place that is taken is held by a job that has not ended",
    "jobs_paid": "every job was held once, and settled or released once when it ended",
    "strays": "every entry of a job has its job",
    "caps": "what a capped key has spent is what its jobs cost",
}


def prove(db: Connection) -> Proof:
    """Try every rule; writers that go on meanwhile are not seen."""
    db.raw.execute("savepoint proof")
    try:
        return Proof(checks=tuple(_check(db, name, rule) for name, rule in RULES.items()))
    finally:
        db.raw.execute("release proof")


def _check(db: Connection, name: str, rule: str) -> Check:
    counted = db.one(f"count_{name}", {})
    found = db.all(f"find_{name}", {"at_most": MOST_FINDINGS})
    return Check(
        rule=rule,
        counted=counted["counted"] if counted else 0,
        credits=counted["credits"] if counted else 0,
        findings=tuple(
            Finding(
                text=row["text"],
                cause=row["cause"],
                account=None if row["account"] is None else AccountId(row["account"]),
                job=None if row["job"] is None else JobId(row["job"]),
                entry=row["entry"],
            )
            for row in found
        ),
    )
