"""The seeded population, and the users of it whom a scenario acts as."""

from dataclasses import asdict, dataclass

from .settings import BenchError

BOOKING_CLIENTS = 8
ACTORS = 200  # of each kind, or fewer in a small population
STRIDE = 97  # between two students, a prime


@dataclass(frozen=True)
class Population:
    """User n is user{n}@example.com; the first `tutors` users are tutors as well; user 1 is the celebrity."""

    users: int
    tutors: int
    follows: int
    celebrity: int

    def __post_init__(self):
        if self.actors < BOOKING_CLIENTS:
            raise BenchError(f"at least {3 * BOOKING_CLIENTS + 1} users must be tutors, and {BOOKING_CLIENTS} others")
        if self.celebrity >= self.users:
            raise BenchError("the followers of the celebrity must be fewer than the users")

    @property
    def actors(self):
        """Number of students, and of tutors, as whom the scenarios act. Twice as many tutors are left to pgbench."""
        return min(ACTORS, (self.tutors - 1) // 3, self.users - self.tutors)

    def numbers(self, kind):
        """Returns the numbers of the users of one kind: `students`, `tutors` or `celebrity`."""
        if kind == "celebrity":
            return [1]
        if kind == "tutors":
            return list(range(self.first_tutor, self.first_tutor + self.actors))
        others = self.users - self.tutors
        return [self.tutors + 1 + n * STRIDE % others for n in range(self.actors)]

    @property
    def first_tutor(self):
        """Number of the first tutor who is not the celebrity."""
        return 2

    def options(self):
        """Returns the options of `astegni seed`."""
        return [word for name, value in asdict(self).items() for word in (f"--{name}", str(value))]

    def variables(self):
        """Returns the numbers as `name=value`, for psql and pgbench."""
        return [f"{name}={value}" for name, value in asdict(self).items()]
