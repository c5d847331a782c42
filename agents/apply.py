"""The plan is carried out: at the service's speed, written ahead, nobody twice and nobody missing.

Each call has a record before it and one after it (`ledger.Book`). Throttled calls wait and go again; an answer that
was lost leaves the record open, and what really happened is found out by asking the service, never by guessing. One
bad person costs that person only. After one Ctrl-C no new call begins and those under way are finished.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..specs.errors import CcdeployError, CloudError
from ..stacks.cloud.client import FULL, THROTTLED, is_missing
from ..stacks.names import TAG_STACK
from .events import AgentDone, AgentEvent, AgentsStarted
from .halts import ends_all, unseen, unwritable
from .ledger import Book
from .pacer import Pacer
from .plan import AgentPlan, AgentStep, Call
from .result import AgentResult, Failure
from .send import Sender, ready

if TYPE_CHECKING:
    from ..stacks.cloud.connect_users import UserDoor
    from ..stacks.cloud.store import Store

WORKERS: Final = 8  # so many calls can be in doubt after a crash
ATTEMPTS: Final = 5  # for answers that are lost; throttles do not count
SILENCE: Final = 12  # lost answers in a row that mean that nobody is there
# Calls that a person on a call would feel: another profile, other permissions, nobody any more.
_FELT: Final = frozenset(
    {"UpdateUserRoutingProfile", "UpdateUserSecurityProfiles", "UpdateUserPhoneConfig", "DeleteUser"}
)
_COUNTED: Final = {"move": "update", "resume": "update"}
OnEvent = Callable[[AgentEvent], None]


def apply_plan(
    plan: AgentPlan,
    users: UserDoor,
    store: Store,
    *,
    on_event: OnEvent = lambda _event: None,
    cancel: threading.Event | None = None,
    pacer: Pacer | None = None,
    fence: int = 0,
    sleep: Callable[[float], None] | None = None,
) -> AgentResult:
    """Carry out `plan`; the caller holds the stack's lease. Events come on the calling thread.

    Raises what `plan.check()` raises, Refused when the stack lacks something that the plan names, StateError when the
    ledger is not the one that was planned with. Everything later is in the result.
    """
    plan.check()
    if plan.empty:
        return AgentResult(same=plan.counts["same"])
    directory = ready(plan)
    book = Book(store, plan.ledger, fence)
    try:
        book.open()
    except OSError as error:
        raise unwritable(error, store) from error
    sender = Sender(users, directory, plan.ledger.keys, plan.scope, plan.identity)
    run = _Run(plan, users, store, sender, book, cancel or threading.Event(), pacer or Pacer(), sleep)
    try:
        result = run.execute(on_event)
    except BaseException:
        with contextlib.suppress(OSError):  # what the journal holds is enough; the first error is the one to tell
            book.close()
        raise
    try:
        book.close()
    except OSError as error:
        result.stopped = result.stopped or unwritable(error, store)
    return result


@dataclass(slots=True)
class _Task:
    """A person on the way: the calls that are left, and what is known of the one that was tried last."""

    step: AgentStep
    calls: deque[Call]
    user_id: str
    intended: bool = False
    doubtful: bool = False  # an earlier attempt may have arrived
    attempts: int = 0


class _Run:
    """One apply. Workers take people; the calling thread hands out events and hears Ctrl-C."""

    def __init__(
        self,
        plan: AgentPlan,
        users: UserDoor,
        store: Store,
        sender: Sender,
        book: Book,
        cancel: threading.Event,
        pacer: Pacer,
        sleep: Callable[[float], None] | None,
    ) -> None:
        self._plan = plan
        self._users = users
        self._store = store
        self._sender = sender
        self._book = book
        self._stop = threading.Event()
        self._cancel = cancel
        self._pacer = pacer
        self._sleep = sleep or self._wait
        self._lock = threading.Lock()
        self._silent = 0
        self._full: CloudError | None = None
        self._said: queue.Queue[AgentEvent | None] = queue.Queue()
        self._result = AgentResult(same=plan.counts["same"])
        self._bug: BaseException | None = None
        self._started = time.monotonic()

    def execute(self, on_event: OnEvent) -> AgentResult:
        """Run to the end, or until something stops it."""
        self._adopt()
        work = self._in_order([s for s in self._plan.steps if s.calls or s.note is not None])
        tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        for step in work:
            tasks.put(_Task(step, deque(step.calls), step.user_id or "", doubtful=self._begun(step)))
        self._result.left = len(work)
        on_event(AgentsStarted(len(work), sum(self._plan.calls.values()), round(self._plan.seconds_at(), 1)))
        count = min(WORKERS, max(len(work), 1))
        workers = [threading.Thread(target=self._work, args=(tasks,), daemon=True) for _ in range(count)]
        for worker in workers:
            worker.start()
        self._listen(workers, on_event)
        if self._bug is not None:
            raise self._bug
        self._result.seconds = round(time.monotonic() - self._started, 3)
        return self._result

    def _in_order(self, work: list[AgentStep]) -> list[AgentStep]:
        """As planned, but people who are on a call now come last: what changes under them would cut them off.

        Who may not ask (GetCurrentUserData needs its own permission) does everybody in the plan's order.
        """
        directory = self._plan.directory
        if directory is None or not any(call.operation in _FELT for step in work for call in step.calls):
            return work
        try:
            busy = self._users.busy(sorted({*directory.routing_profiles.values()}))
        except CloudError:
            return work
        return sorted(work, key=lambda step: step.user_id in busy)

    def _begun(self, step: AgentStep) -> bool:
        """Whether an earlier run may have made this person already."""
        entry = self._plan.ledger.entries.get(step.username)
        return step.action == "create" and entry is not None and entry.user_id is None

    def _adopt(self) -> None:
        """Write down what an interrupted run had done without hearing the answer, and who is gone by hand.

        Raises StateError when it cannot be written: then nothing is begun.
        """
        try:
            for username, user_id in self._plan.adopted.items():
                self._book.done(username, "CreateUser", {}, user_id)
            for username in self._plan.forgotten:
                self._book.forget(username)
        except OSError as error:
            raise unwritable(error, self._store) from error

    def _listen(self, workers: list[threading.Thread], on_event: OnEvent) -> None:
        """Hand events to the caller until all workers are done. The first Ctrl-C stops cleanly, the second at once."""
        alive = len(workers)
        while alive:
            try:
                if self._cancel.is_set() and not self._stop.is_set():
                    self._interrupt()
                event = self._said.get(timeout=0.2)
            except queue.Empty:
                continue
            except KeyboardInterrupt:
                if self._stop.is_set():
                    raise
                self._interrupt()
                continue
            if event is None:
                alive -= 1
            else:
                try:
                    on_event(event)
                except CcdeployError as error:  # what is done cannot be told or written down: nothing new is begun
                    self._halt(error)

    def _interrupt(self) -> None:
        self._result.interrupted = True
        self._stop.set()

    def _work(self, tasks: queue.SimpleQueue[_Task]) -> None:
        """One worker: a person at a time, until nobody is left or the run stops."""
        try:
            while not self._stop.is_set():
                try:
                    task = tasks.get_nowait()
                except queue.Empty:
                    return
                self._person(task)
        except OSError as error:
            self._halt(unwritable(error, self._store))
        except BaseException as error:  # noqa: BLE001 - a bug in a thread must reach the caller
            self._bug = error
            self._stop.set()
        finally:
            self._said.put(None)

    def _person(self, task: _Task) -> None:
        try:
            if task.step.note is not None:
                self._book.note(task.step.username, task.step.note)
            while task.calls:
                if not self._one(task):
                    return
        except CloudError as error:
            self._failed(task, error)
            return
        self._finished(task)

    def _one(self, task: _Task) -> bool:
        """Send the next call until it is settled. False: the run stopped first. Raises CloudError for a lost person."""
        call = task.calls[0]
        task.intended, task.attempts = False, 0
        while True:
            if call.operation == "CreateUser" and self._full is not None:
                raise self._full
            self._pacer.take(call.operation, self._sleep, self._stop.is_set)
            if self._stop.is_set():
                if task.intended and not task.doubtful:
                    self._book.refused(task.step.username, call.operation, "not-sent")
                return False
            if not task.intended:
                self._book.intent(task.step.username, call.operation, call.patch)
                task.intended = True
            if self._settled(task, call):
                task.calls.popleft()
                task.doubtful = False
                return True

    def _settled(self, task: _Task, call: Call) -> bool:
        """One attempt. True: it arrived and is written down. False: try again. Raises CloudError when it cannot be."""
        with self._lock:
            self._result.calls += 1
        try:
            user_id = self._sender.send(task.step, call, task.user_id, doubtful=task.doubtful)
        except CloudError as error:
            return self._judged(task, call, error)
        self._silent = 0
        self._arrived(task, call, user_id)
        if call.operation == "CreateUser":
            self._result.made[task.step.username] = True
        return True

    def _arrived(self, task: _Task, call: Call, user_id: str) -> None:
        new = user_id if call.operation == "CreateUser" else None
        task.user_id = user_id
        with self._lock:
            self._result.arrived += 1
        self._book.done(task.step.username, call.operation, call.patch, new)

    def _judged(self, task: _Task, call: Call, error: CloudError) -> bool:
        """What a refusal means: again, done already, or lost."""
        code = error.service_code
        if code not in FULL and (code in THROTTLED or error.status == 429):
            self._pacer.throttled(call.operation)
            return False
        if error.status >= 500 or error.code == "unanswered":
            return self._unanswered(task, error)
        if call.operation in {"DeleteUser", "DisassociateUserProficiencies"} and is_missing(error):
            self._arrived(task, call, task.user_id)
            return True
        if call.operation == "CreateUser" and code == "DuplicateResourceException" and task.doubtful:
            user_id = self._found(task)
            if user_id is None:
                raise unseen(error)  # the intent stays open: it may have been ours, and the next run finds out
            if user_id:
                if not self._begun(task.step):
                    self._result.made[task.step.username] = True
                self._arrived(task, call, user_id)
                return True
        self._book.refused(task.step.username, call.operation, code or error.code)
        if code in FULL and call.operation == "CreateUser":
            self._full = error
        if ends_all(error):
            self._halt(error)
        raise error

    def _unanswered(self, task: _Task, error: CloudError) -> bool:
        """The answer was lost, so the call may have arrived. After too many the person, or the whole run, gives up."""
        task.doubtful = True
        task.attempts += 1
        with self._lock:
            self._result.arrived += 1  # perhaps
        if task.step.action == "create" and not task.user_id:
            self._result.made.setdefault(task.step.username, False)
        self._silent += 1
        if self._silent >= SILENCE:
            self._halt(error)
        if task.attempts >= ATTEMPTS:
            raise error
        self._sleep(min(0.2 * 2**task.attempts, 5.0))
        return False

    def _found(self, task: _Task) -> str | None:
        """The user of that name: the id if an earlier attempt of ours made it, as our stack's tag shows, "" if not.

        Listings may lag behind creates, so it is looked for a few times; None when it cannot be seen yet.
        """
        for attempt in range(ATTEMPTS):
            listed = {u.username: u.id for u in self._users.listing()}
            user_id = listed.get(task.step.username)
            if user_id is not None:
                return user_id if self._users.tags(user_id).get(TAG_STACK) == self._plan.scope else ""
            self._sleep(0.2 * 2**attempt)
        return None

    def _halt(self, error: CcdeployError) -> None:
        with self._lock:
            if self._result.stopped is None:
                self._result.stopped = error
        self._stop.set()

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._stop.wait(seconds)

    def _finished(self, task: _Task) -> None:
        action = _COUNTED.get(task.step.action, task.step.action)
        with self._lock:
            if action in self._result.done:
                self._result.done[action] += 1
            self._result.left -= 1
            self._said.put(self._event(task))

    def _failed(self, task: _Task, error: CloudError) -> None:
        step = task.step
        failure = Failure(step.file, step.line, step.action, error.service_code or error.code, error.message)
        with self._lock:
            if self._result.stopped is error or ends_all(error):
                return  # the person is left, not failed
            self._result.failures.append(failure)
            self._result.left -= 1
            self._said.put(self._event(task, failure))

    def _event(self, task: _Task, failure: Failure | None = None) -> AgentDone:
        step, left = task.step, self._result.left
        done = sum(self._result.done.values()) + len(self._result.failures)
        rate = done / max(time.monotonic() - self._started, 1e-6)
        return AgentDone(
            action=step.action,
            agent=self._book.keys.person(step.username)[:8],
            file=step.file,
            line=step.line,
            done=done,
            left=left,
            rate=round(rate, 2),
            eta=round(left / rate, 1) if rate else 0.0,
            code=failure.code if failure else "",
            message=failure.message if failure else "",
            calls=tuple(call.operation for call in step.calls),
            fields=tuple(word.partition(":")[0] for word in step.why),
            user_id=task.user_id,
        )
