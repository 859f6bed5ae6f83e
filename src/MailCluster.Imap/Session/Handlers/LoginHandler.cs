using System.Security.Cryptography;
using System.Text;
using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>LOGIN (RFC 9051 §6.2.3).</summary>
internal static class LoginHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, LoginCommand command)
    {
        var password = Encoding.UTF8.GetBytes(command.Password);
        try
        {
            await session.FlushAsync();
            return Finish(session, await session.Services.Login.LogInAsync(session.Connection, "LOGIN", command.UserName, password));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>What a login means for the session (RFC 5530 §3).</summary>
    public static CommandOutcome Finish(ImapSession session, LoginResult result)
    {
        switch (result.Outcome)
        {
            case LoginOutcome.Success:
                session.EnterAuthenticated();
                return CommandOutcome.Ok("Logged in", new CapabilityCode(session));
            case LoginOutcome.NotAuthorized:
                return CommandOutcome.No(result.ClientText ?? "Not authorized", ResponseCode.AuthorizationFailed);
            case LoginOutcome.Disabled:
                return CommandOutcome.No(result.ClientText ?? "The account is disabled", ResponseCode.ContactAdmin);
            case LoginOutcome.PrivacyRequired:
                return CommandOutcome.No(result.ClientText ?? "Begin TLS before you log in", ResponseCode.PrivacyRequired);
            case LoginOutcome.TemporaryFailure:
                return CommandOutcome.No(result.ClientText ?? "Login is not possible now, try again later", ResponseCode.Unavailable);
            case LoginOutcome.TooManyConnections:
                return CommandOutcome.No(result.ClientText ?? "Too many connections of this account", ResponseCode.Limit);
            default:
                return CommandOutcome.No(result.ClientText ?? "Wrong name or password", ResponseCode.AuthenticationFailed);
        }
    }
}
