using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using MailCluster.Edge;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>
/// AUTHENTICATE (RFC 5804 §2.1): challenges and answers are strings of base64, the first answer may come with the command. A client gives up with the
/// string <c>*</c>.
/// </summary>
internal sealed class AuthenticateCommand : ManageSieveCommand
{
    /// <summary>How the exchange wants an initial response that is there and empty (RFC 4959 §3); this protocol writes <c>""</c>.</summary>
    private static readonly ReadOnlySequence<byte> s_empty = new("="u8.ToArray());

    public override string Name => "AUTHENTICATE";

    public override SessionState Allowed => SessionState.NotAuthenticated;

    public override ImmutableArray<Parameter> Parameters { get; } = [new(ParameterKind.Mechanism), new(ParameterKind.Sasl, IsOptional: true)];

    public override async ValueTask<Answer> RunAsync(ManageSieveSession session, ImmutableArray<Argument> arguments)
    {
        using var login = session.Services.Login.Begin(session.Connection, arguments[0].Bytes, out var refusal);
        if (login is null)
        {
            return refusal == LoginOutcome.PrivacyRequired
                ? Answer.No("Begin TLS before you log in", ResponseCodes.EncryptNeeded)
                : Answer.No("There is no such mechanism");
        }

        var step = arguments is [_, var initial] ? await StartAsync(login, initial.Bytes) : await login.StartAsync();
        while (step.Kind == SaslLoginStepKind.Challenge)
        {
            session.Output.WriteString(step.Challenge.Span);
            session.Output.WriteLineEnd();
            var (status, answer) = await session.ReadStringAsync(login.LineBytesMax);
            switch (status)
            {
                case StringStatus.Gone:
                    return Answer.No("No answer in time");
                case StringStatus.Rejected:
                    return Answer.No("An answer is a string with base64 in it");
            }

            step = await ContinueAsync(login, answer);
        }

        return step.Kind switch
        {
            SaslLoginStepKind.Done => Finish(session, step.Result!),
            SaslLoginStepKind.Aborted => Answer.No("Cancelled"),
            _ => Answer.No("The answer is not one of this mechanism"),
        };
    }

    private static async ValueTask<SaslLoginStep> StartAsync(SaslLogin login, byte[] initial)
    {
        try
        {
            // A lone "=" is base64 of nothing, and means something else to the exchange.
            return initial is [(byte)'=']
                ? new SaslLoginStep(SaslLoginStepKind.Malformed, default, null)
                : await login.StartAsync(initial.Length == 0 ? s_empty : new ReadOnlySequence<byte>(initial));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(initial);
        }
    }

    private static async ValueTask<SaslLoginStep> ContinueAsync(SaslLogin login, byte[] answer)
    {
        try
        {
            return await login.ContinueAsync(new ReadOnlySequence<byte>(answer));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    private static Answer Finish(ManageSieveSession session, LoginResult result)
    {
        if (result.IsSuccess)
        {
            session.EnterAccount();
            return Answer.Ok("Logged in");
        }

        return result.Outcome switch
        {
            LoginOutcome.NotAuthorized => session.FailLogin(result.ClientText ?? "Not authorized"),
            LoginOutcome.Disabled => session.FailLogin(result.ClientText ?? "The account is disabled"),
            LoginOutcome.PrivacyRequired => Answer.No(result.ClientText ?? "Begin TLS before you log in", ResponseCodes.EncryptNeeded),
            LoginOutcome.TemporaryFailure => Answer.No(result.ClientText ?? "Login is not possible now, try again later", ResponseCodes.TryLater),
            LoginOutcome.TooManyConnections => Answer.No(result.ClientText ?? "Too many connections of this account", ResponseCodes.TryLater),
            _ => session.FailLogin(result.ClientText ?? "Wrong name or password"),
        };
    }
}
