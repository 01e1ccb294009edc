"""What is known of a caller before the key is looked up: the address, and what the call needs."""

from starlette.requests import Request

from kinora.domain.account import Account
from kinora.domain.deed import By
from kinora.domain.scopes import Call, Scope

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def call_of(request: Request) -> Call:
    """Return what a request needs and where it comes from.

    Reading needs the scope `read`, everything else `submit`, unless the route says otherwise: see
    `needing`. This is the one place where that is decided.
    """
    state = request.scope.get("state", {})
    needs = state.get("needs") or (Scope.READ if request.method in READING else Scope.SUBMIT)
    address = state.get("address")
    if address is None:
        address = request.client.host if request.client else ""
    return Call(needs=needs, address=address)


def by_of(request: Request, account: Account) -> By:
    """Return who does something by a request, for the audit log."""
    return By(who=f"key:{account.key}", address=call_of(request).address)


def needing(request: Request, scope: Scope | None) -> None:
    """Say what the operation of a request needs, where its method does not tell."""
    if scope is not None:
        request.state.needs = scope
