"""Talking in the terminal, through a real sandbox to a bot that says back what it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from base.clock import Clock
from bot import talk as talking
from bot.cli.main import cli
from bot.phone import CannotTalk, Mistyped, NoAnswer, Phone
from bot.wiring import House
from config.settings import Settings
from tests.cli.parrot import Parrot, parrot_running


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    with parrot_running() as running:
        yield running


def talk(parrot: Parrot | None, typed: str, *options: str, url: str | None = None) -> Result:
    sandbox_url = url if url is not None else parrot.sandbox_url if parrot else ""
    settings = Settings(sandbox_url=sandbox_url, twilio_api_base_url="http://127.0.0.1:1")
    patience = ["--quiet-s", "0.15", "--patience-s", "3"]
    return CliRunner().invoke(cli, ["talk", *patience, *options], input=typed, obj=House(settings, Clock(shiftable=True)))


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, (result.stderr, result.exception)
    return result.stdout.splitlines()


def refusal(result: Result) -> str:
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.count("\n") == 1
    return result.stderr.strip()


class TestPiped:
    def test_each_line_is_one_message(self, parrot: Parrot) -> None:
        assert lines(talk(parrot, "hello\n\n  \nनमस्ते 🙏\n")) == [
            "> hello", "  │ hello (0 media, words)", "> नमस्ते 🙏", "  │ नमस्ते 🙏 (0 media, words)",
        ]  # fmt: skip
        assert [form["Body"] for form in parrot.heard] == ["hello", "नमस्ते 🙏"]

    def test_every_message_of_an_answer_is_shown_whole(self, parrot: Parrot) -> None:
        assert lines(talk(parrot, "twice\n"))[1:] == ["  │ first line", "  │ second line", "  │ another message"]

    def test_who_writes(self, parrot: Parrot) -> None:
        talk(parrot, "hello\n", "--as", "+919800000001", "--name", "Asha Devi")
        assert (parrot.heard[0]["From"], parrot.heard[0]["ProfileName"]) == ("whatsapp:+919800000001", "Asha Devi")

    def test_somebody_elses_messages_are_not_shown(self, parrot: Parrot) -> None:
        talk(parrot, "buttons\n", "--as", "+919800000001")
        assert lines(talk(parrot, "hello\n")) == ["> hello", "  │ hello (0 media, words)"]

    def test_what_was_said_before_is_not_said_again(self, parrot: Parrot) -> None:
        talk(parrot, "first\n")
        assert "first" not in talk(parrot, "second\n").stdout

    def test_quit_ends_it(self, parrot: Parrot) -> None:
        assert lines(talk(parrot, "one\n/quit\ntwo\n"))[-1] == "  │ one (0 media, words)"
        assert len(parrot.heard) == 1

    def test_no_answer_is_told(self, parrot: Parrot) -> None:
        result = talk(parrot, "nothing\nhello\n", "--patience-s", "0.3")
        assert lines(result) == ["> nothing", "  (no answer within 0.3 s)", "> hello", "  │ hello (0 media, words)"]

    def test_nothing_typed_is_nothing_said(self, parrot: Parrot) -> None:
        assert lines(talk(parrot, "")) == []


class TestButtons:
    def test_are_numbered(self, parrot: Parrot) -> None:
        assert lines(talk(parrot, "buttons\n"))[1:] == ["  │ Do you agree?", "  │ [1] I agree", "  │ [2] सहमत हूँ"]
        assert lines(talk(parrot, "list\n"))[2:] == ["  │ [1] Electrician  I do fitting", "  │ [2] Dealer"]

    @pytest.mark.parametrize("choice", ["2", "/2", "सहमत हूँ", " सहमत  हूँ "])
    def test_by_number_or_title(self, parrot: Parrot, choice: str) -> None:
        assert lines(talk(parrot, f"buttons\n{choice}\n"))[-1].startswith("  │ yes-hi")
        assert parrot.heard[-1]["ButtonPayload"] == "yes-hi"

    @pytest.mark.parametrize("choice", ["1", "electrician", "ELECTRICIAN"])
    def test_of_a_list(self, parrot: Parrot, choice: str) -> None:
        talk(parrot, f"list\n{choice}\n")
        assert parrot.heard[-1]["ListId"] == "electrician"

    @pytest.mark.parametrize("words", ["3", "0", "500", "110001", "²", "१"])
    def test_other_numbers_are_words(self, parrot: Parrot, words: str) -> None:
        talk(parrot, f"buttons\n{words}\n")
        heard = parrot.heard[-1]
        assert heard.get("ButtonPayload", heard["Body"]) == ("yes-en" if words == "१" else words)

    def test_only_the_newest_message_offers_any(self, parrot: Parrot) -> None:
        talk(parrot, "buttons\nhello\n1\n")
        assert "ButtonPayload" not in parrot.heard[-1] and parrot.heard[-1]["Body"] == "1"

    @pytest.mark.parametrize("choice", ["/3", "/0", "/99"])
    def test_one_that_is_not_there(self, parrot: Parrot, choice: str) -> None:
        assert "there is no button" in refusal(talk(parrot, f"buttons\n{choice}\n"))


class TestPhotos:
    def test_are_sent_as_they_are(self, parrot: Parrot, tmp_path: Path) -> None:
        picture = tmp_path / "two codes.png"
        picture.write_bytes(b"\x89PNG")
        assert lines(talk(parrot, f"/photo '{picture}' is it right\n"))[-1] == "  │ is it right (1 media, image/png)"

    def test_of_an_unknown_kind_too(self, parrot: Parrot, tmp_path: Path) -> None:
        (tmp_path / "x.qqq").write_bytes(b"")
        talk(parrot, f"/photo {tmp_path}/x.qqq\n")
        assert parrot.heard[-1]["MediaContentType0"] == "application/octet-stream"

    @pytest.mark.parametrize("typed", ["/photo /no/such.jpg", "/photo", "/photo 'open", "/photo /tmp", "/phto x.jpg", "/"])
    def test_that_cannot_be_sent(self, parrot: Parrot, typed: str) -> None:
        refusal(talk(parrot, f"{typed}\n"))
        assert parrot.heard == []


class TestTrouble:
    def test_nobody_there(self) -> None:
        assert "make up" in refusal(talk(None, "hello\n"))
        assert "make up" in refusal(talk(None, "hello\n", url="http://127.0.0.1:1"))
        assert "make up" in refusal(talk(None, "hello\n", url="nonsense"))

    @pytest.mark.parametrize("number", ["12", "Asha", "+91981234567890123", "../events", "+91 98"])
    def test_no_phone(self, parrot: Parrot, number: str) -> None:
        refusal(talk(parrot, "hello\n", "--as", number))
        assert parrot.heard == []

    def test_a_service_that_does_not_take_the_message(self, parrot: Parrot) -> None:
        parrot.status = "503 Busy"
        assert "503" in refusal(talk(parrot, "hello\n"))
        parrot.status = "403 Forbidden"
        assert "./saathi doctor" in refusal(talk(parrot, "hello\n"))


class TestLive:
    def test_answers_come_as_they_come_and_mistakes_end_nothing(self, parrot: Parrot) -> None:
        shown: list[str] = []
        arrived = threading.Condition()

        def show(line: str) -> None:
            with arrived:
                shown.append(line)
                arrived.notify_all()

        def typing() -> Iterator[str]:
            yield "buttons"
            self.wait(arrived, lambda: any("[2]" in line for line in shown))
            yield "/9"
            yield "2"
            self.wait(arrived, lambda: any("yes-hi" in line for line in shown))

        typed = typing()

        def read() -> str:
            try:
                return next(typed)
            except StopIteration:
                raise EOFError from None

        with closing(Phone(parrot.sandbox_url, "+919812345678")) as phone:
            talking.live(phone, read, show)
        assert any("there is no button 9" in line for line in shown)

    def wait(self, arrived: threading.Condition, there: Callable[[], bool]) -> None:
        with arrived:
            assert arrived.wait_for(there, timeout=10)


class TestThePhoneOfTheDemo:
    def test_hears_the_next_messages_and_no_older_ones(self, parrot: Parrot) -> None:
        shown: list[str] = []
        with closing(Phone(parrot.sandbox_url, "+919812345678", "Asha", lambda who, it: shown.append(who))) as phone:
            phone.text("twice")
            assert [m["text"] for m in phone.hear()] == ["first line\nsecond line"]
            assert [m["text"] for m in phone.hear()] == ["another message"]
            phone.text("buttons")
            phone.hear()
            phone.tap("yes")
            assert phone.hear()[0]["text"].startswith("yes-en")
        assert shown == ["Asha", "saathi", "saathi", "Asha", "saathi", "Asha", "saathi"]
        with closing(Phone(parrot.sandbox_url, "+919812345678")) as again, pytest.raises(NoAnswer, match="1 of 1"):
            again.hear(within_s=0.2)

    def test_says_what_went_wrong(self, parrot: Parrot, tmp_path: Path) -> None:
        with closing(Phone(parrot.sandbox_url, "+919812345678")) as phone:
            with pytest.raises(NoAnswer, match="no button yes"):
                phone.tap("yes")
            with pytest.raises(Mistyped, match="cannot read"):
                phone.photo(tmp_path / "none.jpg")
            parrot.status = "503 Busy"
            with pytest.raises(CannotTalk, match="503"):
                phone.text("hello")

    def test_a_number_that_is_none_leaves_nothing_open(self, parrot: Parrot) -> None:
        with pytest.raises(Mistyped):
            Phone(parrot.sandbox_url, "12")
