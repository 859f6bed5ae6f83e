"""Mail in by LMTP and out by IMAPS and POP3S, while a node is killed and another is drained: the same play on containers and on processes.

What it holds: a message that was acknowledged is there, once; while at least two nodes serve, a delivery that is tried again within its patience gets
through; a session on a node that lives keeps its connection; a node that is told to stop says goodbye and ends with 0.
"""
import contextlib
import email
import imaplib
import json
import poplib
import smtplib
import socket
import ssl
import sys
import time

PASSWORD = "correct-horse-battery"
USERS = [f"user{number}@example.com" for number in range(6)]
PATIENCE = 45


def say(text):
    print(f"[{time.monotonic() - BEGUN:6.1f} s] {text}", flush=True)


BEGUN = time.monotonic()


class Mail:
    """A mail transfer agent and mail clients at one address."""

    def __init__(self, lmtp, imaps, pop3s, managesieve):
        self.lmtp, self.imaps, self.pop3s, self.managesieve = lmtp, imaps, pop3s, managesieve
        self.delivered = {user: [] for user in USERS}
        self.number = 0

    def deliver(self, user):
        """One message, tried again as an agent does until it is acknowledged."""
        self.number += 1
        token = f"message-{self.number}"
        text = f"From: sender@example.org\r\nTo: {user}\r\nSubject: {token}\r\nMessage-ID: <{token}@example.org>\r\n\r\nHello.\r\n"
        end, tries = time.monotonic() + PATIENCE, 0
        while True:
            tries += 1
            try:
                with smtplib.LMTP(*self.lmtp(), timeout=30) as agent:
                    agent.sendmail("sender@example.org", [user], text)
                self.delivered[user].append((token, tries))
                return tries
            except (OSError, smtplib.SMTPException) as error:
                if time.monotonic() > end:
                    raise AssertionError(f"a delivery to {user} was not taken in {PATIENCE} s, {tries} tries: {error!r}")
                time.sleep(0.2)

    @staticmethod
    def any_certificate():
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def check_other_doors(self, user):
        """The same mail by POP3, and the greeting of ManageSieve."""
        client = poplib.POP3_SSL(*self.pop3s(), context=self.any_certificate(), timeout=30)
        client.user(user)
        client.pass_(PASSWORD)
        count, _ = client.stat()
        assert count == len(self.delivered[user]), f"{user} has {count} messages by POP3 and not {len(self.delivered[user])}"
        client.quit()
        with socket.create_connection(self.managesieve(), timeout=30) as connection, connection.makefile("rb") as lines:
            greeting = []
            while not greeting or not greeting[-1].startswith(b"OK"):
                line = lines.readline()
                assert line, f"ManageSieve says {greeting}"
                greeting.append(line)
            assert any(line.startswith(b'"SIEVE"') for line in greeting) and b'"STARTTLS"\r\n' in greeting, f"ManageSieve says {greeting}"

    def open(self, user):
        context = self.any_certificate()
        end = time.monotonic() + PATIENCE
        while True:
            try:
                client = imaplib.IMAP4_SSL(*self.imaps(), ssl_context=context, timeout=30)
                client.login(user, PASSWORD)
                client.select("INBOX")
                return client
            except (OSError, imaplib.IMAP4.error) as error:
                if time.monotonic() > end:
                    raise AssertionError(f"{user} could not log in within {PATIENCE} s: {error!r}")
                time.sleep(0.2)

    def check(self, user):
        """Everything that was acknowledged is there. Once, unless it had to be sent again: the sender cannot know whether the first was taken."""
        client = self.open(user)
        _, data = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        subjects = [email.message_from_bytes(part[1])["Subject"] for part in data if isinstance(part, tuple)]
        client.logout()
        for token, tries in self.delivered[user]:
            assert 1 <= subjects.count(token) <= tries, f"{user}: {token}, sent {tries} times, is there {subjects.count(token)} times"

    def check_all(self):
        for user in USERS:
            self.check(user)


def sessions(stage, nodes):
    """Who is connected where, from the nodes that run."""
    found = {}
    for node in nodes:
        with contextlib.suppress(AssertionError):
            found[node] = json.loads(stage.execute(node, "mailctl", "--format", "json", "who"))
    return found


def was_told(client):
    """Whether the server said goodbye before it closed. A client that is still connected was not concerned."""
    try:
        client.noop()
        client.logout()
        return False
    except imaplib.IMAP4.abort as error:
        assert "BYE" in str(error) or client.untagged_responses.get("BYE"), f"a session ended without a word: {error}"
        return True


def play(stage, nodes, mail, client_address):
    first, second, third = nodes
    stage.up()
    stage.wait_all_healthy()
    say("everything is healthy")

    for user in USERS:
        stage.execute(first, "mailctl", "user", "add", user, "--password-stdin", input=PASSWORD + "\n")
    for user in USERS:
        for _ in range(3):
            mail.deliver(user)
    mail.check_all()
    mail.check_other_doors(USERS[0])
    say(f"{len(USERS)} accounts, made on {first}; mail in and out, POP3 and ManageSieve")

    held = {user: mail.open(user) for user in USERS}
    where = {}
    for node, rows in sessions(stage, nodes).items():
        for row in rows:
            text = json.dumps(row)
            for user in USERS:
                if user in text:
                    where[user] = node
                    assert client_address in text, f"{node} does not know its client by its own address: {text}"
    assert set(where) == set(USERS), f"mailctl who shows {where}"
    say(f"sessions on {', '.join(sorted(set(where.values())))}, each with the client's own address")

    stage.kill(second)
    taken = []
    for user in USERS:
        begun = time.monotonic()
        mail.deliver(user)
        taken.append(time.monotonic() - begun)
    say(f"{second} was killed; a delivery to each account was acknowledged within {sum(taken):.1f} s, the slowest in {max(taken):.1f} s")
    survivors = [user for user in USERS if where[user] != second]
    for user in survivors:
        status, _ = held[user].noop()
        assert status == "OK", f"{user}'s session on {where[user]} did not live on"
        assert int(held[user].untagged_responses.get("EXISTS", held[user].select("INBOX")[1])[-1]) == 4
    mail.check_all()
    say(f"{len(survivors)} sessions on the others lived on; nothing is lost")

    stage.start(second)
    stage.wait_healthy(second)
    say(f"{second} is back")

    drained = {user: mail.open(user) for user in USERS}
    status = stage.stop(third)
    assert status == 0, f"{third} ended with {status} when it was drained:\n{stage.log(third)[-4000:]}"
    for user in USERS:
        assert mail.deliver(user) == 1, f"a delivery to {user} had to be repeated after a drain"
    mail.check_all()
    for user in survivors:
        if where[user] != third:
            assert held[user].noop()[0] == "OK", f"{user}'s session on {where[user]} did not live on"
    byes = sum(was_told(client) for client in drained.values())
    say(f"{third} was drained: ended with 0, told {byes} clients, and no delivery had to be repeated")

    stage.start(third)
    stage.wait_healthy(third)
    mail.check_all()
    say("all three serve again")


def main(stage, nodes, mail, client_address):
    try:
        play(stage, nodes, mail, client_address)
    except BaseException:
        for node in nodes:
            print(f"--- {node}\n{stage.log(node)[-6000:]}", file=sys.stderr)
        raise
    finally:
        stage.close()
