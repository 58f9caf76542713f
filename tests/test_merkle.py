"""The tree is that of RFC 6962: its roots are those of the definition, and a proof holds for one version at one place alone."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from archive.merkle import Growing, leads_to, proofs, root


def named(n: int) -> list[str]:
    return [sha256(bytes([k])).hexdigest() for k in range(n)]


def by_definition(hashes: list[str]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it stands there."""
    if not hashes:
        return sha256().digest()
    if len(hashes) == 1:
        return sha256(b"\0" + bytes.fromhex(hashes[0])).digest()
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return sha256(b"\1" + by_definition(hashes[:k]) + by_definition(hashes[k:])).digest()


def test_the_root_is_that_of_the_definition_while_it_grows() -> None:
    tree = Growing()
    for n in range(70):
        assert tree.root() == root(named(n)) == by_definition(named(n)).hex()
        tree.add(named(70)[n])


def test_every_proof_holds_at_its_place_and_at_no_other() -> None:
    for size in range(1, 20):
        hashes = named(size)
        found = proofs(hashes, range(size))
        for place in range(size):
            held = [at for at in range(size + 2) if leads_to(hashes[place], at, size, found[place], root(hashes))]
            assert held == [place]


@given(st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1), st.integers(0, 300))))
def test_a_proof_with_one_wrong_node_does_not_hold(told: tuple[int, int, int]) -> None:
    size, place, bit = told
    hashes = named(size)
    proof = proofs(hashes, [place])[place]
    assert not leads_to(hashes[place], place, size, [*proof, hashes[0]], root(hashes))
    if proof:
        at = bit % len(proof)
        wrong = bytearray.fromhex(proof[at])
        wrong[bit % 32] ^= 1 << bit % 8
        assert not leads_to(hashes[place], place, size, [*proof[:at], wrong.hex(), *proof[at + 1 :]], root(hashes))
        assert not leads_to(hashes[place], place, size, proof[:-1], root(hashes))
