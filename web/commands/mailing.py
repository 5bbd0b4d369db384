"""How letters leave this installation, as its settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.settings import PREFIX, Settings, SettingsFault

if TYPE_CHECKING:
    from workflow.mail import Mailer, Mailers


def mailers_of(settings: Settings) -> Mailers:
    """The ways that were chosen, to people and to other tools; SettingsFault names what one of them lacks."""
    from workflow.mail import Mailers

    if settings.mail == "nobody":
        from workflow.mail.nobody import Nobody

        return Mailers(Nobody(), Nobody())
    return Mailers(_MAILERS[settings.mail](settings))


def _folder(settings: Settings) -> Mailer:
    from workflow.mail.folder import FolderMailer

    return FolderMailer(settings.mail_folder, settings.sender)


def _smtp(settings: Settings) -> Mailer:
    from workflow.mail.smtp import SmtpMailer

    try:
        return SmtpMailer(
            settings.smtp_host or "",
            settings.sender,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password,
            settings.smtp_ca,
        )
    except OSError as err:  # among them what is no certificate
        raise SettingsFault(f"{PREFIX}SMTP_CA holds no certificates that can be used: {settings.smtp_ca}.") from err


def _notify(settings: Settings) -> Mailer:
    try:
        from workflow.mail.notify import NotifyMailer
    except ModuleNotFoundError as err:
        if (err.name or "").split(".")[0] != "notifications_python_client":
            raise
        raise SettingsFault(
            f"{PREFIX}MAIL=notify needs a package that is not installed: uv pip install -e '.[notify]'."
        ) from err
    return NotifyMailer(settings.notify_key or "", settings.notify_template or "", settings.notify_address)


_MAILERS = {"folder": _folder, "smtp": _smtp, "notify": _notify}
