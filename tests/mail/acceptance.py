"""The acceptance test of mail: a mail server of somebody else's, aiosmtpd, unmodified, takes what the real program sends, over STARTTLS and after a
login, and Python's own reader of mails reads it.

    PYTHONPATH=tests/clients python acceptance.py PROGRAM        for example target/debug/rookery
"""

import email
import email.policy
import os
import socket
import ssl
import sys
import tempfile
import time
import urllib.error
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from rookery import Rookery

TLS = Path(__file__).parent.parent / "src" / "tls"
USER, PASSWORD = "ada@example.com", "s3cret: of the/mäils"


class Keeps:
    """Keeps what comes, and refuses one recipient."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 There is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        assert session.ssl and session.authenticated, "it came in the clear, or without a login"
        text = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        assert not text.defects and not any(part.defects for part in text.walk()), [part.defects for part in text.walk()]
        self.mails.append((envelope.rcpt_tos, text))
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, given):
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def until(what, look):
    for _ in range(600):
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


def started(rookery, cells):
    path = f"/projects/{rookery.project}/workflows"
    workflow = f"{path}/{rookery.post(path, {'name': 'Mail', 'options': {'cells': cells}})['id']}"
    rookery.post(f"{workflow}/start", {})
    return workflow


def cell(name, kind, config):
    return {"id": name, "type": "agent", "agent_type": kind, "config": config}


def link(source, target):
    return {"id": f"{source}-{target}", "type": "link", "source": {"id": source}, "target": {"id": target}}


def a_mail_is_taken_and_read(rookery, server):
    config = {"subject": "Größe: {{ title }}", "headline": "Guten Tag", "recipients": ["Zoë \"Z\" <zoe@example.com>", "nobody@example.com"]}
    workflow = started(rookery, [cell("in", "manual", {}), cell("mail", "email", config), link("in", "mail")])
    title = "ein langer Titel, der nicht in eine Zeile passt, und noch etwas 🫖 dazu, " * 3
    rookery.post(f"{workflow}/agents/in/events", {"payload": {"title": title, "text": ".\n..\nEnde", "n": 1.5}})
    [recipients], mail = until("a mail", lambda: server.mails and server.mails[-1])
    assert recipients == "zoe@example.com" and len(server.mails) == 1, server.mails
    assert mail["subject"] == f"Größe: {title.strip()}"[:250].strip(), mail["subject"]
    assert mail["from"].addresses[0].display_name == "Läden, Größe", mail["from"]
    [to] = mail["to"].addresses
    assert (to.display_name, to.addr_spec) == ("Zoë \"Z\"", "zoe@example.com"), to
    plain, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert "Guten Tag" in plain and "\n  text: .\n..\nEnde\n" in plain.replace("\r\n", "\n"), plain
    assert "<h1>Guten Tag</h1>" in html and "🫖" in html, html
    assert mail["message-id"].endswith("@example.com>") and mail["date"].datetime.year >= 2026


def a_digest_is_taken_and_read(rookery, server):
    config = {"subject": "{{ events.size }}", "recipients": "zoe@example.com", "content_type": "text/plain", "schedule": "never"}
    workflow = started(rookery, [cell("in", "manual", {}), cell("digest", "email_digest", config), link("in", "digest")])
    before = len(server.mails)
    for n in range(300):
        rookery.post(f"{workflow}/agents/in/events", {"payload": {"title": f"Nummer {n}", "text": "ü" * 200}})

    def told():
        rookery.post(f"{workflow}/agents/digest/check", {})
        return sum(int(mail["subject"]) for _, mail in server.mails[before:]) == 300

    until("all events in digests", told)
    assert "Nummer 0" in server.mails[before][1].get_content(), "the first comes first"


def a_wrong_password_is_told(rookery, server):
    credential = {"value": f"smtp://{quote(USER, safe='')}:wrong-password@127.0.0.1:{server.port}", "hosts": ["127.0.0.1"]}
    rookery.put(f"/projects/{rookery.project}/credentials/smtp_url", credential)
    config = {"subject": "a", "recipients": "zoe@example.com"}
    workflow = started(rookery, [cell("clock", "manual", {}), cell("mail", "email", config), link("clock", "mail")])
    before = len(server.mails)
    report = rookery.post(f"{workflow}/agents/mail/check", {})
    assert report["error"]["code"] == "login_refused" and "535" in report["error"]["message"], report
    assert "wrong-password" not in str(report) and len(server.mails) == before, report


CASES = (a_mail_is_taken_and_read, a_digest_is_taken_and_read, a_wrong_password_is_told)


def main(program):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    server = Keeps()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    controller = Controller(
        server, hostname="127.0.0.1", port=server.port, tls_context=tls, require_starttls=True, authenticator=authenticate,
        auth_required=True, auth_require_tls=True,
    )
    controller.start()
    os.environ |= {
        "SSL_CERT_FILE": str(TLS / "authority.pem"),
        "ROOKERY_EGRESS_ALLOW": f"127.0.0.1/32:{server.port}",
        "ROOKERY_SMTP_URL": f"smtp://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}",
        "ROOKERY_MAIL_FROM": "\"Läden, Größe\" <shop@example.com>",
    }
    with tempfile.TemporaryDirectory() as folder:
        rookery = Rookery(program, Path(folder) / "data")
        try:
            for case in CASES:
                case(rookery, server)
                print(f"ok    {case.__name__}")
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        finally:
            rookery.stop()
            controller.stop()
    print(f"{len(CASES)} passed, 0 failed")


if __name__ == "__main__":
    main(sys.argv[1])
