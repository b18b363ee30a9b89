"""Documents room: work on a template that nobody has looked at yet, in a process of its own with hard limits."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

from core.errors import NotValid

T = TypeVar("T")
SECONDS = 20
MEGABYTES = 512


def limited(work: Callable[..., T], *args: Any, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> T:
    """`work(*args)` in a child process that the system stops at these limits of CPU time and memory.

    For inspecting, compiling and rendering a fresh upload with its sample. `work` is a function of a module (it and its
    result are pickled). Raises what it raised if that was NotValid; NotValid too when the limits were reached.
    """
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(there, work, args, seconds, megabytes), daemon=True)
    child.start()
    there.close()
    try:
        answer = here.recv() if here.poll(seconds * 3) else None
    except EOFError:
        answer = None
    finally:
        child.kill()
        child.join()
        child.close()
        here.close()
    if answer is None:
        raise NotValid(_l("шаблон слишком тяжёл: обработка прервана по пределу времени или памяти"))
    refused, result = answer
    if refused:
        raise NotValid(result[0], fields=result[1])
    done: T = result
    return done


def _run(there: Connection, work: Callable[..., Any], args: tuple[Any, ...], seconds: int, megabytes: int) -> None:
    held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_AS, (held + megabytes * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        answer = (False, work(*args))
    except NotValid as error:
        answer = (True, (str(error), {name: str(text) for name, text in error.fields.items()}))
    except (MemoryError, RecursionError):
        return
    there.send(answer)
