using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>AUTHENTICATE (RFC 9051 §6.2.2), with initial response (RFC 4959).</summary>
internal static class AuthenticateHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, AuthenticateCommand command)
    {
        var login = session.Services.Login.Begin(session.Connection, Encoding.ASCII.GetBytes(command.Mechanism), out var refusal);
        if (login is null)
        {
            return refusal == LoginOutcome.PrivacyRequired
                ? CommandOutcome.No("Begin TLS before you log in", ResponseCode.PrivacyRequired)
                : CommandOutcome.No("There is no such mechanism", ResponseCode.Cannot);
        }

        using (login)
        {
            var step = command.InitialResponse is { } initial ? await SendAsync(initial, login.StartAsync, empty: "=") : await login.StartAsync();
            while (step.Kind == SaslLoginStepKind.Challenge)
            {
                Challenge(session, step.Challenge.Span);
                var (kind, response) = await session.ReadSaslResponseAsync();
                switch (kind)
                {
                    case SaslAnswer.Gone:
                        return CommandOutcome.Bad("No answer in time");
                    case SaslAnswer.Cancelled:
                        return CommandOutcome.Bad("Cancelled");
                    case SaslAnswer.Malformed:
                        return CommandOutcome.Bad("Invalid base64");
                }

                step = await SendAsync(response, login.ContinueAsync, empty: "");
            }

            return step.Kind switch
            {
                SaslLoginStepKind.Done => LoginHandler.Finish(session, step.Result!),
                SaslLoginStepKind.Aborted => CommandOutcome.Bad("Cancelled"),
                _ => CommandOutcome.Bad("Invalid answer"),
            };
        }
    }

    private static void Challenge(ImapSession session, ReadOnlySpan<byte> base64)
    {
        var writer = session.Respond();
        writer.Raw("+ "u8);
        writer.Raw(base64);
        writer.Crlf();
        writer.Commit();
    }

    // The exchange takes its lines as they come over the wire. An empty initial response is written "=", any other empty line is empty.
    private static async ValueTask<SaslLoginStep> SendAsync(
        byte[] response, Func<ReadOnlySequence<byte>, ValueTask<SaslLoginStep>> send, string empty)
    {
        var line = Encoding.ASCII.GetBytes(empty);
        if (response.Length > 0)
        {
            line = new byte[Base64.GetMaxEncodedToUtf8Length(response.Length)];
            Base64.EncodeToUtf8(response, line, out _, out _);
        }

        CryptographicOperations.ZeroMemory(response);
        try
        {
            return await send(new ReadOnlySequence<byte>(line));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }
}
