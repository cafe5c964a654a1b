"""`python -m sandbox`: serves until SIGTERM or Ctrl-C."""

import signal
import sys
import threading
from types import FrameType

from sandbox.server import build_server
from sandbox.settings import from_environment


def main() -> int:
    settings = from_environment(sys.argv[1:])
    try:
        server, world = build_server(settings)
    except OSError as problem:
        print(
            f"sandbox: cannot listen on {settings.host}:{settings.port} ({problem}); choose another --port",
            file=sys.stderr,
        )
        return 1

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()  # it waits for the loop below to end

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"sandbox: {world.settings.own_url} for the bot at {world.settings.bot_url}", flush=True)
    server.serve_forever(poll_interval=0.2)
    world.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
