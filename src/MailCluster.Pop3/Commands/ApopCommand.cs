using System.Buffers;
using System.Buffers.Text;
using System.Text;
using MailCluster.Edge;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>
/// APOP (RFC 1939 §7), where it is one of the mechanisms: a digest of the greeting's timestamp and the password. For the login it is a mechanism of that name, with the timestamp, the name
/// and the digest in one response.
/// </summary>
internal sealed class ApopCommand : Pop3Command
{
    private const int DigestDigits = 32;

    public override string Verb => "APOP";

    public override Pop3State Allowed => Pop3State.Authorization;

    public override bool IsAvailable(Pop3Session session) => session.Options.OffersApop;

    public override async ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        if (MakeResponse(session.ApopTimestamp, arguments.Span) is not { } response)
        {
            session.Bad("A name and a digest of 32 hex digits are expected");
            return;
        }

        if (session.Services.Login.Begin(session.Connection, "APOP"u8, out var refusal) is not { } login)
        {
            if (refusal == LoginOutcome.PrivacyRequired)
                session.RefuseWithoutTls();
            else
                session.Refuse("SYS/PERM"u8, "APOP is not available");
            return;
        }

        using (login)
        {
            await session.FlushAsync();
            var step = await login.StartAsync(new ReadOnlySequence<byte>(response));
            if (step.Kind == SaslLoginStepKind.Done)
                await session.FinishLoginAsync(step.Result!);
            else
                session.Bad("Invalid answer");
        }
    }

    /// <summary>timestamp NUL name NUL digest, in base64; null if the arguments are not those of APOP.</summary>
    private static byte[]? MakeResponse(string timestamp, ReadOnlySpan<byte> arguments)
    {
        var words = new Arguments(arguments);
        var name = words.Next();
        var digest = words.Next();
        if (name.IsEmpty || digest.Length != DigestDigits || !words.IsEmpty)
            return null;
        foreach (var digit in digest)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return null;
        }

        byte[] response = [.. Encoding.ASCII.GetBytes(timestamp), 0, .. name, 0, .. digest];
        var base64 = new byte[Base64.GetMaxEncodedToUtf8Length(response.Length)];
        Base64.EncodeToUtf8(response, base64, out _, out _);
        return base64;
    }
}
