"""The acceptance test of mails that come in: a server of somebody else's, pymap, unmodified, keeps a mailbox, which the real program reads over STARTTLS.
Mails are put there by Python's own client.

    PYTHONPATH=tests/clients python received.py PROGRAM        for example target/debug/rookery
"""

import collections
import http.client
import imaplib
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
from email.message import EmailMessage
from pathlib import Path

from rookery import Rookery

TLS = Path(__file__).parent.parent / "src" / "tls"
USER, PASSWORD = "ada@example.com", "s3cret: of the/mäils"
FOLDER = "&ANY-ffentlich"


def until(what, look):
    for _ in range(600):
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


class Mailbox:
    """The server, in a process of its own, and a client that puts mails there."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen([
            Path(sys.executable).with_name("pymap"), "--host", "127.0.0.1", "--port", str(self.port), "--cert", TLS / "certificate.pem", "--key", TLS / "key.pem",
            "dict", "--demo-user", USER, "--demo-password", PASSWORD,
        ])
        self.client = until("the server", self.connect)

    def connect(self):
        assert self.process.poll() is None, "the server does not start"
        try:
            client = imaplib.IMAP4("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return None
        client.starttls(ssl.create_default_context(cafile=TLS / "authority.pem"))
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        return client

    def put(self, id, subject, folder="INBOX", text="Guten Tag", file=None, to="shop@example.com"):
        mail = EmailMessage()
        mail["Message-ID"], mail["Subject"], mail["From"], mail["To"] = f"<{id}@example.com>", subject, "Jörg <joerg@example.org>", to
        mail["Date"] = "Thu, 01 Jan 2026 08:00:00 +0100"
        mail.set_content(text)
        if file:
            mail.add_attachment(file, maintype="application", subtype="pdf", filename="Größe.pdf")
        status, told = self.client.append(folder, "", None, mail.as_bytes())
        assert status == "OK", told

    def found(self, criterion, folder="INBOX"):
        """How many mails of the folder are so."""
        self.client.select(folder, readonly=True)
        status, [found] = self.client.search(None, criterion)
        assert status == "OK", found
        self.client.close()
        return len(found.split())

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def config(mailbox, **more):
    return {"host": "127.0.0.1", "port": mailbox.port, "username": USER, "password": "{% credential mailbox %}", "schedule": "never", **more}


def started(rookery, options):
    path = f"/projects/{rookery.project}/workflows"
    cell = {"id": "mail", "type": "agent", "agent_type": "email_received", "config": options}
    workflow = f"{path}/{rookery.post(path, {'name': 'Mail', 'options': {'cells': [cell]}})['id']}"
    rookery.post(f"{workflow}/start", {})
    return workflow


def check(rookery, workflow):
    report = rookery.post(f"{workflow}/agents/mail/check", {})
    assert PASSWORD not in str(report), report
    return report


def payloads(report):
    return [event["payload"] for event in report["events"]]


def each_mail_is_emitted_once(rookery, mailbox):
    mailbox.put("old", "Before")
    workflow = started(rookery, config(mailbox, folders=["INBOX", "Öffentlich"], event_headers="Message-ID"))
    assert payloads(check(rookery, workflow)) == [], "the first look only takes note"
    mailbox.put("one", "Größe 🫖", file=b"%PDF")
    mailbox.put("two", "Zweitens", folder=FOLDER)
    mailbox.put("one", "A copy", folder=FOLDER)
    first, second = payloads(check(rookery, workflow))
    assert first == {
        "message_id": "one@example.com", "folder": "INBOX", "subject": "Größe 🫖", "from": "joerg@example.org", "to": ["shop@example.com"], "cc": [],
        "date": "2026-01-01T08:00:00+01:00", "mime_type": "text/plain", "body": first["body"], "matches": {}, "has_attachment": True,
        "headers": {"Message-ID": "<one@example.com>"},
    }, first
    assert first["body"].strip() == "Guten Tag" and (second["folder"], second["subject"]) == ("Öffentlich", "Zweitens"), second
    assert payloads(check(rookery, workflow)) == [] and mailbox.found("UNSEEN") == 2, "they stay unread"


def mails_are_marked_and_deleted_when_they_are_stored(rookery, mailbox):
    marking = started(rookery, config(mailbox, mark_as_read=True, conditions={"subject": "^Order (?<number>\\d+)", "is_unread": True}))
    deleting = started(rookery, config(mailbox, delete=True, conditions={"subject": "^Order", "to": "*@example.net"}))
    check(rookery, marking), check(rookery, deleting)
    before = mailbox.found("ALL")
    mailbox.put("order", "Order 12", to="ada@example.net")
    mailbox.put("other", "Other")
    [order] = payloads(check(rookery, marking))
    assert order["matches"] == {"number": "12"} and mailbox.found('SEEN SUBJECT "Order 12"') == 0
    assert payloads(check(rookery, marking)) == [] and mailbox.found('SEEN SUBJECT "Order 12"') == 1
    assert len(payloads(check(rookery, deleting))) == 1 and mailbox.found("ALL") == before + 2
    assert payloads(check(rookery, deleting)) == [] and mailbox.found("ALL") == before + 1
    assert mailbox.found('SUBJECT "Order 12"') == 0


def a_scenario_of_huginn_reads_too(rookery, mailbox):
    options = {
        "expected_update_period_in_days": "1", "host": "127.0.0.1", "port": str(mailbox.port), "ssl": "false", "username": USER, "password": PASSWORD,
        "folders": ["INBOX"], "conditions": {"subject": "(?i)tee", "from": ["*@example.org"], "is_unread": ""}, "mark_as_read": "false",
    }
    agent = {"type": "Agents::ImapFolderAgent", "name": "Mails", "guid": "mail", "schedule": "never", "options": options}
    file = {"schema_version": 1, "name": "Mail", "guid": "0", "exported_at": "2026-08-01T10:00:00Z", "agents": [agent], "links": []}
    path = f"/projects/{rookery.project}/workflows"
    made, report = rookery.imported(f"{path}/import", file)
    assert report["agents"][0]["status"] == "mapped" and PASSWORD not in str(report), report
    workflow = f"{path}/{made['id']}"
    rookery.post(f"{workflow}/start", {})
    check(rookery, workflow)
    mailbox.put("tea", "Ein TEE")
    assert [mail["subject"] for mail in payloads(check(rookery, workflow))] == ["Ein TEE"]


def what_is_wrong_is_told(rookery, mailbox):
    rookery.put(f"/projects/{rookery.project}/credentials/wrong", {"value": "wrong-password", "hosts": ["127.0.0.1"]})
    rookery.put(f"/projects/{rookery.project}/credentials/elsewhere", {"value": PASSWORD, "hosts": ["imap.example.com"]})
    for more, code in [
        ({"password": "{% credential wrong %}"}, "login_refused"),
        ({"password": "{% credential elsewhere %}"}, "credential_refused"),
        ({"folders": ["Nowhere"]}, "folder_refused"),
        ({"ssl": True}, "tls_failed"),
        ({"host": "127.0.0.2"}, "address_refused"),
    ]:
        report = check(rookery, started(rookery, config(mailbox, **more)))
        assert report["error"]["code"] == code and "wrong-password" not in str(report), report


def over_kills_each_mail_is_emitted_once(rookery, mailbox):
    workflow = started(rookery, config(mailbox, mark_as_read=True))
    check(rookery, workflow)
    wanted = [f"many-{n}@example.com" for n in range(120)]

    def emitted():
        events = rookery.get(f"{workflow}/events?agent=mail&limit=200")
        return collections.Counter(event["payload"]["message_id"] for event in events)

    for nth, pause in enumerate((0.02, 0.06, 0.12, 0.2, 0.3, 0.5)):
        for id in wanted[nth * 20:nth * 20 + 20]:
            mailbox.put(id.removesuffix("@example.com"), "Viele")
        checking = threading.Thread(target=asked, args=(rookery, workflow))
        checking.start()
        time.sleep(pause)
        rookery.kill()
        checking.join()
        rookery.start()
    check(rookery, workflow), check(rookery, workflow)
    assert emitted() == collections.Counter(wanted), emitted()
    assert mailbox.found('SEEN SUBJECT "Viele"') == len(wanted)


def asked(rookery, workflow):
    try:
        check(rookery, workflow)
    except (OSError, ValueError, http.client.HTTPException):
        pass  # The program was killed while it answered.


CASES = (
    each_mail_is_emitted_once, mails_are_marked_and_deleted_when_they_are_stored, a_scenario_of_huginn_reads_too, what_is_wrong_is_told,
    over_kills_each_mail_is_emitted_once,
)


def main(program):
    mailbox = Mailbox()
    os.environ |= {"SSL_CERT_FILE": str(TLS / "authority.pem"), "ROOKERY_EGRESS_ALLOW": f"127.0.0.1/32:{mailbox.port}"}
    with tempfile.TemporaryDirectory() as folder:
        try:
            mailbox.client.create(FOLDER)
            rookery = Rookery(program, Path(folder) / "data")
            try:
                rookery.put(f"/projects/{rookery.project}/credentials/mailbox", {"value": PASSWORD, "hosts": ["127.0.0.1", "127.0.0.2"]})
                for case in CASES:
                    case(rookery, mailbox)
                    print(f"ok    {case.__name__}")
            except urllib.error.HTTPError as error:
                raise AssertionError(error.read().decode()) from error
            finally:
                rookery.stop()
        finally:
            mailbox.stop()
    print(f"{len(CASES)} passed, 0 failed")


if __name__ == "__main__":
    main(sys.argv[1])
