"""How much of the server one computer may take: seconds of a minute, messages of a day. A hostile one only waits."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from uuid import UUID

PERIOD = 60.0
SECONDS = 6.0
MESSAGES_A_DAY = 5_000
MOST_DEVICES = 1_000


class Budget:
    """Seconds spent for each device within the present minute."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds that never go back."""
        self._clock = clock
        self._spent: dict[UUID, tuple[float, float]] = {}
        self._lock = Lock()

    def left(self, device: UUID) -> bool:
        """Whether this device may be served now."""
        with self._lock:
            return self._now(device)[1] < SECONDS

    def spend(self, device: UUID, seconds: float) -> None:
        """Count what serving it took."""
        with self._lock:
            since, spent = self._now(device)
            if len(self._spent) >= MOST_DEVICES:
                self._spent.clear()
            self._spent[device] = (since, spent + seconds)

    def _now(self, device: UUID) -> tuple[float, float]:
        since, spent = self._spent.get(device, (float("-inf"), 0.0))
        now = self._clock()
        return (since, spent) if now - since < PERIOD else (now, 0.0)
