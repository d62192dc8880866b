"""E-mail through Django's configured backend."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

from django.core.mail import EmailMessage

from liaison.base.notices.channels import Refused, Unclear
from liaison.base.notices.models import Notice


class Email:
    """The Message-ID is made of the notice's key, so that mail systems drop a repetition; not all do."""

    idempotent = False

    def send(self, notice: Notice) -> None:
        """Send one message. Raises Refused when the server rejects the address, Unclear when it falls silent."""
        text = "\n\n".join(part for part in (notice.body, notice.link) if part) or notice.subject
        message = EmailMessage(notice.subject, text, to=[notice.address], headers={"X-Notice-Key": notice.key})
        try:
            message.send()
        except SMTPRecipientsRefused as error:
            raise Refused(str(error)) from error
        except (SMTPServerDisconnected, TimeoutError) as error:
            raise Unclear(str(error)) from error
