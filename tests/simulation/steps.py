"""What may happen in the world, as small objects in one list: each has a weight and an act. New features add theirs here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.simulation.world import World

NOISE = (
    "points", "menu", "help", "पॉइंट", "🙏", "hello", "back", "cancel", "language", "hindi", "english", "no", "yes", "2",
    "X7QK-9999-AAAA-BBBB", "4111 1111 1111 1111", "my points are wrong", "resume", "profile", "skip",
)  # fmt: skip
VPAS = ("asha.devi@okaxis", "ramesh@ybl", "nobody@okaxis", "s.kumar-1@paytm")
ANSWERS: Mapping[str, tuple[str, ...]] = {  # by the state that has the floor; what a willing person would say
    "AskConsent": ("I agree",), "Refused": ("I agree",), "AskName": ("Ramesh Kumar", "Asha Devi"),
    "AskRole": ("Electrician", "Retailer"), "AskPin": ("411001", "560001"), "AskShop": ("skip",), "AskMobile": ("skip",),
    "AskPoints": ("100", "50", "200"), "OfferSaved": ("yes", "yes", "other"), "AskVpa": (*VPAS, "bank account"),
    "AskAccount": ("50100123456789", "917010012345"), "AskIfsc": ("HDFC0001234", "SBIN0005943"), "AskHolder": ("RAMESH KUMAR",),
    "Confirm": ("yes",), "ChoosePin": ("2580",), "RepeatPin": ("2580",), "ProvePin": ("2580",), "AskPan": ("ACUPA7085R",),
}  # fmt: skip
MINUTE_S, HOUR_S = 60, 3_600


@dataclass(frozen=True, slots=True)
class Step:
    """`weight`: how often it is chosen beside the others."""

    name: str
    weight: int
    act: Callable[[World], None]


def choose(world: World) -> Step:
    return world.dice.choices(STEPS, [step.weight for step in STEPS])[0]


def answers(world: World) -> None:
    """Somebody answers what they were asked, or, when asked nothing, does what members do."""
    who = world.dice.choice(world.people)
    found = world.look(
        """SELECT v.state, v.member_id FROM conversations v JOIN contacts c ON c.id = v.contact_id
           WHERE c.address = :who""", who=who,
    )  # fmt: skip
    state, member = (found[0].state, found[0].member_id) if found else (None, None)
    if state in ANSWERS:
        world.carrier.write(who, world.dice.choice(ANSWERS[state]))
    elif member is None:
        world.carrier.write(who, "hi")
    elif world.dice.random() < 0.7:
        world.carrier.write(who, world.dice.choice(("redeem", "redeem 100", "redeem 50")))
    else:
        claims(world, who)


def claims(world: World, who: str | None = None) -> None:
    """A fresh code or two, or one that somebody has used."""
    who = who or world.dice.choice(world.people)
    if world.used and world.dice.random() < 0.15:
        world.carrier.write(who, world.dice.choice(world.used))
        return
    count = min(world.dice.choice((1, 1, 2, 3)), len(world.codes))
    codes = [world.codes.pop() for _ in range(count)]
    world.used += codes
    world.carrier.write(who, " ".join(codes) or "points")


def says_anything(world: World) -> None:
    world.carrier.write(world.dice.choice(world.people), world.dice.choice(NOISE))


def two_race_for_a_code(world: World) -> None:
    if world.codes:
        code = world.codes.pop()
        world.used.append(code)
        for who in world.people[:2]:
            world.carrier.write(who, code)


def stops_and_starts(world: World) -> None:
    world.carrier.write(world.dice.choice(world.people), world.dice.choice(("stop", "start", "start")))


def seconds_pass(world: World) -> None:
    world.forward(world.dice.uniform(1, 20))


def minutes_pass(world: World) -> None:
    for _ in range(world.dice.randint(1, 4)):
        _at_work(world, world.dice.uniform(0.5, 4.9) * MINUTE_S)


def days_pass(world: World) -> None:
    """Only what is days late is late: the house was at work all the while, and has looked for what it missed."""
    world.catch_up()
    for _ in range(world.dice.randint(2, 8)):
        _at_work(world, world.dice.uniform(2, 14) * HOUR_S)


def clock_jumps_ahead(world: World) -> None:
    """The machine was asleep, for less than the day that Twilio is asked about afterwards; then everything is late."""
    if not world.caught_up:
        world.catch_up()
    world.forward(world.dice.uniform(1, 20) * HOUR_S)
    world.note("the machine was asleep")
    world.restart_clock()


def clock_steps_back(world: World) -> None:
    world.forward(-world.dice.uniform(0.01, 2))
    world.note("the wall clock is put right, backwards")


def redis_is_flushed(world: World) -> None:
    world.note(f"Redis is flushed, {len(world.bells)} bells are lost")
    world.bells.clear()


def redis_goes_and_comes(world: World) -> None:
    world.redis_up = not world.redis_up
    world.note(f"Redis is {'back, and empty' if world.redis_up else 'gone'}")
    world.bells.clear()


def bells_repeat(world: World) -> None:
    world.bells += world.bells[:3]


def postgres_restarts(world: World) -> None:
    world.cut_connections()


def _at_work(world: World, seconds: float) -> None:
    world.forward(seconds)
    world.arrive()
    world.tick()
    world.work()
    world.relay()


def everything_is_killed(world: World) -> None:
    world.note("every process is killed")
    world.kill_relay()
    world.restart_clock()


STEPS = (
    Step("answers", 46, answers),
    Step("claims", 8, claims),
    Step("says anything", 4, says_anything),
    Step("two race for a code", 3, two_race_for_a_code),
    Step("stops and starts", 2, stops_and_starts),
    Step("seconds pass", 10, seconds_pass),
    Step("minutes pass", 8, minutes_pass),
    Step("days pass", 1, days_pass),
    Step("the clock jumps ahead", 2, clock_jumps_ahead),
    Step("the clock steps back", 2, clock_steps_back),
    Step("Redis is flushed", 3, redis_is_flushed),
    Step("Redis goes and comes", 2, redis_goes_and_comes),
    Step("bells repeat", 2, bells_repeat),
    Step("Postgres restarts", 2, postgres_restarts),
    Step("everything is killed", 2, everything_is_killed),
)
