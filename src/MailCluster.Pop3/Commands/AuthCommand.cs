using System.Buffers;
using System.Text;
using MailCluster.Edge;
using MailCluster.Edge.Wire;
using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;
using MailCluster.Pop3.Wire;

namespace MailCluster.Pop3.Commands;

/// <summary>AUTH (RFC 5034), with initial response. Without arguments it lists the mechanisms, as it did before there was CAPA.</summary>
internal sealed class AuthCommand : Pop3Command
{
    private const int LineEndBytes = 2;

    public override string Verb => "AUTH";

    public override Pop3State Allowed => Pop3State.Authorization;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var words = new Arguments(arguments.Span);
        var mechanism = words.Next();
        if (mechanism.IsEmpty)
        {
            session.Ok("Mechanisms follow"u8);
            foreach (var name in session.Services.Login.OfferedNames(session.Connection))
                session.Output.WriteLine(Encoding.ASCII.GetBytes(name));
            session.Output.WriteEnd();
            return ValueTask.CompletedTask;
        }

        if (session.Services.Login.Begin(session.Connection, mechanism, out var refusal) is not { } login)
        {
            if (refusal == LoginOutcome.PrivacyRequired)
                session.RefuseWithoutTls();
            else
                session.Bad("There is no such mechanism");
            return ValueTask.CompletedTask;
        }

        var initial = words.Next();
        if (words.IsEmpty)
            return RunAsync(session, login, initial.IsEmpty ? null : initial.ToArray());
        login.Dispose();
        session.Bad("AUTH has a mechanism and an initial response");
        return ValueTask.CompletedTask;
    }

    private static async ValueTask RunAsync(Pop3Session session, SaslLogin login, byte[]? initial)
    {
        using (login)
        {
            await session.FlushAsync();
            var step = initial is null ? await login.StartAsync() : await login.StartAsync(new ReadOnlySequence<byte>(initial));
            if (initial is not null)
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(initial);
            while (step.Kind == SaslLoginStepKind.Challenge)
            {
                // RFC 5034 §4: a space follows the plus sign, also if nothing else does.
                session.Output.Write("+ "u8);
                session.Output.WriteLine(step.Challenge.Span);
                switch (await session.ReadLineAsync(login.LineBytesMax + LineEndBytes))
                {
                    case LineStatus.Complete:
                        step = await login.ContinueAsync(new ReadOnlySequence<byte>(session.Line));
                        break;
                    case LineStatus.TooLong or LineStatus.Malformed:
                        session.Bad("Invalid base64");
                        return;
                    default:
                        // The client is gone, or the loop has something to say to it.
                        session.IsClosing |= session.Connection.Ending == ConnectionEnding.None;
                        return;
                }
            }

            if (step.Kind == SaslLoginStepKind.Done)
                await session.FinishLoginAsync(step.Result!);
            else
                session.Bad(step.Kind == SaslLoginStepKind.Aborted ? "Cancelled" : "Invalid answer");
        }
    }
}
