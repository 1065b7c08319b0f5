"""Who may open a pipe: security descriptors, as the system keeps them."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes

from ipc._win32 import bindings as api
from ipc._win32.failure import failure, last_failure


class Descriptor:
    """A security descriptor: in the system's memory, given back with this object, or in our own `room`."""

    __slots__ = ("_room", "address")

    def __init__(self, address: int, room: ctypes.Array[ctypes.c_char] | None = None) -> None:
        self.address = address
        self._room = room

    @classmethod
    def open_to_all(cls) -> Descriptor:
        """A null DACL. Not from the text D:NO_ACCESS_CONTROL, which Wine reads as a DACL that lets nobody in."""
        room = ctypes.create_string_buffer(api.SECURITY_DESCRIPTOR_SIZE)
        if not (
            api.InitializeSecurityDescriptor(room, api.SECURITY_DESCRIPTOR_REVISION)
            and api.SetSecurityDescriptorDacl(room, True, None, False)
        ):
            raise last_failure("make", "a security descriptor")
        return cls(ctypes.addressof(room), room)

    @classmethod
    def from_text(cls, text: str) -> Descriptor:
        """What SDDL says."""
        made = ctypes.c_void_p()
        if not api.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text, api.SDDL_REVISION_1, ctypes.byref(made), None
        ):
            raise last_failure("understand", f"the security descriptor {text!r}")
        return cls(made.value or 0)

    @classmethod
    def of_handle(cls, handle: int, subject: object) -> Descriptor:
        """That of an open pipe: its owner and its DACL."""
        made = ctypes.c_void_p()
        wanted = api.DACL_SECURITY_INFORMATION | api.OWNER_SECURITY_INFORMATION
        code: int = api.GetSecurityInfo(
            handle, api.SE_KERNEL_OBJECT, wanted, None, None, None, None, ctypes.byref(made)
        )
        if code:
            raise failure(code, "ask for the security of", subject)
        return cls(made.value or 0)

    def to_text(self) -> str:
        """As SDDL: owner and DACL."""
        made = ctypes.c_void_p()
        wanted = api.DACL_SECURITY_INFORMATION | api.OWNER_SECURITY_INFORMATION
        if not api.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            self.address, api.SDDL_REVISION_1, wanted, ctypes.byref(made), None
        ):
            raise last_failure("write down", "a security descriptor")
        try:
            return ctypes.wstring_at(made.value or 0)
        finally:
            api.LocalFree(made)

    def dacl(self) -> bool | None:
        """True: there is a DACL. None: there is one and it is null, which lets everybody in. False: there is none."""
        present, defaulted, acl = ctypes.c_int(), ctypes.c_int(), ctypes.c_void_p()
        if not api.GetSecurityDescriptorDacl(
            self.address, ctypes.byref(present), ctypes.byref(acl), ctypes.byref(defaulted)
        ):
            raise last_failure("look into", "a security descriptor")
        if not present.value:
            return False
        return True if acl.value else None

    def __del__(self) -> None:
        address, self.address = getattr(self, "address", 0), 0
        if address and self._room is None:
            api.LocalFree(address)
