// Logs in with imapflow by a bearer token, which it prefers to a password: prints the account's capability, or what the server's refusal says.
// Usage: node imapflow-oauth.mjs IMAPS-PORT USER TOKEN
import { ImapFlow } from 'imapflow';

const [port, user, accessToken] = process.argv.slice(2);
const client = new ImapFlow({
  host: '127.0.0.1', port: Number(port), secure: true, auth: { user, accessToken }, tls: { rejectUnauthorized: false }, logger: false,
});
try {
  await client.connect();
  const inbox = await client.mailboxOpen('INBOX');
  console.log(`opened ${inbox.path} by ${[...client.authCapabilities.keys()].join()}`);
  await client.logout();
} catch (error) {
  if (!error.authenticationFailed) throw error;
  console.log(`refused ${error.serverResponseCode} ${JSON.stringify(error.oauthError)}`);
  client.close();
}
