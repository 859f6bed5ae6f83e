// Drives a node with imapflow: log in over TLS, create, append, flags, CONDSTORE, move, search, download, and a delivery during IDLE.
// Usage: node imapflow.mjs IMAPS-PORT LMTP-PORT USER PASSWORD
import assert from 'node:assert/strict';
import net from 'node:net';
import { ImapFlow } from 'imapflow';

const [imapsPort, lmtpPort, user, pass] = process.argv.slice(2);
const connect = async () => {
  const client = new ImapFlow({
    host: '127.0.0.1', port: Number(imapsPort), secure: true, auth: { user, pass },
    tls: { rejectUnauthorized: false }, logger: false, qresync: true,
  });
  await client.connect();
  return client;
};

const message = (n, subject = `message ${n}`) => Buffer.from(
  `Message-ID: <${n}@flow.example.com>\r\nFrom: Ä Sender <sender@example.org>\r\nTo: ${user}\r\n` +
  `Subject: ${subject}\r\nDate: Tue, 2 Jan 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\n` +
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
  Buffer.from(`Grüße ${n}`).toString('base64') +
  '\r\n--b\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nbinary\r\n--b--\r\n');

const deliver = (n) => new Promise((resolve, reject) => {
  const steps = ['LHLO flow.example.com', 'MAIL FROM:<sender@example.org>', `RCPT TO:<${user}>`, 'DATA',
    message(n).toString('utf8') + '.', 'QUIT'];
  let next = 0;
  const socket = net.connect(Number(lmtpPort), '127.0.0.1');
  socket.setEncoding('utf8');
  socket.on('error', reject);
  socket.on('close', resolve);
  socket.on('data', (data) => {
    for (const line of data.split('\r\n')) {
      if (!/^\d{3} /.test(line)) continue;
      if (line[0] > '3') reject(new Error(line));
      if (next < steps.length) socket.write(steps[next++] + '\r\n');
    }
  });
});

const client = await connect();
assert.ok(client.capabilities.has('IDLE') && client.capabilities.has('MOVE') && client.capabilities.has('CONDSTORE'));
const listed = await client.list();
assert.deepEqual(listed.map((box) => box.path).sort(), ['Archive', 'Drafts', 'INBOX', 'Junk', 'Sent', 'Trash']);
assert.equal(listed.find((box) => box.path === 'Trash').specialUse, '\\Trash');
await client.mailboxCreate('Projekte/Grün');
for (let n = 1; n <= 5; n++) {
  const appended = await client.append('Projekte/Grün', message(n), ['\\Flagged', 'work']);
  assert.equal(appended.uid, n);
}

await client.mailboxOpen('Projekte/Grün');
assert.equal(client.mailbox.exists, 5);
const highest = client.mailbox.highestModseq;
await client.messageFlagsAdd('2:3', ['\\Seen', '$Label1']);
const changed = [];
for await (const msg of client.fetch('1:*', { flags: true }, { changedSince: highest })) changed.push(msg.seq);
assert.deepEqual(changed, [2, 3]);
assert.deepEqual(await client.search({ header: { 'message-id': '<4@flow.example.com>' } }), [4]);
assert.deepEqual(await client.search({ body: 'grüße 5' }), [5]);
assert.deepEqual(await client.search({ keyword: '$Label1', seen: true }), [2, 3]);

const full = await client.fetchOne('4', { envelope: true, bodyStructure: true, source: true, emailId: true, internalDate: true });
assert.equal(full.envelope.subject, 'message 4');
assert.equal(full.bodyStructure.childNodes.length, 2);
assert.equal(full.bodyStructure.childNodes[1].dispositionParameters.filename, 'a.bin');
assert.ok(full.source.equals(message(4)));
assert.ok(full.emailId);
const part = await client.download('4', '1');
let text = '';
for await (const chunk of part.content) text += chunk;
assert.equal(text, 'Grüße 4');

// With QRESYNC enabled the server says VANISHED; imapflow tells of it by UID and leaves its count alone.
const vanished = [];
client.on('expunge', (event) => vanished.push(event.uid));
const moved = await client.messageMove('1:2', 'Archive');
assert.equal(moved.uidMap.size, 2);
assert.deepEqual(vanished, [1, 2]);
await client.messageDelete('1');
assert.deepEqual(vanished, [1, 2, 3]);
const status = await client.status('Archive', { messages: true, unseen: true, uidNext: true, highestModseq: true });
assert.deepEqual([status.messages, status.unseen, status.uidNext], [2, 1, 3]);
await client.mailboxRename('Projekte/Grün', 'Projekte/Rot');

await client.mailboxOpen('INBOX');
const heard = new Promise((resolve) => client.once('exists', resolve));
const idling = client.idle();
await deliver(100);
const event = await heard;
assert.equal(event.count, 1);
const arrived = await client.fetchOne('*', { envelope: true, flags: true });
await idling;
assert.equal(arrived.envelope.messageId, '<100@flow.example.com>');
await client.logout();
console.log('all good');
