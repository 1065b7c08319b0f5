"""Signatures and constants of the Windows API, from Microsoft Learn and the headers named beside them. No logic."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows"

import ctypes
from ctypes import wintypes

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_ntdll = ctypes.WinDLL("ntdll")

_HANDLE, _DWORD, _BOOL, _POINTER = wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, ctypes.c_void_p
_NUMBER = ctypes.POINTER(_DWORD)

# winerror.h
ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
ERROR_BROKEN_PIPE = 109
ERROR_SEM_TIMEOUT = 121
ERROR_PIPE_BUSY = 231
ERROR_NO_DATA = 232
ERROR_PIPE_NOT_CONNECTED = 233
ERROR_MORE_DATA = 234
ERROR_PIPE_CONNECTED = 535
ERROR_OPERATION_ABORTED = 995
ERROR_IO_PENDING = 997

# ntstatus.h
STATUS_PENDING = 0x103

# handleapi.h, synchapi.h
INVALID_HANDLE_VALUE = _POINTER(-1).value
HANDLE_FLAG_INHERIT = 1
DUPLICATE_SAME_ACCESS = 2
WAIT_OBJECT_0 = 0
INFINITE = 0xFFFFFFFF

# winnt.h, fileapi.h
GENERIC_READ = 0x80000000
GENERIC_WRITE = 0x40000000
FILE_READ_ATTRIBUTES = 0x80
FILE_WRITE_ATTRIBUTES = 0x100
OPEN_EXISTING = 3
FILE_FLAG_OVERLAPPED = 0x40000000
FILE_FLAG_WRITE_THROUGH = 0x80000000
FILE_FLAG_FIRST_PIPE_INSTANCE = 0x00080000
FILE_TYPE_PIPE = 3
SECURITY_SQOS_PRESENT = 0x00100000
SECURITY_ANONYMOUS = 0x00000000
SECURITY_IDENTIFICATION = 0x00010000
SECURITY_IMPERSONATION = 0x00020000
PROCESS_DUP_HANDLE = 0x40
THREAD_TERMINATE = 1

# winbase.h, CreateNamedPipe
PIPE_ACCESS_INBOUND = 1
PIPE_ACCESS_OUTBOUND = 2
PIPE_ACCESS_DUPLEX = 3
PIPE_TYPE_MESSAGE = 4
PIPE_READMODE_MESSAGE = 2
PIPE_REJECT_REMOTE_CLIENTS = 8
PIPE_UNLIMITED_INSTANCES = 255
PIPE_SERVER_END = 1

# wdm.h: the modes in which the I/O manager itself waits, and the class of information that tells them
FILE_MODE_INFORMATION = 16
FILE_SYNCHRONOUS_IO = 0x30

# sddl.h, aclapi.h
SDDL_REVISION_1 = 1
SECURITY_DESCRIPTOR_REVISION = 1
SECURITY_DESCRIPTOR_SIZE = 40  # SECURITY_DESCRIPTOR_MIN_LENGTH of 64-bit systems, which is the larger one
DACL_SECURITY_INFORMATION = 4
OWNER_SECURITY_INFORMATION = 1
SE_KERNEL_OBJECT = 6


class Overlapped(ctypes.Structure):
    """OVERLAPPED of minwinbase.h."""

    _fields_ = (
        ("Internal", ctypes.c_size_t),
        ("InternalHigh", ctypes.c_size_t),
        ("Offset", _DWORD),
        ("OffsetHigh", _DWORD),
        ("hEvent", _HANDLE),
    )


class SecurityAttributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES of minwinbase.h."""

    _fields_ = (("nLength", _DWORD), ("lpSecurityDescriptor", _POINTER), ("bInheritHandle", _BOOL))


class IoStatusBlock(ctypes.Structure):
    """IO_STATUS_BLOCK of wdm.h."""

    _fields_ = (("Status", ctypes.c_size_t), ("Information", ctypes.c_size_t))


CreateNamedPipeW = _kernel32.CreateNamedPipeW
CreateNamedPipeW.restype = _HANDLE
CreateNamedPipeW.argtypes = (wintypes.LPCWSTR, _DWORD, _DWORD, _DWORD, _DWORD, _DWORD, _DWORD, _POINTER)

ConnectNamedPipe = _kernel32.ConnectNamedPipe
ConnectNamedPipe.restype = _BOOL
ConnectNamedPipe.argtypes = (_HANDLE, _POINTER)

DisconnectNamedPipe = _kernel32.DisconnectNamedPipe
DisconnectNamedPipe.restype = _BOOL
DisconnectNamedPipe.argtypes = (_HANDLE,)

WaitNamedPipeW = _kernel32.WaitNamedPipeW
WaitNamedPipeW.restype = _BOOL
WaitNamedPipeW.argtypes = (wintypes.LPCWSTR, _DWORD)

PeekNamedPipe = _kernel32.PeekNamedPipe
PeekNamedPipe.restype = _BOOL
PeekNamedPipe.argtypes = (_HANDLE, _POINTER, _DWORD, _NUMBER, _NUMBER, _NUMBER)

SetNamedPipeHandleState = _kernel32.SetNamedPipeHandleState
SetNamedPipeHandleState.restype = _BOOL
SetNamedPipeHandleState.argtypes = (_HANDLE, _NUMBER, _NUMBER, _NUMBER)

GetNamedPipeInfo = _kernel32.GetNamedPipeInfo
GetNamedPipeInfo.restype = _BOOL
GetNamedPipeInfo.argtypes = (_HANDLE, _NUMBER, _NUMBER, _NUMBER, _NUMBER)

GetNamedPipeHandleStateW = _kernel32.GetNamedPipeHandleStateW
GetNamedPipeHandleStateW.restype = _BOOL
GetNamedPipeHandleStateW.argtypes = (_HANDLE, _NUMBER, _NUMBER, _NUMBER, _NUMBER, _POINTER, _DWORD)

GetNamedPipeClientProcessId = _kernel32.GetNamedPipeClientProcessId
GetNamedPipeServerProcessId = _kernel32.GetNamedPipeServerProcessId
GetNamedPipeClientSessionId = _kernel32.GetNamedPipeClientSessionId
GetNamedPipeServerSessionId = _kernel32.GetNamedPipeServerSessionId
for _function in (
    GetNamedPipeClientProcessId,
    GetNamedPipeServerProcessId,
    GetNamedPipeClientSessionId,
    GetNamedPipeServerSessionId,
):
    _function.restype = _BOOL
    _function.argtypes = (_HANDLE, _NUMBER)

CreateFileW = _kernel32.CreateFileW
CreateFileW.restype = _HANDLE
CreateFileW.argtypes = (wintypes.LPCWSTR, _DWORD, _DWORD, _POINTER, _DWORD, _DWORD, _HANDLE)

ReadFile = _kernel32.ReadFile
ReadFile.restype = _BOOL
ReadFile.argtypes = (_HANDLE, _POINTER, _DWORD, _POINTER, _POINTER)

WriteFile = _kernel32.WriteFile
WriteFile.restype = _BOOL
WriteFile.argtypes = (_HANDLE, _POINTER, _DWORD, _POINTER, _POINTER)

FlushFileBuffers = _kernel32.FlushFileBuffers
FlushFileBuffers.restype = _BOOL
FlushFileBuffers.argtypes = (_HANDLE,)

GetFileType = _kernel32.GetFileType
GetFileType.restype = _DWORD
GetFileType.argtypes = (_HANDLE,)

CancelIoEx = _kernel32.CancelIoEx
CancelIoEx.restype = _BOOL
CancelIoEx.argtypes = (_HANDLE, _POINTER)

GetOverlappedResult = _kernel32.GetOverlappedResult
GetOverlappedResult.restype = _BOOL
GetOverlappedResult.argtypes = (_HANDLE, _POINTER, _NUMBER, _BOOL)

CreateEventW = _kernel32.CreateEventW
CreateEventW.restype = _HANDLE
CreateEventW.argtypes = (_POINTER, _BOOL, _BOOL, wintypes.LPCWSTR)

SetEvent = _kernel32.SetEvent
SetEvent.restype = _BOOL
SetEvent.argtypes = (_HANDLE,)

ResetEvent = _kernel32.ResetEvent
ResetEvent.restype = _BOOL
ResetEvent.argtypes = (_HANDLE,)

WaitForSingleObject = _kernel32.WaitForSingleObject
WaitForSingleObject.restype = _DWORD
WaitForSingleObject.argtypes = (_HANDLE, _DWORD)

CloseHandle = _kernel32.CloseHandle
CloseHandle.restype = _BOOL
CloseHandle.argtypes = (_HANDLE,)

GetHandleInformation = _kernel32.GetHandleInformation
GetHandleInformation.restype = _BOOL
GetHandleInformation.argtypes = (_HANDLE, _NUMBER)

SetHandleInformation = _kernel32.SetHandleInformation
SetHandleInformation.restype = _BOOL
SetHandleInformation.argtypes = (_HANDLE, _DWORD, _DWORD)

DuplicateHandle = _kernel32.DuplicateHandle
DuplicateHandle.restype = _BOOL
DuplicateHandle.argtypes = (_HANDLE, _HANDLE, _HANDLE, ctypes.POINTER(_HANDLE), _DWORD, _BOOL, _DWORD)

GetCurrentProcess = _kernel32.GetCurrentProcess
GetCurrentProcess.restype = _HANDLE
GetCurrentProcess.argtypes = ()

OpenProcess = _kernel32.OpenProcess
OpenProcess.restype = _HANDLE
OpenProcess.argtypes = (_DWORD, _BOOL, _DWORD)

OpenThread = _kernel32.OpenThread
OpenThread.restype = _HANDLE
OpenThread.argtypes = (_DWORD, _BOOL, _DWORD)

CancelSynchronousIo = _kernel32.CancelSynchronousIo
CancelSynchronousIo.restype = _BOOL
CancelSynchronousIo.argtypes = (_HANDLE,)

LocalFree = _kernel32.LocalFree
LocalFree.restype = _POINTER
LocalFree.argtypes = (_POINTER,)

ImpersonateNamedPipeClient = _advapi32.ImpersonateNamedPipeClient
ImpersonateNamedPipeClient.restype = _BOOL
ImpersonateNamedPipeClient.argtypes = (_HANDLE,)

RevertToSelf = _advapi32.RevertToSelf
RevertToSelf.restype = _BOOL
RevertToSelf.argtypes = ()

ConvertStringSecurityDescriptorToSecurityDescriptorW = _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
ConvertStringSecurityDescriptorToSecurityDescriptorW.restype = _BOOL
ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
    wintypes.LPCWSTR,
    _DWORD,
    ctypes.POINTER(_POINTER),
    _NUMBER,
)

ConvertSecurityDescriptorToStringSecurityDescriptorW = _advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW
ConvertSecurityDescriptorToStringSecurityDescriptorW.restype = _BOOL
ConvertSecurityDescriptorToStringSecurityDescriptorW.argtypes = (
    _POINTER,
    _DWORD,
    _DWORD,
    ctypes.POINTER(_POINTER),
    _NUMBER,
)

InitializeSecurityDescriptor = _advapi32.InitializeSecurityDescriptor
InitializeSecurityDescriptor.restype = _BOOL
InitializeSecurityDescriptor.argtypes = (_POINTER, _DWORD)

SetSecurityDescriptorDacl = _advapi32.SetSecurityDescriptorDacl
SetSecurityDescriptorDacl.restype = _BOOL
SetSecurityDescriptorDacl.argtypes = (_POINTER, _BOOL, _POINTER, _BOOL)

GetSecurityDescriptorDacl = _advapi32.GetSecurityDescriptorDacl
GetSecurityDescriptorDacl.restype = _BOOL
GetSecurityDescriptorDacl.argtypes = (
    _POINTER,
    ctypes.POINTER(_BOOL),
    ctypes.POINTER(_POINTER),
    ctypes.POINTER(_BOOL),
)

GetSecurityInfo = _advapi32.GetSecurityInfo
GetSecurityInfo.restype = _DWORD
GetSecurityInfo.argtypes = (
    _HANDLE,
    _DWORD,
    _DWORD,
    _POINTER,
    _POINTER,
    _POINTER,
    _POINTER,
    ctypes.POINTER(_POINTER),
)

NtQueryInformationFile = _ntdll.NtQueryInformationFile
NtQueryInformationFile.restype = ctypes.c_long
NtQueryInformationFile.argtypes = (_HANDLE, _POINTER, _POINTER, _DWORD, ctypes.c_int)
