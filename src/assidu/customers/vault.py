"""Seals what reaches somebody under that customer's own key; destroying the key is what erasure does.

Each customer has 32 random bytes, kept sealed ("wrapped") with the deployment's vault key. Everything sealed is
bound to its customer: moved to another row, it no longer opens.
"""

import secrets
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class CannotOpen(Exception):
    """The vault key is not the one that this was sealed with, or the data was changed."""


class Vault:
    """Opens and seals with the deployment's vault key."""

    __slots__ = ("_outer",)

    def __init__(self, vault_key: bytes) -> None:
        self._outer = AESGCM(vault_key)

    def new_key(self, customer_id: UUID) -> tuple[AESGCM, bytes]:
        """A fresh key for a customer, and the same wrapped, to be stored."""
        key = secrets.token_bytes(32)
        return AESGCM(key), _seal(self._outer, key, customer_id)

    def seal_for(self, name: str, content: bytes) -> bytes:
        """Something of the deployment's own, bound to its name."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._outer.encrypt(nonce, content, name.encode())

    def open_for(self, name: str, sealed: bytes) -> bytes:
        try:
            return self._outer.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise CannotOpen(f"what was sealed for {name} does not open with this vault key") from None

    def open_key(self, customer_id: UUID, wrapped: bytes) -> AESGCM:
        return AESGCM(_open(self._outer, wrapped, customer_id))


def seal(key: AESGCM, customer_id: UUID, content: Any) -> bytes:
    """``content``, plain JSON values, so that only this customer's key opens it."""
    return _seal(key, msgspec.json.encode(content), customer_id)


def unseal(key: AESGCM, customer_id: UUID, sealed: bytes) -> Any:
    return msgspec.json.decode(_open(key, sealed, customer_id))


def _seal(key: AESGCM, content: bytes, customer_id: UUID) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, content, customer_id.bytes)


def _open(key: AESGCM, sealed: bytes, customer_id: UUID) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], customer_id.bytes)
    except InvalidTag:
        raise CannotOpen(
            f"what was sealed for customer {customer_id} does not open with this vault key"
        ) from None
