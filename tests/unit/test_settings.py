"""What is set wrongly is named in a sentence when the program starts; what is secret is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, SettingsFault, from_environment
from web.commands.mailing import mailers_of

KEY = "decisions-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
SMTP = {"MAIL": "smtp", "SMTP_HOST": "smtp.example.org", "SENDER": "decisions@example.org"}
SIGN_IN = {"SMTP_USER": "decisions", "SMTP_PASSWORD": "vermilion figure"}
NOTIFY = {"MAIL": "notify", "NOTIFY_KEY": KEY, "NOTIFY_TEMPLATE": TEMPLATE}


def read(**given: str) -> Settings:
    return from_environment({f"DECISION_ROUTES_{name}": value for name, value in given.items()})


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ({}, "folder"),
        (SMTP, "smtp"),
        ({**SMTP, **SIGN_IN, "SMTP_PORT": "2525"}, "smtp"),
        ({**SMTP, **SIGN_IN, "SMTP_SECURITY": "tls"}, "smtp"),
        ({**SMTP, **SIGN_IN, "SMTP_SECURITY": "none", "SMTP_HOST": "::1"}, "smtp"),
        (NOTIFY, "notify"),
        ({**NOTIFY, "NOTIFY_ADDRESS": "http://127.0.0.1:8080/"}, "notify"),
        ({**SMTP, "MAIL": "nobody"}, "nobody"),
    ],
)
def test_letters_leave_the_way_that_was_chosen(given: dict[str, str], way: str) -> None:
    mailers = mailers_of(read(**given))
    assert mailers.mail.name == way
    assert mailers.webhook.name == ("nobody" if way == "nobody" else "webhook")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"MAIL": "pigeon"}, "MAIL is none of those that there are: folder, smtp, notify, nobody."),
        ({"MAIL": "smtp"}, "MAIL=smtp needs DECISION_ROUTES_SMTP_HOST, which is not set."),
        ({"MAIL": "smtp", "SMTP_HOST": "smtp.example.org"}, "MAIL=smtp needs DECISION_ROUTES_SENDER"),
        ({"SMTP_HOST": "smtp.example.org"}, "letters go to a folder: set DECISION_ROUTES_MAIL=smtp as well."),
        ({**SMTP, "SMTP_HOST": "smtp.example.org:587"}, "the port into DECISION_ROUTES_SMTP_PORT"),
        ({**SMTP, "SMTP_HOST": "smtp://example.org"}, "SMTP_HOST is no name of a server"),
        ({**SMTP, "SMTP_PORT": "0"}, "SMTP_PORT is no port"),
        ({**SMTP, "SMTP_PORT": "70000"}, "SMTP_PORT is no port"),
        ({**SMTP, "SMTP_SECURITY": "ssl"}, "SMTP_SECURITY is none of those that there are: starttls, tls, none."),
        ({**SMTP, "SMTP_USER": "decisions"}, "SMTP_PASSWORD go together"),
        ({**SMTP, **SIGN_IN, "SMTP_SECURITY": "none"}, "would send the password in the clear"),
        ({**SMTP, "SMTP_CA": "nowhere.pem"}, "SMTP_CA names no file that is there: nowhere.pem."),
        ({"MAIL": "notify", "NOTIFY_TEMPLATE": TEMPLATE}, "MAIL=notify needs DECISION_ROUTES_NOTIFY_KEY"),
        ({**NOTIFY, "NOTIFY_KEY": "vermilion"}, "NOTIFY_KEY is no key of GOV.UK Notify"),
        ({**NOTIFY, "NOTIFY_TEMPLATE": "reminders"}, "NOTIFY_TEMPLATE is no id of a template"),
        ({**NOTIFY, "NOTIFY_ADDRESS": "http://notify.example.org"}, "NOTIFY_ADDRESS must begin with https://"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsFault) as fault:
        read(**given)
    assert sentence in str(fault.value)
    assert "vermilion" not in str(fault.value)


def test_what_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SettingsFault, match="SMTP_CA holds no certificates that can be used"):
        mailers_of(read(**SMTP, SMTP_CA=str(tmp_path / "ca.pem")))


def test_nothing_secret_is_shown() -> None:
    secrets = {
        "DATABASE_URL": "postgresql://clerk:obsidian@db/decisions",
        "LEDGER_KEY": "quokka-quokka-quokka",
        "METRICS_TOKEN": "wombat-wombat-wombat",
        "NOTIFY_KEY": KEY,
        **SMTP,
        **SIGN_IN,
    }
    shown = repr(read(**secrets))
    assert "smtp.example.org" in shown
    assert not [word for word in ("obsidian", "quokka", "wombat", KEY[-36:], "vermilion") if word in shown]
