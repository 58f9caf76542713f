"""The Merkle tree over the hashes of versions, as in RFC 6962. One root covers all of them, and a short proof shows that one
version is among them.

A leaf is SHA-256 of 0x00 and the 32 bytes of a version's hash, a node SHA-256 of 0x01 and its two children.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256


class Growing:
    """A tree to which version hashes are added one by one; it holds at most as many nodes as its size has binary digits."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, version_hash: str) -> None:
        """Add a leaf, from a hash in hex."""
        node, carry = _leaf(version_hash), self.size
        while carry & 1:
            node, carry = _node(self._peaks.pop(), node), carry >> 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> str:
        """The root of what was added so far, in hex; of an empty tree, the SHA-256 of nothing."""
        if not self._peaks:
            return sha256().hexdigest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _node(peak, node)
        return node.hex()


def root(version_hashes: Iterable[str]) -> str:
    """The root over these hashes, in hex."""
    tree = Growing()
    for version_hash in version_hashes:
        tree.add(version_hash)
    return tree.root()


def proofs(version_hashes: Sequence[str], places: Iterable[int]) -> dict[int, list[str]]:
    """For each place (from 0), the sibling nodes in hex that lead from its leaf to the root, from the leaf up."""
    found: dict[int, list[str]] = {place: [] for place in places}
    level = [_leaf(version_hash) for version_hash in version_hashes]
    depth = 0
    while len(level) > 1:
        for place, path in found.items():
            sibling = (place >> depth) ^ 1
            if sibling < len(level):
                path.append(level[sibling].hex())
        level = list(_parents(level))
        depth += 1
    return found


def leads_to(version_hash: str, place: int, size: int, proof: Sequence[str], root_: str) -> bool:
    """Whether the proof leads from this hash, at this place (from 0) of a tree of this size, to the root."""
    if not 0 <= place < size:
        return False
    node, last, rest = _leaf(version_hash), size - 1, list(proof)
    while last:
        if place & 1 or place < last:
            if not rest:
                return False
            sibling = bytes.fromhex(rest.pop(0))
            node = _node(sibling, node) if place & 1 else _node(node, sibling)
        place, last = place >> 1, last >> 1
    return not rest and node.hex() == root_


def _parents(level: Sequence[bytes]) -> Iterator[bytes]:
    """The level above; an odd node at the end moves up unchanged."""
    for n in range(0, len(level) - 1, 2):
        yield _node(level[n], level[n + 1])
    if len(level) % 2:
        yield level[-1]


def _leaf(version_hash: str) -> bytes:
    return sha256(b"\0" + bytes.fromhex(version_hash)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
