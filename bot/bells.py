"""Bells: RQ jobs that say "look at this row". Losing one loses nothing, for the sweeper rings again."""

from __future__ import annotations

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from bot.wiring import House

JOB_TIMEOUT_S = {"paper": 300}  # by queue; see bot.papers for what bounds the reading of a paper
JOB_TIMEOUT_ELSE_S = 120
RESULT_TTL_S = 60
FAILURE_TTL_S = 86_400

log = structlog.get_logger()


def redis(house: House) -> Redis:
    """A client; connections are pooled inside and made anew after a fork."""
    if house.redis is None:
        # no retries: a bell that cannot be rung now must not hold up a turn, for the sweeper rings again
        house.redis = Redis.from_url(
            house.settings.redis_url, socket_timeout=5, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
    return house.redis


def queue(house: House, name: str) -> Queue:
    return Queue(name, connection=redis(house), serializer=JSONSerializer)


def waiting(house: House, queue_name: str) -> int:
    """How many bells nobody has answered yet; 0 where Redis cannot say."""
    try:
        return int(queue(house, queue_name).count)
    except RedisError:
        return 0


def ring_task(house: House, queue_name: str, task_id: str) -> None:
    _ring(house, queue_name, "bot.tasks.run_task", task_id)


def ring_turn(house: House, conversation_id: str) -> None:
    _ring(house, "turns", "bot.tasks.run_turn", conversation_id)


def _ring(house: House, queue_name: str, job: str, argument: str) -> None:
    try:
        queue(house, queue_name).enqueue(
            job, argument, job_timeout=JOB_TIMEOUT_S.get(queue_name, JOB_TIMEOUT_ELSE_S), result_ttl=RESULT_TTL_S,
            failure_ttl=FAILURE_TTL_S,
        )  # fmt: skip
    except RedisError as fault:
        log.warning("bell not rung", queue=queue_name, fault=type(fault).__name__)
